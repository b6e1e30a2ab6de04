"""The commands `merge`, `agreement` and `audit`: checking a project without a window."""

import argparse
from pathlib import Path
from typing import Any

from autoal_gui.core.database.journal_check import check_seals
from autoal_gui.core.errors import AutoALError
from autoal_gui.core.language import tr
from autoal_gui.core.project.project import Project
from autoal_gui.core.project.project_merge import merge, read_other, report, with_hashes
from autoal_gui.core.readers.agreement_text import (
    comparison_words,
    consistency_words,
    suggestion_use_words,
    to_adjudicate_words,
)
from autoal_gui.core.readers.double_reading import compare, to_adjudicate
from autoal_gui.core.readers.suggestion_use import suggestion_use


def add_checks(commands: Any) -> None:
    """Add the commands to the parser's."""
    merging = commands.add_parser(
        "merge", help="bring another reader's answers to the same images in as second readings"
    )
    merging.add_argument("project", type=Path, help="the project folder that takes them in")
    merging.add_argument("other", type=Path, help="the other reader's; it is only read")
    merging.set_defaults(handler=_merge)
    agreement = commands.add_parser(
        "agreement", help="how far readers agree with each other, themselves and the model"
    )
    agreement.add_argument("project", type=Path, help="a project folder")
    agreement.add_argument(
        "--graded", action="store_true", help="the classes are grades in their order"
    )
    agreement.set_defaults(handler=_agreement)
    seals = commands.add_parser(
        "audit", help="say whether a line of the journal was changed from outside"
    )
    seals.add_argument("project", type=Path, help="a project folder")
    seals.set_defaults(handler=_audit)


def _open(folder: Path) -> Project:
    from autoal_gui.sources.opening import open_images

    return Project.open(folder, open_images)


def _merge(options: argparse.Namespace) -> int:
    project = _open(options.project)
    try:
        other = read_other(options.other, options.project)
        pool = project.pool
        images = with_hashes(other, pool.images.values(), pool.reader, lambda done, total: None)
        found = merge(other, images, project.classes.names, project.labels.entries())
        project.labels.add_readings(found.new)
    finally:
        project.close()
    print(report(found))
    return 0


def _agreement(options: argparse.Namespace) -> int:
    project = _open(options.project)
    try:
        lines = _agreement_lines(project, options.graded)
    finally:
        project.close()
    print("\n".join(lines))
    return 0


def _agreement_lines(project: Project, graded: bool) -> list[str]:
    journal, classes = project.labels.journal, project.classes.names
    found = [compare(journal, name) for name in journal.second_readers]
    lines = []
    for one in found:
        lines.append(tr("Second reader {name}:", name=one.annotator))
        lines += [f"  {words}" for words in comparison_words(one, classes, graded)]
    if found:
        lines.append(to_adjudicate_words(len(to_adjudicate(journal, found))))
    else:
        lines.append(tr("Nobody has read a second time yet."))
    lines.append(tr("The same reader, asked twice:"))
    lines += [f"  {words}" for words in consistency_words(journal, len(classes), graded)]
    lines.append(tr("Readers and the model's suggestion:"))
    use, has_point = suggestion_use(journal, len(classes)), project.settings.operating_point
    lines += [f"  {words}" for words in suggestion_use_words(use, has_point is not None)]
    return lines


def _audit(options: argparse.Namespace) -> int:
    holds, sentence = check_seals(options.project)
    if not holds:
        raise AutoALError(sentence)
    print(sentence)
    return 0
