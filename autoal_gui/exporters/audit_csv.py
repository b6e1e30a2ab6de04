"""The journal as an audit trail: who answered what and when, with what stood before and after.

The texts are written as in the table of labels, see `csv_labels`. The seal of a line is made anew
from what is written; `autoal-gui audit` compares it with the one in the project file.
"""

from pathlib import Path

from autoal_gui.core.errors import ProjectError
from autoal_gui.core.images.source import ProgressCallback
from autoal_gui.core.language import mark, tr, tr_count
from autoal_gui.core.project.export_snapshot import NO_CHOICES, Choices, Snapshot, no_progress
from autoal_gui.core.readers.audit_trail import COLUMNS, rows
from autoal_gui.core.sets.tables.cells import plain
from autoal_gui.exporters.csv_labels import write_table

NAME = "audit"
LABEL = mark("Audit trail (CSV)")
ABOUT = mark("Every answer ever given: who, when, what it was before and after, with its seal.")
SUFFIX = ".csv"
KIND = "labels"
ORDER = 60
OPTIONS: tuple[str, ...] = ()
NOT_WRITTEN = mark("The audit trail could not be written there; nothing was changed.")


def write(
    target: Path,
    labels: Snapshot,
    choices: Choices = NO_CHOICES,
    progress: ProgressCallback = no_progress,
) -> str:
    """Write every line of the journal, ascending by sequence.

    Raises:
        ProjectError: the file cannot be written; one that was there is left as it was.
    """
    total = len(labels.entries)
    lines = rows(labels.entries, labels.pool.images, labels.classes)
    plain_lines = ([plain(x) if isinstance(x, str) else x for x in line] for line in lines)
    try:
        write_table(target, COLUMNS, plain_lines, total, progress)
    except OSError as error:
        raise ProjectError(tr(NOT_WRITTEN)) from error
    return tr_count("{count} line was written.", "{count} lines were written.", total)
