"""The page of a report says what the run found, stands alone, and is whole."""

import io
import json
import pickle
import re
import shlex
import zipfile
from dataclasses import replace
from importlib import resources

import jsonschema
import pytest
from report_pages import (
    LABELS,
    Page,
    differences,
    downloads_in,
    packed_in,
    results_in,
    shown_rows,
    small_content,
    small_page,
    text_of,
)
from small_appendix import MODEL, SMALL, small_document

from trajalign.appendix import archive, html
from trajalign.report import proofs
from trajalign.report.gathered import Content
from trajalign.report.opening import proved
from trajalign.report.page import page
from trajalign.report.proofs import Proofs, derived, shown
from trajalign.report.verdict_rows import rows
from trajalign.theory import models
from trajalign.theory.expressions.parsing import parse_rational
from trajalign.theory.models import TwoLayerLinear
from trajalign.theory.responses import Loss
from trajalign.verdict_output import verdicts_as_json
from trajalign.verification.derivations.judging import DerivationError
from trajalign.verification.kernel.files import read_folder
from trajalign.verification.kernel.readings import Readings
from trajalign.verification.ledger import known_statements
from trajalign.verification.measuring.effort import THOROUGH
from trajalign.verification.running.options import Options
from trajalign.verification.running.runner import Control
from trajalign.verification.verdicts import Evidence, Outcome, ReadShare, Verdict


def verdicts_of_the_run() -> list[dict]:
    text = verdicts_as_json(small_content().verdicts, "1")
    return json.loads(text)["results"]


def test_every_verdict_stands_in_its_row() -> None:
    assert len(shown_rows(small_page())) > 25
    assert differences(small_page(), verdicts_of_the_run()) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('data-verdict="fail" data-e', 'data-verdict="pass" data-e'),
        ('aria-hidden="true">✗ </span>fail', 'aria-hidden="true">✓ </span>pass'),
        ('data-title="exact">3/4<', 'data-title="exact">4/3<'),
        ('data-evidence="sampled" data-r', 'data-evidence="enclosed" data-r'),
        ("z = 2", "z = 3"),
        ("0.7499997562", "0.75"),
        ("<tbody id", '<tbody class="x" id'),
    ],
)
@pytest.mark.thorough
def test_a_page_that_was_altered_is_noticed(old: str, new: str) -> None:
    assert old in small_page()
    assert differences(small_page().replace(old, new, 1), verdicts_of_the_run())


def test_the_page_is_whole_and_stands_alone() -> None:
    found = Page(small_page())
    assert found.wrong == []
    assert len(set(found.ids)) == len(found.ids)
    inside = {link.removeprefix("#") for link in found.links if link.startswith("#")}
    assert inside <= set(found.ids)
    assert all(link.startswith(("#", "data:")) for link in found.links)
    scripts = re.findall(r"<script[^>]*>", small_page())
    assert scripts == ['<script type="application/json">'] * 2 + ["<script>"]
    assert not re.search(r"https?://(?!www\.w3\.org/)|@import|url\((?!#)|\bon\w+=", small_page())
    assert not re.search(r"\\[a-zA-Z]", re.sub(r"base64,[^\"]*", "", small_page()))


def test_a_page_with_a_tag_left_open_is_noticed() -> None:
    assert Page(small_page().replace("</details>", "", 1)).wrong


def test_every_row_has_a_formula_and_its_command() -> None:
    for row in shown_rows(small_page()):
        assert "<math" in row.source.split("</th>")[0], row.id
        (command,) = row.commands
        assert shlex.split(command)[:2] == ["trajalign", "verify"]


@pytest.mark.parametrize(
    ("response", "label"),
    [("1", "linear/limit"), ("2", "linear/A1"), ("2", "bifurcation/flip"), ("2", "linear/limit")],
)
def test_the_command_of_a_row_gives_the_row_again(response, label, command) -> None:
    (row,) = (row for row in shown_rows(small_page()) if row.id == f"r{response}-{label}")
    program, *words = shlex.split(row.commands[0])
    assert program == "trajalign"
    _, out, _ = command(*words, "--json", "-", "--jobs", "1")
    (again,) = (one for one in json.loads(out)["results"] if one["label"] == label)
    (before,) = (
        one for one in results_in(small_page())
        if one["label"] == label and (one["response"] == "cosh(z)-1") == (response == "2")
    )  # fmt: skip
    for name in ("verdict", "evidence", "quantities", "parameters", "witness", "hypotheses"):
        assert again[name] == before[name]


def test_the_command_of_a_row_has_the_options_of_the_run() -> None:
    first = small_content().responses[0]
    options = Options(top=parse_rational("0.05"), digits=60, effort=THOROUGH)
    (row, *_) = rows(first.model, first.verdicts, options)
    assert row.command == (
        "trajalign verify linear --loss 'log(cosh(z))' --statement linear/analytic "
        "--eta 1/20 --digits 60 --thorough"
    )


