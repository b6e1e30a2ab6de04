"""Labels as CSV: one line an answered image, UTF-8 with its mark, RFC 4180.

Without the mark (BOM) Excel takes a file for one in the old code page of its country.

`round` is the last round that had ended when the image came on screen, as the window counts them;
0 before the first. `suggestion_shown` is 1 where the reader saw what the model made of the image
before the answer, or may have: of an answer in an earlier session that is not known.

`sha256` is that of the file that was labelled; `other_pixels` is 1 where it was replaced since.

Whoever named a file or a class, no cell is computed as a formula, see
`autoal_gui.core.sets.tables.cells`.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from autoal_gui.core.errors import ProjectError
from autoal_gui.core.images.source import ProgressCallback
from autoal_gui.core.labels.journal import Entry
from autoal_gui.core.language import mark, tr, tr_count
from autoal_gui.core.project.export_snapshot import (
    NO_CHOICES,
    Choices,
    Snapshot,
    no_progress,
    pseudonyms,
)
from autoal_gui.core.sets.tables.cells import plain
from autoal_gui.core.system.files import replacing

NAME = "csv"
LABEL = mark("Table (CSV)")
ABOUT = mark("For a spreadsheet or statistics: a line for each answered image.")
SUFFIX = ".csv"
KIND = "labels"
ORDER = 10
OPTIONS = ("de_identified",)

COLUMNS = (
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
    "flagged",
    "comment",
    "other_pixels",
    "in_bulk",
    "image_id",
)
"""The number that the program gives an image comes last: it is no part of the image's name."""
NOT_WRITTEN = mark("The labels could not be written there; nothing was changed.")

ENCODING = "utf-8-sig"  # of every table that the program writes into a file
EVERY = 1000  # lines between two looks at whether the user has cancelled


def write(
    target: Path,
    labels: Snapshot,
    choices: Choices = NO_CHOICES,
    progress: ProgressCallback = no_progress,
) -> str:
    """Write the answer that stands for each image, ascending by image id.

    `in_bulk` is 1 where the model's class was confirmed for many images at a glance.

    Raises:
        ProjectError: the file cannot be written; one that was there is left as it was.
    """
    answers = sorted(labels.answers.items())
    aliases = pseudonyms(tuple(e for _, e in answers)) if choices.de_identified else None
    lines = (_row(entry, labels, aliases) for _, entry in answers)
    try:
        write_table(target, COLUMNS, lines, len(answers), progress)
    except OSError as error:
        raise ProjectError(tr(NOT_WRITTEN)) from error
    return tr_count("{count} answer was written.", "{count} answers were written.", len(answers))


def write_table(
    target: Path,
    columns: Sequence[str],
    lines: Iterable[Sequence[object]],
    total: int,
    progress: ProgressCallback,
) -> None:
    """Write a table as CSV, all of it or nothing.

    Args:
        target: where to write.
        columns: their names.
        lines: the cells of each line.
        total: how many lines there are.
        progress: told every few lines how far it is; may raise `Cancelled`.

    Raises:
        OSError: it cannot be written; a file that was there is left as it was.
    """
    with replacing(target) as beside, beside.open("w", newline="", encoding=ENCODING) as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for done, line in enumerate(lines, start=1):
            writer.writerow(line)
            if done % EVERY == 0:
                progress(done, total)


def _row(
    entry: Entry, labels: Snapshot, aliases: Mapping[str, str] | None = None
) -> tuple[object, ...]:
    image, classes = labels.pool.images[entry.image_id], labels.classes
    return (
        plain(image.key) if aliases is None else image.image_id,
        labels.hash_labelled(entry.image_id) if aliases is None else "",
        image.split,
        "label" if entry.class_index is not None else entry.action,
        "" if entry.class_index is None else plain(classes[entry.class_index]),
        plain(entry.annotator if aliases is None else aliases[entry.annotator]),
        entry.at,
        entry.round_number,
        "" if entry.suggested is None else plain(classes[entry.suggested]),
        "" if entry.confidence is None else f"{entry.confidence:.4f}",
        int(entry.shown),
        int(entry.image_id in labels.flags),
        plain(labels.comments.get(entry.image_id, "")) if aliases is None else "",
        int(entry.image_id in labels.other_pixels),
        int(entry.purpose == "confirm"),
        image.image_id,
    )
