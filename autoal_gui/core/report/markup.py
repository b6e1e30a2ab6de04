"""HTML and SVG as a tree of elements: whatever a name holds is escaped when it is written."""

import re
from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, tostring

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def tag(name: str, /, *children: Element | str, **attributes: object) -> Element:
    """Return an element; `class_` becomes class, `stroke_width` stroke-width, floats are cut."""
    element = Element(name)
    for key, value in attributes.items():
        if value is not None:
            text = f"{value:.2f}" if isinstance(value, float) else str(value)
            element.set(key.rstrip("_").replace("_", "-"), _NOT_XML.sub("\ufffd", text))
    for child in children:
        _append(element, child)
    return element


def _append(element: Element, child: Element | str) -> None:
    if isinstance(child, Element):
        element.append(child)
        return
    text = _NOT_XML.sub("\ufffd", child)
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


def table(
    caption: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Element | str]],
    kind: str = "",
) -> Element:
    """Return a table; the first cell of a row is its header."""
    head = tag("tr", *(tag("th", name, scope="col") for name in columns))
    body = tag("tbody")
    for first, *rest in rows:
        cells = (cell if isinstance(cell, Element) else tag("td", cell) for cell in rest)
        body.append(tag("tr", tag("th", first, scope="row"), *cells))
    whole = tag("table", tag("caption", caption), tag("thead", head), body, class_=kind or None)
    return tag("div", whole, class_="table")


def document(title: str, content: Iterable[Element], language: str = "en") -> str:
    """Return a whole HTML page; `language` is the code of what it is written in."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        tag("style", STYLE),
    )
    whole = tag("html", head, tag("body", *content), lang=language)
    return f"<!DOCTYPE html>\n{tostring(whole, encoding='unicode', method='html')}\n"


STYLE = """
:root { color-scheme: light dark; --ink: #17232e; --paper: #fff; --soft: #536473;
  --rule: #d3dce4; --faint: #eaeff4; --better: #00785a; --worse: #b04a00; --open: #6b7a88; }
@media screen and (prefers-color-scheme: dark) { :root { --ink: #e3e9ef; --paper: #14191e;
  --soft: #a3b1bd; --rule: #3b4853; --faint: #28323b; --better: #35c596; --worse: #ff9a52;
  --open: #93a2b0; } svg [stroke^="#"], svg [fill^="#"] { filter: brightness(1.4); } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 1120px; margin: 2rem auto; padding: 0 1.2rem; }
h1 { font-size: 1.9rem; margin-bottom: .3rem; }
h2 { font-size: 1.4rem; margin-top: 2.6rem; border-bottom: 2px solid var(--rule); }
h3 { font-size: 1.08rem; margin: 1.6rem 0 .4rem; }
.lead { font-size: 1.05rem; max-width: 52rem; }
.note, figcaption, caption { color: var(--soft); font-size: .88rem; }
.verdict { max-width: 60rem; margin-top: .2rem; }
.table { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .85rem; }
caption { text-align: left; padding-bottom: .3rem; white-space: nowrap; }
th, td { padding: .22rem .5rem; text-align: right; white-space: nowrap;
  border-bottom: 1px solid var(--faint); }
th[scope=row], .plain td { text-align: left; font-weight: 500; }
.plain td { white-space: normal; overflow-wrap: anywhere; }
td.words { text-align: left; white-space: normal; max-width: 26rem; }
thead th { border-bottom: 2px solid var(--rule); font-weight: 600; }
thead th:first-child { text-align: left; }
td small { color: var(--soft); font-weight: 400; }
.better b { color: var(--better); } .worse b { color: var(--worse); }
.open b { color: var(--open); }
.heat td { text-align: center; border: 1px solid var(--paper);
  padding: .12rem .3rem; min-width: 1.3rem; }
.heat { font-size: .8rem; }
figure { margin: 0; }
figure.single { max-width: 44rem; }
figure.square { max-width: 24rem; }
svg { width: 100%; height: auto; }
svg text { font: 11px system-ui, sans-serif; fill: var(--soft); }
.charts { display: grid; grid-template-columns: repeat(3, 1fr); gap: 1rem; }
.small { display: grid; grid-template-columns: repeat(auto-fill, minmax(190px, 1fr)); gap: .8rem; }
.pair { display: grid; grid-template-columns: repeat(2, 1fr); gap: 1.5rem; }
.maps { display: flex; flex-wrap: wrap; gap: 0 1.6rem; }
.legend span { display: inline-block; margin-right: 1.4rem; white-space: nowrap; }
.legend svg { width: 34px; height: 10px; vertical-align: middle; }
@media screen and (max-width: 800px) { .charts, .pair { grid-template-columns: 1fr; } }
@page { size: A4; margin: 12mm; }
@media print {
  body { font-size: 9pt; max-width: none; margin: 0; padding: 0; }
  table, .heat { font-size: 7pt; }
  th, td { padding: .1rem .25rem; }
  .table { overflow: visible; margin: .6rem 0; }
  .small { grid-template-columns: repeat(5, 1fr); }
  h2.set { break-before: page; }
  h3 { break-after: avoid; }
  figure, tr, .heat, .verdict { break-inside: avoid; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""
