"""`derivations`: all derivations for one model, derived and checked while the site is built.

The directive's arguments are the name of a model and the loss or activation. Theorems and
equations have the numbers and labels that `trajalign derive` gives them, so `prf:ref`, `ref` and
`eq` find them from every page.
"""

from derivation_words import words
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

from trajalign.appendix.document import Document, Entry, continues, document, punctuation
from trajalign.appendix.formulas import rows
from trajalign.theory import models
from trajalign.theory.derivation.book import appendix
from trajalign.theory.derivation.claims import Cited, Step
from trajalign.theory.errors import InputError
from trajalign.theory.writing.inline import without_macros
from trajalign.theory.writing.references import plain
from trajalign.verification.derivations.judging import DerivationError, check_appendix

_WIDTH = 64.0  # of a formula's rows, in characters


class statement(nodes.Admonition, nodes.Element):
    """A theorem or lemma that looks as sphinx-proof's do, with the number that it has elsewhere."""


def derived(name: str, response: str | None = None) -> Document:
    """All derivations for a model. Raises DerivationError for a step that does not check."""
    model = models.of(name, response or models.named(name).usual()[0])
    made = appendix(model)
    return document(model, made, check_appendix(made))


class Derivations(SphinxDirective):
    """Every theorem and lemma of a model with its proof. A step that does not check is an error."""

    required_arguments = 1
    optional_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Sections for the hypotheses, for each derivation, and for the works cited."""
        try:
            made = derived(*self.arguments)
        except (DerivationError, InputError) as error:
            raise self.error(f"{' '.join(self.arguments)}: {error}") from None
        return [
            *self.paragraphs(made, made.introduction),
            self.hypotheses(made),
            *(self.derivation(made, entry) for entry in made.entries),
            self.references(made),
        ]

    def paragraphs(self, made: Document, texts: tuple[str, ...]) -> list[nodes.Node]:
        """Texts before the first theorem."""
        return [nodes.paragraph("", "", *self.words(made, text)) for text in texts]

    def words(self, made: Document, text: str, entry: Entry | None = None) -> list[nodes.Node]:
        """A text of the derivations as nodes."""
        found, messages = self.parse_inline(words(made, text, entry), lineno=self.lineno)
        return [*found, *messages]

    def section(self, made: Document, ident: str, title: str) -> nodes.section:
        """An empty section with its heading."""
        node = nodes.section(ids=[nodes.make_id(f"{made.model.name}-{ident}")])
        node += nodes.title("", "", *self.words(made, title))
        return node

    def hypotheses(self, made: Document) -> nodes.section:
        """What is assumed throughout, and the hypotheses that statements name."""
        (_, general), *named = made.hypotheses
        section = self.section(made, "hypotheses", "Hypotheses")
        first = f"Throughout, {general}. The other hypotheses are used where they are named:"
        section += self.paragraphs(made, (first,))
        listed = nodes.definition_list(classes=["hypotheses"])
        for name, text in named:
            item = nodes.definition_list_item("", nodes.term("", name))
            item += nodes.definition("", *self.paragraphs(made, (f"{text}.",)))
            listed += item
        section += listed
        return section

    def derivation(self, made: Document, entry: Entry) -> nodes.section:
        """One statement and its proof."""
        derivation = entry.derivation
        label = made.anchor(derivation.label)
        section = self.section(made, derivation.label, derivation.title)
        box = statement(ids=[label], classes=["proof", entry.kind])
        name = nodes.inline("", entry.name, classes=["caption-number"])
        box += nodes.title("", "", name, nodes.Text(" "), nodes.literal("", derivation.label))
        box += nodes.paragraph("", "", *self.words(made, derivation.statement, entry))
        self.note(label, entry)
        section += box
        proof = nodes.container(classes=["derivation"])
        for index, step in enumerate(derivation.steps):
            proof += self.step(made, entry, step, index)
        proof += nodes.paragraph("", entry.evidence, classes=["evidence"])
        section += proof
        return section

    def note(self, label: str, entry: Entry) -> None:
        """Let `ref` and `prf:ref` find a theorem or lemma."""
        here = self.env.docname
        self.env.domains.standard_domain.note_hyperlink_target(label, here, label, entry.name)
        if not hasattr(self.env, "proof_list"):
            self.env.proof_list = {}
        self.env.proof_list[label] = {
            "docname": here,
            "countertype": entry.kind,
            "realtype": entry.kind,
            "ids": [label],
            "label": label,
            "prio": 0,
            "nonumber": True,
        }

    def step(self, made: Document, entry: Entry, step: Step, index: int) -> list[nodes.Node]:
        """The words of a step, and its formula."""
        steps = entry.derivation.steps
        text = "" if continues(steps, index) else step.text.strip()
        inside = self.words(made, text, entry)
        if index == 0:
            inside = [nodes.emphasis("", "Proof."), nodes.Text(" "), *inside]
        if isinstance(step.claim, Cited):
            source = step.claim.source
            mark = rf"(Taken from \cite{{{source}}}; not proved here.)" if source else ""
            marked = self.words(made, mark or "(Argued in words.)")
            inside += [nodes.Text(" "), nodes.inline("", "", *marked, classes=["mark"])]
            return [nodes.paragraph("", "", *inside)]
        formula = self.formula(made, entry, step, punctuation(steps, index))
        return [nodes.paragraph("", "", *inside), formula] if inside else [formula]

    def formula(self, made: Document, entry: Entry, step: Step, end: str) -> nodes.math_block:
        """The numbered display of a step."""
        label = made.anchor(entry.derivation.label, step.name)
        number = entry.numbers[step.name]
        closed = rf"\text{{{end}}}" if end in (",", ".") else end
        shown = without_macros("\\\\\n".join(rows(step.claim, _WIDTH)) + closed)
        # The domain numbers equations by itself where they are not noted here.
        self.env.domains.math_domain.equations[label] = (self.env.docname, number)
        node = nodes.math_block(shown, shown, number=number, label=label, nowrap=False)
        node["ids"] = [nodes.make_id(f"equation-{label}")]
        return node

    def references(self, made: Document) -> nodes.section:
        """The works cited, numbered as the citations are."""
        section = self.section(made, "references", "References")
        listed = nodes.enumerated_list(enumtype="arabic", prefix="", suffix=".")
        for key in made.citations:
            ident = nodes.make_id(f"{made.model.name}-{key}")
            label = f"ta:{made.model.name}:cite:{key}"
            self.env.domains.standard_domain.note_hyperlink_target(
                label, self.env.docname, ident, plain(key)
            )
            listed += nodes.list_item("", nodes.paragraph("", plain(key)), ids=[ident])
        section += listed
        return section


def visit_statement(translator: HTML5Translator, node: statement) -> None:
    """Open the box, as sphinx-proof does."""
    translator.body.append(translator.starttag(node, "div", CLASS="admonition"))


def depart_statement(translator: HTML5Translator, node: statement) -> None:
    """Close the box."""
    translator.body.append("</div>\n")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive."""
    app.add_node(statement, html=(visit_statement, depart_statement))
    app.add_directive("derivations", Derivations)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
