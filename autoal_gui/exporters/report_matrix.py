"""The confusion matrix of the report: what is right and what is wrong in hues of their own."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from autoal_gui.core.language import number, tr
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.report.markup import table, tag

HUES = {True: "86, 180, 233", False: "230, 159, 0"}
"""Red, green and blue behind what is right and what is wrong (Okabe & Ito 2008); text shows."""
Cells = list[Element | str]


def confusion_table(metrics: Metrics, classes: Sequence[str]) -> Element:
    """Return what was taken for what; `classes` are the names, by index."""
    rows: list[Cells] = []
    for truth, (name, counts) in enumerate(zip(classes, metrics.confusion, strict=True)):
        total = max(1, sum(counts))
        cells = (
            tag("td", number(n), style=f"background: rgba({HUES[said == truth]}, {n / total:.2f})")
            for said, n in enumerate(counts)
        )
        rows.append([name, *cells])
    caption = tr("Confusion matrix: a row is the true class, a column what the model says")
    return table(caption, ["", *classes], rows, "heat")


def hues_note() -> Element:
    """Say what the colours mean; a page of Markdown has none, and leaves it out."""
    return tag("small", tr("Blue is right, orange is wrong."), class_="note")
