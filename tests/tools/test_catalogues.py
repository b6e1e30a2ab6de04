"""The catalogues: whole, compiled, and with every placeholder where the code has it."""

import ast
import math
import re
import string
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog
from PySide6.QtGui import QTextDocument

from autoal_gui.core import language
from autoal_gui.core.language import LANGUAGES
from autoal_gui.core.project.project_merge import Merge, report
from autoal_gui.core.resources import resources
from autoal_gui.gui.window.help_page import TOPICS, heading
from tests.tools.catalogues import (
    APART,
    CODES,
    ROOT,
    compiled,
    keep_signs,
    po_file,
    read,
    template,
    translated,
)

PLURALS = {"de": 2, "fr": 2, "es": 2, "zh": 1}


@pytest.fixture(scope="module")
def sentences():
    return template()


def forms(string_or_forms) -> tuple[str, ...]:
    return (string_or_forms,) if isinstance(string_or_forms, str) else tuple(string_or_forms)


def placeholders(sentence: str) -> set[str]:
    """Return the fields of a sentence with their formats, as {name:.1f}."""
    return {
        f"{name}{'!' + conversion if conversion else ''}:{spec}"
        for _, name, spec, conversion in string.Formatter().parse(sentence)
        if name is not None
    }


def test_the_code_has_sentences(sentences):
    assert len(sentences) > 200
    assert "Start labelling" in sentences
    assert "Open project…" in sentences  # of the table of actions
    assert "Maximum entropy" in sentences  # a plug-in's label


@pytest.mark.parametrize("code", CODES)
def test_every_sentence_has_a_translation(sentences, code):
    catalog = read(code)
    missing = [m.id for m in sentences if m.id and m.id not in catalog]
    assert missing == [], "run: make translations"
    empty = [m.id for m in catalog if m.id and not translated(m.string)]
    assert empty == []
    gone = [m.id for m in catalog if m.id and m.id not in sentences]
    assert gone == [], "run: make translations"


@pytest.mark.parametrize("code", CODES)
def test_a_translation_shows_what_the_sentence_shows(code):
    for message in read(code):
        if not message.id:
            continue
        given = forms(message.id)
        expected = placeholders(given[-1])
        for form in forms(message.string):
            told = placeholders(form)
            # A form for one thing alone may say "one" in its own words.
            assert told == expected or (len(given) > 1 and told | {"count:"} == expected), form


@pytest.mark.parametrize("code", CODES)
def test_plurals_have_the_forms_of_the_language(code):
    catalog = read(code)
    assert catalog.num_plurals == PLURALS[code]
    for message in catalog:
        if isinstance(message.id, (tuple, list)):
            assert len(forms(message.string)) == PLURALS[code], message.id


@pytest.fixture
def german():
    language.use("de", "{:_}".format)
    yield
    language.use("en")


def test_both_forms_of_a_plural_are_looked_up(german):
    assert language.in_use() == "de"
    assert language.number(1234) == "1_234"
    for count, words in ((1, "1 von ihm beantwortetes Bild ist"), (2, "2 von ihm beantwortete")):
        told = report(Merge((), count, 3, count, count, count, {"x": 2}, ()))
        assert told.startswith("0 Antworten")
        assert words in told
        assert not re.search(r"\b(the|image|images|answer|answers|file|files)\b", told), told


@pytest.mark.parametrize("code", CODES)
def test_ends_of_sentences_agree(code):
    """A full stop, a colon, dots or spaces around are there in both, or in neither."""
    for message in read(code):
        if not message.id:
            continue
        one, other = forms(message.id)[-1], forms(message.string)[-1]
        assert other == other.strip() or one != one.strip() or code == "fr", message.id
        for end in (".", "…", ":"):
            full = {".": ".。", "…": "…", ":": ":："}[end]
            assert one.rstrip().endswith(end) == other.rstrip().endswith(tuple(full)), message.id


@pytest.mark.parametrize("code", CODES)
def test_what_is_compiled_is_what_is_written(code):
    assert po_file(code).with_suffix(".mo").read_bytes() == compiled(read(code))