def test_a_failure_shows_its_witness_and_what_needs_it() -> None:
    by_id = {row.id: row for row in shown_rows(small_page())}
    assert "Witness: z = 2, r'(z) = 0.974383" in by_id["r2-linear/A1"].text
    assert "needs A1, A3, A4, A5" in by_id["r2-linear/limit"].text
    assert by_id["r2-linear/limit"].cells["verdict"] == "– not-applicable"
    assert "18 not-applicable" in text_of(small_page().split("<nav")[0])
    assert "4 fail" in text_of(small_page().split("<nav")[0])


def test_the_statement_in_full_is_the_derivations() -> None:
    row = next(row for row in shown_rows(small_page()) if row.id == "r1-linear/alignment")
    assert 'href="#r1-ta:linear/alignment"' in row.source
    assert "is invariant to first order" in row.text
    assert row.source.count('aria-label="equation 1.7"') == 1  # which the statement refers to
    assert small_page().count("The height of the curve") == 2


def test_a_statement_says_what_its_numbers_mean() -> None:
    row = next(row for row in shown_rows(small_page()) if row.id == "r1-linear/alignment")
    told = row.source.split("What its numbers mean")[1].split("</dl>")[0]
    assert "<dt>exact, measured</dt>" in told
    assert "<math" in told


def test_constants_are_those_of_the_verdicts() -> None:
    section = small_page().split('<section id="constants">')[1].split("</section>")[0]
    first = text_of(section.split("<h3>")[1])
    # reference.md §3: h(0) = −1/(2 r''(0)), limit 1 + h(0) ε; r''(0) = −2/3 for log-cosh.
    assert "-2/3" in first
    assert first.count("3/4") == 2
    # r(z) = tanh z/z: z r'/r = 2z/sinh 2z − 1 = −1/2 where 4z = sinh 2z, z = 1.08866…
    assert "1.088659" in first
    assert "±" in first
    assert "0.7315311" in first  # tanh(z0)/z0


def test_downloads_are_the_files_of_the_other_commands(command, tmp_path) -> None:
    files = downloads_in(small_page())
    document = json.loads(files["verify.json"])
    schema = resources.files("trajalign") / "schemas" / "verify-1.json"
    jsonschema.validate(document, json.loads(schema.read_text(encoding="utf-8")))
    strip = [{k: v for k, v in r.items() if k != "seconds"} for r in document["results"]]
    assert strip == [{k: v for k, v in r.items() if k != "seconds"} for r in verdicts_of_the_run()]
    stored = json.loads(files["1-linear-derivations.json"])
    assert stored == json.loads(json.dumps(archive.archive(small_document())))
    picture = small_content().responses[0].drawings[0].picture
    assert picture is not None
    assert files["1-linear-sharpness.csv"] == picture.csv()
    for name, row in (("1-linear-certificate.json", "A3"), ("2-linear-certificate.json", "A2")):
        (tmp_path / name).write_text(files[name], encoding="utf-8")
        status, out, _ = command("assumptions", "--replay", str(tmp_path / name))
        assert (status, f"linear/{row}" in out) == (0, True)


def test_a_figure_that_cannot_be_drawn_is_missed_aloud() -> None:
    # Orbits of cosh(z) − 1 do not come to rest at the edge.
    second = small_page().split('<section id="figures">')[1].split("</section>")[0]
    assert "No figure sharpness: " in text_of(second)
    assert second.count("<figure>") == 1


def test_text_is_escaped() -> None:
    content = small_content()
    first = content.responses[0]
    reason = "a < b & \"c\" <script>alert('x')</script>"
    changed = replace(first.verdicts[0], reason=reason)
    odd = replace(content, responses=(replace(first, verdicts=(changed, *first.verdicts[1:])),))
    source = page(odd, (), "trajalign report -o '</pre><script>&'")
    assert Page(source).wrong == []
    plain = page(odd, (), "x")
    assert re.findall(r"<script[^>]*>", source) == re.findall(r"<script[^>]*>", plain)
    assert "<script>alert" not in source
    assert "<script>&" not in source
    assert "a &lt; b &amp; &#34;c&#34; &lt;script&gt;" in source


def test_the_same_run_gives_the_same_page_whatever_time_it_took() -> None:
    content = small_content()
    slower = tuple(
        replace(r, verdicts=tuple(replace(v, seconds=9.0) for v in r.verdicts))
        for r in content.responses
    )
    assert page(replace(content, responses=slower), (), "x") == page(content, (), "x")


def test_derivations_that_are_missing_or_wrong_are_told() -> None:
    first = small_content().responses[0]
    for missing, told in (
        (Proofs("r''(0) must not vanish"), "There are none: r''(0) must not vanish."),
        (Proofs("step 3 is wrong", wrong=True), "✗ A derivation does not check"),
    ):
        content = Content((replace(first, proofs=missing),), Options(), None)
        source = page(content, (), "x")
        assert told in text_of(source)
        assert Page(source).wrong == []
        assert (
            differences(source, [r for r in verdicts_of_the_run() if r["response"] != "cosh(z)-1"])
            == []
        )


