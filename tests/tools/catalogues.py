"""The catalogues of sentences, made with Babel; `make translations` renews them.

Sentences that are new come in without a translation, those that are gone go out; a translator fills
in `resources/translations/<code>/LC_MESSAGES/autoal.po`, and a second run compiles it.
"""

import ast
import io
import re
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from autoal_gui.core.language import DOMAIN, LANGUAGES
from autoal_gui.core.registry import discover
from tests.support.paths import ROOT

FOLDER = ROOT / "resources" / "translations"
CODES = tuple(code for code in LANGUAGES if code != "en")
KEYWORDS = {"tr": None, "mark": None, "tr_count": (1, 2)}
PLUG_INS = ("autoal_gui.strategies", "autoal_gui.exporters")
COMMAND = (2, 3, 4)  # menu, text and tip of a command in its table
WRITTEN = datetime(2026, 1, 1, tzinfo=timezone.utc)  # fixed, so that only sentences make a change
NO_BREAK = "\N{NO-BREAK SPACE}"
APART = re.compile(r"(?<=\S) (?=[;:?!»%])|(?<=«) ")
"""The spaces that French has around a sign, where no line may break."""


def template() -> Catalog:
    """Return every sentence of the code, without a translation."""
    catalog = Catalog(project="AutoAL GUI", version="1", creation_date=WRITTEN)
    searches = [KEYWORDS, *({"Command": (place,)} for place in COMMAND)]
    for keywords in searches:
        found = extract_from_dir(
            ROOT / "autoal_gui", method_map=[("**.py", "python")], keywords=keywords
        )
        for file, _line, sentence, comments, _context in found:
            catalog.add(sentence, locations=[(f"autoal_gui/{file}", 1)], auto_comments=comments)
    for file, sentence in in_f_strings():
        catalog.add(sentence, locations=[(file, 1)])
    for package in PLUG_INS:
        for name, module in discover(package).items():
            catalog.add(str(module.LABEL), locations=[(f"{package.replace('.', '/')}/{name}", 1)])
    return catalog


def in_f_strings() -> Iterator[tuple[str, str]]:
    """Yield (file, sentence) of what is translated inside an f-string: Babel looks into none."""
    for file in sorted((ROOT / "autoal_gui").rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        strings = (node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr))
        for node in (inner for string in strings for inner in ast.walk(string)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "tr":
                sentence = node.args[0]
                if isinstance(sentence, ast.Constant):  # else it was marked elsewhere
                    yield file.relative_to(ROOT).as_posix(), str(sentence.value)


def po_file(code: str) -> Path:
    """Return where a language's catalogue lies."""
    return FOLDER / code / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(code: str) -> Catalog:
    """Return a language's catalogue; an empty one where there is none yet."""
    file = po_file(code)
    if not file.exists():
        return Catalog(locale=code, domain=DOMAIN)
    with file.open("rb") as stream:
        return read_po(stream, locale=code, domain=DOMAIN)


def compiled(catalog: Catalog) -> bytes:
    """Return a catalogue as gettext reads it."""
    stream = io.BytesIO()
    write_mo(stream, catalog)
    return stream.getvalue()


def written(catalog: Catalog) -> bytes:
    """Return a catalogue as translators read it."""
    stream = io.BytesIO()
    write_po(
        stream, catalog, width=100, sort_output=True, ignore_obsolete=True, include_lineno=False
    )
    return stream.getvalue()


def update(code: str, sentences: Catalog) -> int:
    """Bring a language's files up to date; return how many sentences lack a translation."""
    catalog = read(code)
    catalog.update(sentences, no_fuzzy_matching=True, update_creation_date=False)
    catalog.creation_date = catalog.revision_date = WRITTEN
    if code == "fr":
        keep_signs(catalog)
    file = po_file(code)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(written(catalog))
    with file.open("rb") as stream:  # as the file says it, so that both always agree
        file.with_suffix(".mo").write_bytes(compiled(read_po(stream, locale=code)))
    return sum(not translated(message.string) for message in catalog if message.id)


def keep_signs(catalog: Catalog) -> None:
    """Let no line of French begin with a sign such as ";": it stays with its word."""
    for message in catalog:
        if message.id and translated(message.string):
            one = isinstance(message.string, str)
            forms = (message.string,) if one else message.string
            kept = tuple(APART.sub(NO_BREAK, form) for form in forms)
            message.string = kept[0] if one else kept


def translated(string: object) -> bool:
    """Say whether every form of a translation is there."""
    return all(string) if isinstance(string, (tuple, list)) else bool(string)


if __name__ == "__main__":
    everything = template()
    for one in CODES:
        print(f"{one}: {len(everything)} sentences, {update(one, everything)} to translate")
