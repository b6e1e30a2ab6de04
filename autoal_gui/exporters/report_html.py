"""A report on labels and model as one HTML page: no script, no file beside it, fit to print.

It holds class names, what columns of the set's table say that divide the images (sexes, sites), and
numbers: no file name, no name of a reader or of the project, no comment and nothing of a header, so
that it can be shown to anybody who may know these.
"""

from datetime import datetime, timezone
from pathlib import Path
from xml.etree.ElementTree import Element

import autoal_gui
from autoal_gui.core.errors import ProjectError
from autoal_gui.core.images.source import ProgressCallback
from autoal_gui.core.language import date_time, in_use, mark, tr, tr_count
from autoal_gui.core.project.export_snapshot import NO_CHOICES, Choices, Snapshot, no_progress
from autoal_gui.core.project.measured_rounds import measured_rounds
from autoal_gui.core.report.markup import document, tag
from autoal_gui.core.system.files import replacing
from autoal_gui.exporters.report_columns import columns_section
from autoal_gui.exporters.report_decisions import calibration_section, operating_section
from autoal_gui.exporters.report_sections import (
    counts_section,
    performance_section,
    readers_section,
    rounds_section,
    weights_section,
)
from autoal_gui.exporters.report_settings import settings_section
from autoal_gui.exporters.report_summary import summary_section

NAME = "html"
LABEL = mark("Report (.html)")
ABOUT = mark("To read, print and keep: counts, performance, rounds and readers on one page.")
SUFFIX = ".html"
KIND = "report"
ORDER = 60
OPTIONS: tuple[str, ...] = ()
NOT_WRITTEN = mark("The report could not be written there.")
NOT_A_DIAGNOSIS = mark("It describes a model for research; it is no evidence for use on patients.")


def write(
    target: Path,
    labels: Snapshot,
    choices: Choices = NO_CHOICES,
    progress: ProgressCallback = no_progress,
) -> str:
    """Write the page and say in one sentence what is in it.

    Raises:
        ProjectError: the file cannot be written; one that was there is left as it was.
    """
    text = page(labels)
    progress(1, 1)
    try:
        with replacing(target) as partial:
            partial.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise ProjectError(tr(NOT_WRITTEN)) from error
    return tr_count(
        "A report on {count} image.", "A report on {count} images.", len(labels.pool.images)
    )


def page(labels: Snapshot, remark: str = "") -> str:
    """Return the whole page as HTML, with a remark at its beginning."""
    return document(tr("AutoAL report"), report(labels, remark), in_use())


def report(labels: Snapshot, remark: str = "") -> list[Element]:
    """Return the content of the page."""
    now = datetime.now(timezone.utc)
    made = tr(
        "Written on {date} (UTC) by AutoAL GUI {version}.",
        date=date_time(now),
        version=autoal_gui.__version__,
    )
    measured = measured_rounds(labels.rounds, labels.curve_start)
    return [
        tag("h1", tr("AutoAL report")),
        tag("p", f"{made} {tr(NOT_A_DIAGNOSIS)}", class_="lead"),
        *([tag("p", remark)] if remark else ()),
        *summary_section(labels, measured),
        *counts_section(labels),
        *performance_section(labels, measured),
        *operating_section(labels),
        *calibration_section(labels),
        *columns_section(labels),
        *rounds_section(labels, measured),
        *weights_section(labels.rounds),
        *readers_section(labels),
        *settings_section(labels),
    ]