@pytest.mark.parametrize("code", CODES)
def test_nothing_is_left_out_when_it_is_compiled(code):
    assert [message.id for message in read(code) if message.fuzzy and message.id] == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_percentages_are_written_in_one_way(code, sentences, monkeypatch):
    monkeypatch.setattr(language, "_language", code)
    close = code in ("en", "zh")
    assert language.percent(0.123, 1) == ("12.3%" if close else "12.3\xa0%")
    assert language.percent(1.0) == ("100%" if close else "100\xa0%")
    assert language.percent(math.nan, 1) == "–"
    texts = [form for m in read(code) for form in forms(m.string)] if code != "en" else []
    texts += [form for m in sentences for form in forms(m.id)] if code == "en" else []
    spaces = [space for text in texts for space in re.findall(r"[0-9}](\s*)%", text)]
    assert set(spaces) == {"" if close else "\xa0"}


def test_no_line_of_french_begins_with_a_sign():
    """French has a space before ";" and inside "« »": a line must not break there."""
    texts = [form for message in read("fr") for form in forms(message.string)]
    texts += [f.read_text("utf-8") for f in sorted((resources() / "help" / "fr").glob("*.md"))]
    assert [text for text in texts if APART.search(text)] == []


def test_a_sign_stays_with_its_word_in_new_french():
    catalog = Catalog(locale="fr")
    catalog.add("Which?", "Lequel ?")
    catalog.add(("one; it", "{count}; they"), ("« un » ; il", "{count} ; ils"))
    catalog.add("Not yet;")
    keep_signs(catalog)
    assert not translated(catalog["Not yet;"].string)
    assert catalog["Which?"].string == "Lequel\xa0?"
    both = catalog["one; it"].string
    assert both == ("«\xa0un\xa0»\xa0; il", "{count}\xa0; ils")


@pytest.mark.parametrize("code", CODES)
def test_a_label_is_not_called_as_the_menu_of_labelling_is(code):
    """The map colours by labels; the menu says what one does, in English by the same word."""
    catalog = read(code)
    assert catalog["Label given"].string != catalog["Label"].string


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_help_has_every_page_in_every_language(code):
    english = resources() / "help" / "en"
    for topic in TOPICS:
        text = (resources() / "help" / code / f"{topic}.md").read_text(encoding="utf-8")
        assert heading(text)
        original = (english / f"{topic}.md").read_text(encoding="utf-8")
        assert links(text) == links(original)
        assert text.count("\n## ") == original.count("\n## ")


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_page_of_the_help_shows_its_markup(qapp, code):
    """Markdown ends no bold between Chinese punctuation and a letter."""
    for topic in TOPICS:
        document = QTextDocument()
        document.setMarkdown(
            (resources() / "help" / code / f"{topic}.md").read_text(encoding="utf-8"),
            QTextDocument.MarkdownFeature.MarkdownDialectCommonMark,
        )
        assert "*" not in document.toPlainText(), topic


def links(text: str) -> list[str]:
    found = re.findall(r"\]\(([^)]+)\)", text)
    for link in found:
        assert link.removesuffix(".md") in TOPICS
    return sorted(found)


# -- nothing on screen goes round the catalogues ------------------------------------------------

SHOWN = {
    "QCheckBox",
    "QLabel",
    "QMenu",
    "QPushButton",
    "QRadioButton",
    "PathField",
    "add_card",
    "addAction",
    "addMenu",
    "addRow",
    "addTab",
    "emit",
    "say",
    "setAccessibleDescription",
    "setAccessibleName",
    "setPlaceholderText",
    "setSpecialValueText",
    "setStatusTip",
    "setSuffix",
    "setText",
    "setToolTip",
    "setWindowTitle",
    "show_cards",
    "show_sentence",
    "text_label",
}
"""Calls whose texts the user reads."""
OF_NO_LANGUAGE = {"AutoAL", "{} – AutoAL", "{} (Language)"}


