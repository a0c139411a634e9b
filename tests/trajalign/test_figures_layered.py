"""What rests on what, drawn: every node once and a link, arrows only where nothing else says so."""

import re
from graphlib import CycleError
from xml.etree import ElementTree

import pytest

from trajalign.figures.layered import Node, layered
from trajalign.verification.ledger import known_statements

DIAMOND = {"b": ["a"], "c": ["a"], "d": ["b", "c", "a"]}


def drawn(below: dict[str, list[str]]) -> ElementTree.Element:
    names = {*below, *(name for found in below.values() for name in found)}
    shown = {name: Node(name, f"#{name}", f"about {name}") for name in sorted(names)}
    return ElementTree.fromstring(layered(below, shown, "a diamond"))


def places(svg: ElementTree.Element) -> dict[str, tuple[float, float]]:
    rect, text = ("{http://www.w3.org/2000/svg}" + tag for tag in ("rect", "text"))
    boxes = [(one.find(rect), one.find(text)) for one in svg if one.tag.endswith("}a")]
    return {
        str(text.text): (float(box.get("x", "")), float(box.get("y", "")))
        for box, text in boxes
        if box is not None and text is not None
    }


def test_what_rests_on_something_stands_to_its_right() -> None:
    found = places(drawn(DIAMOND))
    assert found["a"][0] < found["b"][0] == found["c"][0] < found["d"][0]
    assert len(set(found.values())) == 4


def test_an_arrow_that_follows_from_others_is_left_out() -> None:
    ways = [one for one in drawn(DIAMOND) if one.tag.endswith("}path")]
    assert len(ways) == 4  # a-b, a-c, b-d, c-d; that d rests on a follows
    assert len([one for one in drawn({"d": ["a"]}) if one.tag.endswith("}path")]) == 1


def test_what_is_not_shown_has_no_node_and_no_arrow() -> None:
    svg = layered({"b": ["a", "x"]}, {n: Node(n, f"#{n}") for n in "ab"}, "")
    assert svg.count("<path") == 1
    assert "x<" not in svg


def test_texts_are_escaped() -> None:
    svg = layered({}, {"a": Node("<a>", '#"', "1 < 2")}, "a & b")
    assert ElementTree.fromstring(svg).get("aria-label") == "a & b"


def test_what_rests_on_itself_is_refused() -> None:
    with pytest.raises(CycleError):
        layered({"a": ["b"], "b": ["a"]}, {n: Node(n, "#") for n in "ab"}, "")


@pytest.mark.parametrize("model", ["linear", "neuron", "product"])
def test_every_label_of_the_ledger_is_a_link_and_no_two_overlap(model: str) -> None:
    ledger = known_statements(model)
    shown = {s.label: Node(s.label, f"#{s.label}") for s in ledger}
    svg = layered({s.label: s.rests_on for s in ledger}, shown, model)
    assert sorted(re.findall(r'<a href="#([^"]+)"', svg)) == sorted(shown)
    boxes = [*places(ElementTree.fromstring(svg)).values()]
    for k, (x, y) in enumerate(boxes):
        assert not any(x == u and abs(y - v) < 26 for u, v in boxes[k + 1 :])
