"""Bars are shown where somebody looks, and leave nothing behind."""

import sys
from types import SimpleNamespace

import pytest

from trajalign import progress


class Shown(list):
    def display(self, page, display_id):
        self.append(page)
        return SimpleNamespace(update=self.append)

    @staticmethod
    def HTML(markup):
        return markup


def notebook(monkeypatch, allow_stdin):
    shown = Shown()
    parent = {"content": {"allow_stdin": allow_stdin}}
    shell = SimpleNamespace(kernel=SimpleNamespace(get_parent=lambda channel: parent))
    ipython = SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", shown)
    return shown


def test_a_notebook_has_a_bar_after_a_second_and_none_at_the_end(monkeypatch):
    shown, clock = notebook(monkeypatch, True), iter([0.0, 0.5, 1.5, 1.55, 3.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with progress.bar("proving <x>") as update:
        for done in (1, 2, 3, 4):
            update(done, 4)
    assert [("2/4" in shown[0]), ("4/4" in shown[1]), shown[2]] == [True, True, ""]
    assert 'value="2" max="4"' in shown[0]
    assert "proving &lt;x&gt;" in shown[0]
    assert len(shown) == 3  # the first came too early, the third too soon after the second


def test_what_is_quick_shows_nothing(monkeypatch):
    shown = notebook(monkeypatch, True)
    with progress.bar("proving") as update:
        update(1, 1)
    assert shown == []


def test_a_bar_is_gone_after_an_error(monkeypatch):
    shown, clock = notebook(monkeypatch, True), iter([0.0, 2.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with pytest.raises(KeyError), progress.bar("proving") as update:
        {}[update(1, 2)]
    assert shown[-1] == ""


def test_a_notebook_run_by_a_program_has_none(monkeypatch):
    shown = notebook(monkeypatch, False)
    with progress.bar("proving") as update:
        assert update is None
    assert shown == []


def test_a_script_without_a_terminal_has_none(monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    with progress.bar("proving") as update:
        assert update is None
