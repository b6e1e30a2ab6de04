"""A page of elements as Markdown (CommonMark, and tables as GitHub writes them)."""

import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element

_MARKS = re.compile(r"[\\`*\[\]<>|~$]|&(?=#?\w+;)|(?<!\w)_|_(?!\w)")
_BLANKS = re.compile(r"\s+")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
LEVELS = {"h1": "#", "h2": "##", "h3": "###"}


def escaped(text: str) -> str:
    """Return a text that is shown as it is, on one line."""
    plain = _CONTROLS.sub("\ufffd", _BLANKS.sub(" ", text)).strip()
    return _MARKS.sub(lambda found: f"\\{found[0]}", plain)


def markdown(content: Iterable[Element]) -> str:
    """Return headings, paragraphs, lists, tables and code; charts are left out."""
    return "\n\n".join(filter(None, map(_block, content))) + "\n"


def _block(element: Element) -> str:
    if element.tag in LEVELS:
        return f"{LEVELS[element.tag]} {_text(element)}"
    if element.tag == "ul":
        return "\n".join(f"- {_text(item)}" for item in element)
    if element.tag == "pre":
        return "\n".join(f"    {line}" for line in (element.text or "").rstrip().splitlines())
    if element.tag == "div":
        return _table(element)
    return _text(element) if element.tag == "p" else ""


def _table(element: Element) -> str:
    rows = [[_text(cell) for cell in row] for row in element.iter("tr")]
    caption = element.find("table/caption")
    lines = [f"| {' | '.join(row)} |" for row in rows]
    lines.insert(1, f"|{' --- |' * len(rows[0])}")
    title = [f"{_text(caption)}:", ""] if caption is not None else []
    return "\n".join((*title, *lines))


def _text(element: Element) -> str:
    return escaped("".join(element.itertext()))
