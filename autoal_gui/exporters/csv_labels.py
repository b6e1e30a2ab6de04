"""Labels as CSV: one line an answered image, UTF-8, RFC 4180.

A spreadsheet computes a cell that begins like a formula, whoever named that file or class so. Such
a text gets an apostrophe in front (OWASP, "CSV injection"), and so does one that begins with an
apostrophe: whoever reads the table takes one leading apostrophe away and has the exact text.
"""

import csv
from pathlib import Path

from autoal_gui.core.errors import ProjectError
from autoal_gui.core.files import replacing
from autoal_gui.core.journal import Entry
from autoal_gui.core.project import Project

NAME = "csv"
LABEL = "Labels as a table (CSV)"
SUFFIX = ".csv"
KIND = "labels"
ORDER = 10

COLUMNS = (
    "image_id",
    "image",
    "sha256",
    "split",
    "answer",
    "label",
    "annotator",
    "at",
    "round",
    "suggested",
    "confidence",
    "suggestion_shown",
)

FORMULA_STARTS = tuple("=+-@＝＋－＠\t\r\n'")


def write(target: Path, project: Project) -> None:
    """Write the answer that stands for each image, ascending by image id.

    Raises:
        ProjectError: the file cannot be written; one that was there is left as it was.
    """
    try:
        with replacing(target) as partial, partial.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for _, entry in sorted(project.answers.items()):
                writer.writerow(_row(entry, project))
    except OSError as error:
        raise ProjectError("The labels could not be written there; nothing was changed.") from error


def _row(entry: Entry, project: Project) -> tuple[object, ...]:
    image, classes = project.pool.images[entry.image_id], project.classes
    return (
        image.image_id,
        plain(image.key),
        image.sha256,
        image.split,
        "label" if entry.class_index is not None else entry.action,
        "" if entry.class_index is None else plain(classes[entry.class_index]),
        plain(entry.annotator),
        entry.at,
        entry.round_number,
        "" if entry.suggested is None else plain(classes[entry.suggested]),
        "" if entry.confidence is None else f"{entry.confidence:.4f}",
        int(entry.shown),
    )


def plain(text: str) -> str:
    """Return a cell that shows a text and is never computed; distinct texts stay distinct."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