def bare_texts(code: str) -> Iterator[str]:
    """Yield the texts that a module shows as they are in the code."""
    for call in (node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)
        if name in SHOWN:
            for argument in call.args:
                yield from literals(argument)


def literals(node: ast.expr) -> Iterator[str]:
    """Yield the texts that an argument may be, {} for what is put in."""
    if isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in node.values)


@pytest.mark.parametrize(
    "file", sorted((ROOT / "autoal_gui" / "gui").rglob("*.py")), ids=lambda f: f.stem
)
def test_every_text_of_the_window_is_looked_up(file):
    bare = [text for text in bare_texts(file.read_text("utf-8")) if re.search("[A-Za-z]{3}", text)]
    assert set(bare) <= OF_NO_LANGUAGE


SPEAKING = [
    f for p in ("core", "gui", "exporters") for f in (ROOT / "autoal_gui" / p).rglob("*.py")
]


@pytest.mark.parametrize("file", sorted(SPEAKING), ids=lambda f: f"{f.parent.name}-{f.stem}")
def test_percentages_and_plurals_are_made_in_one_place(file):
    tree = ast.parse(file.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            assert not ast.unparse(node.format_spec).rstrip("'").endswith("%"), node.lineno
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "tr_count":
            # A plural is found by both of its forms, which are marked here and nowhere else.
            assert all(isinstance(one, ast.Constant) for one in node.args[:2]), node.lineno


def test_a_text_that_is_not_looked_up_is_found():
    planted = 'label.setText("Hello there" if late else f"{count} images")'
    assert list(bare_texts(planted)) == ["Hello there", "{} images"]
    assert list(bare_texts('label.setText(tr("Hello there"))')) == []


# Rooms whose sentences reach the window; the command line and the pages it writes are English.
IN_THE_WINDOW = (
    "core", "engine", "exporters", "gui", "learning", "sources", "strategies",
)  # fmt: skip
MARKED = ("tr", "tr_count", "mark", "Command")
A_SENTENCE = re.compile(r"(?!(?:SELECT|INSERT|UPDATE|DELETE) )[A-Z][^\n]* [^\n]*[.?!…]")


def bare_sentences(code: str) -> Iterator[str]:
    """Yield what reads as a sentence, is no docstring or log line, and is not marked."""
    tree = ast.parse(code)
    aside: set[int] = set()
    for node in ast.walk(tree):
        of_log = isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log.")
        marks = isinstance(node, ast.Call) and ast.unparse(node.func) in MARKED
        if of_log or marks or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            aside.update(id(inner) for inner in ast.walk(node))
    for node in ast.walk(tree):
        if id(node) in aside:
            continue
        if isinstance(node, ast.JoinedStr):
            aside.update(id(part) for part in node.values)
        if isinstance(node, ast.JoinedStr | ast.Constant):
            yield from (text for text in literals(node) if A_SENTENCE.fullmatch(text))


@pytest.mark.parametrize("room", IN_THE_WINDOW)
def test_every_sentence_is_in_the_catalogues(room):
    files = sorted((ROOT / "autoal_gui" / room).rglob("*.py"))
    assert files
    assert [(f.name, s) for f in files for s in bare_sentences(f.read_text("utf-8"))] == []


def test_what_is_looked_up_inside_another_string_is_in_the_catalogues(sentences):
    known = {word for one in sentences for word in (one.id if one.pluralizable else (one.id,))}
    files = sorted((ROOT / "autoal_gui").rglob("*.py"))
    calls = [
        node
        for file in files
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("tr", "mark")
    ]
    words = [call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)]
    assert len(words) > 1000
    assert [word for word in words if word not in known] == []


def test_a_sentence_in_no_catalogue_is_found():
    planted = 'ON_CPU = "It starts again." if small else f"{count} left. It starts {when}."'
    assert list(bare_sentences(planted)) == ["It starts again."]
    planted = 'def f():\n    """Do it well."""\n    yield Notice(f"It starts {when}.")'
    assert list(bare_sentences(planted)) == ["It starts {}."]
    assert list(bare_sentences('tr("It starts."); log.info("It starts.")')) == []
