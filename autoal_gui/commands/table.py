"""The command `labels`: a table read into a project that is there already."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autoal_gui.commands.terminal import on_one_line
from autoal_gui.core.project.project import Project
from autoal_gui.core.sets.tables.columns import ColumnUse
from autoal_gui.core.sets.tables.table import Table

SHOWN = 10  # rows of the preview
WIDEST = 24  # characters of a cell in it
KINDS = {
    "known": "given answers; those of the reader stay",
    "second": "the answers of a second reader",
    "hidden": "the truth to measure by, which nobody sees",
    "none": "nothing: take groups and columns alone",
}


def add_table(commands: Any) -> None:
    """Add the command to the parser's."""
    labels = commands.add_parser(
        "labels", help="read labels, groups and columns from a table into a project"
    )
    labels.add_argument("project", type=Path, help="a project folder")
    labels.add_argument("table", type=Path, help="CSV, TSV, XLSX or JSON")
    kinds = "; ".join(f"{name}: {meaning}" for name, meaning in KINDS.items())
    labels.add_argument(
        "--as",
        choices=KINDS,
        required=True,
        dest="labels_as",
        help=f"what its labels are ({kinds})",
    )
    labels.add_argument("--reader", default="", metavar="NAME", help="the second reader's name")
    labels.add_argument("--key-column", default="", metavar="NAME", help="names the image")
    labels.add_argument(
        "--label-column", default="", metavar="NAME[,NAME...]", help="labels, or several of 0 and 1"
    )
    labels.add_argument("--group-column", default="", metavar="NAME", help="what stays together")
    labels.add_argument(
        "--preview", action="store_true", help="show the first rows and what would be added"
    )
    labels.set_defaults(handler=_labels)


def _labels(options: argparse.Namespace) -> int:
    from autoal_gui.core.project.later_table import (
        ProjectFacts,
        compare_table,
        table_sentences,
        write_table,
    )
    from autoal_gui.core.sets.tables.table import read_table
    from autoal_gui.sources.opening import open_images

    table = read_table(options.table)
    project = Project.open(options.project, open_images)
    try:
        facts = ProjectFacts.of(project)
        use = chosen_columns(options, facts.guess(table), table)
        found = compare_table(facts, table, use, options.labels_as, options.reader)
        if options.preview:
            for line in first_rows(table, use):
                print(on_one_line(line))
        else:
            write_table(project, found)
    finally:
        project.close()
    for sentence in table_sentences(found, done=not options.preview):
        print(on_one_line(sentence))
    return 0


def chosen_columns(options: argparse.Namespace, guess: ColumnUse, table: Table) -> ColumnUse:
    """Return which column is what: as the command line says, else as guessed."""
    named = options.label_column
    labels = (named,) if named in table.columns else tuple(filter(None, named.split(",")))
    return ColumnUse(
        options.key_column or guess.key, labels or guess.labels, options.group_column or guess.group
    )


def first_rows(table: Table, use: ColumnUse) -> Iterator[str]:
    """Yield the first rows of a table below its columns, and what these are taken for."""
    meanings = {use.key: "image", use.group: "group", **dict.fromkeys(use.labels, "class")}
    rows = [table.columns, *table.rows[:SHOWN]]
    widths = [min(WIDEST, max(map(len, cells))) for cells in zip(*rows, strict=True)]
    heads = [meanings.get(name, "") for name in table.columns]
    widths = [max(width, len(head)) for width, head in zip(widths, heads, strict=True)]
    for cells in (heads, *rows):
        shown = zip(cells, widths, strict=True)
        yield "  ".join(_cut(cell).ljust(width) for cell, width in shown).rstrip()


def _cut(cell: str) -> str:
    return cell if len(cell) <= WIDEST else f"…{cell[1 - WIDEST :]}"