def test_what_coq_read_is_told_and_its_project_handed_out() -> None:
    first = small_content().responses[0]
    read = replace(
        first,
        verdicts=tuple(
            replace(v, read=ReadShare("8.0", 2, 3, argued=True)) for v in first.verdicts
        ),
        proofs=replace(first.proofs, project={"A.v": "Lemma a.", "Makefile": "all:"}),
    )
    source = page(Content((read,), Options(), None), (), "x")
    assert "Coq 8.0 accepts 2 of the 3 formulas of the derivation; some of it is argued" in text_of(
        source
    )
    with zipfile.ZipFile(io.BytesIO(packed_in(source)["1-linear-coq.zip"])) as archive:
        assert archive.read("1-linear-coq/A.v") == b"Lemma a."
        assert archive.namelist() == ["1-linear-coq/A.v", "1-linear-coq/Makefile"]
    assert "coq.zip" not in small_page()
    assert "Coq" not in text_of(small_page()).split("How to read")[0]


@pytest.mark.parametrize("model", [MODEL, models.of("deep", "log-cosh", depth=4)])
def test_the_check_of_a_project_finds_the_model_with_its_options(
    model, monkeypatch, tmp_path
) -> None:
    monkeypatch.setattr(proofs, "readings", lambda *_: Readings("8.0", (), ()))
    monkeypatch.setattr(proofs, "appendix", lambda *_: SMALL)
    for name, text in derived(model, "r1-", kernel=True).project.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert read_folder(tmp_path).model == model


def test_controls_are_told_of_only_where_they_were_run() -> None:
    assert "Falsified statements: none were tried" in text_of(small_page())
    good = Control("linear/limit", "log(cosh(z))", "off by 1 %", True, "off", None)
    bad = replace(good, falsified="wrong sign", refuted=False, objection="")
    source = page(replace(small_content(), controls=(good, bad)), (), "x")
    assert "Falsified statements: 1 of 2 refuted." in text_of(source)
    assert "Not refuted: label" in text_of(source)
    assert source.index("wrong sign") < source.index("off by 1 %")


def test_labels_of_the_page_are_those_asked_for() -> None:
    first = [row for row in shown_rows(small_page()) if row.response == "1"]
    assert {row.id.removeprefix("r1-") for row in first} >= LABELS


def test_there_are_no_derivations_without_curvature() -> None:
    found = derived(TwoLayerLinear(Loss.parse("z**2/2")), "r1-")
    assert "r''(0) must not vanish" in found.why_not
    assert (found.all, found.stored, found.wrong) == ("", "", False)


def test_a_derivation_that_does_not_check_is_told(monkeypatch) -> None:
    def wrong(_):
        raise DerivationError("linear/limit, step 3: wrong")

    monkeypatch.setattr(proofs, "appendix", lambda *_: SMALL)
    monkeypatch.setattr(proofs, "check_appendix", wrong)
    found = derived(MODEL, "r1-")
    assert (found.wrong, found.why_not, found.all) == (True, "linear/limit, step 3: wrong", "")


def test_the_derivations_are_those_of_the_appendix() -> None:
    found = pickle.loads(pickle.dumps(shown(small_document(), "r1-")))
    assert found.all == html.derivations(html.Frame(small_document(), "r1-", 4, folded=True))
    assert found.of("linear/alignment").name == "Theorem 1"
    assert found.of("linear/limit") is None


def test_the_page_opens_with_the_diagram_and_the_legend_stands_later() -> None:
    source = small_page()
    order = ['id="r1-opening"', 'id="r1-explorer"', 'id="verdicts"', 'id="graph"', 'id="reading"']
    places = [source.index(f"{one}") for one in order]
    assert places == sorted(places)
    opening = source[places[0] : source.index('id="r2-opening"')]
    assert "-2/3" in opening  # r''(0) of log-cosh
    assert "3/4" in opening  # (q* - 1)/ε


def test_what_is_proved_for_all_step_sizes_opens_the_page_and_nothing_else_does() -> None:
    theorem = Verdict(
        "theorem/limit",
        "linear",
        MODEL.response.text,
        Outcome.PASS,
        Evidence.ENCLOSED,
        parameters={"eta0": "1/10", "orbits": "on the tube"},
        quantities={"C": "≤ 0.8051"},
    )
    ledger = known_statements("linear")
    (one,) = proved([theorem], ledger)
    assert (one.label, one.step_sizes, one.orbits) == ("theorem/limit", "1/10", "on the tube")
    assert one.conclusion.endswith(r"\le 0.8051 \taEps^2$")
    for wrong in (
        replace(theorem, evidence=Evidence.SAMPLED),
        replace(theorem, outcome=Outcome.UNDECIDED),
        replace(theorem, label="linear/limit"),
    ):
        assert proved([wrong], ledger) == []


def test_every_row_of_a_statement_says_what_would_refute_it() -> None:
    known = {s.label for s in known_statements("linear")}
    rows_of_statements = [row for row in shown_rows(small_page()) if row.id[3:] in known]
    assert len(rows_of_statements) > 15
    assert all("What would refute it" in row.text for row in rows_of_statements)
