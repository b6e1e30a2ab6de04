"""A table read into the open project: compared beside the window, written when the user agrees."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from autoal_gui.core.images.source import ProgressCallback
from autoal_gui.core.project.later_table import (
    LabelsAs,
    LaterTable,
    ProjectFacts,
    compare_table,
    table_sentences,
    write_table,
)
from autoal_gui.core.sets.tables.columns import ColumnUse
from autoal_gui.core.sets.tables.table import Table, read_table
from autoal_gui.engine.jobs import OneJob
from autoal_gui.gui.session.open_project import OpenProject
from autoal_gui.gui.session.part import Part


class LabelsTable(Part):
    """Reads a table, says what it would add, and adds it."""

    read = Signal(object, object)
    """(the `Table`, the `ColumnUse` that is guessed)."""
    compared = Signal(object)
    """The `LaterTable`; nothing has been changed."""
    refused = Signal(str)
    """Why the table cannot be used, in one sentence."""
    added = Signal(str)
    """It is in the project, say the sentences: the project is to be opened anew."""

    def __init__(self, opened: OpenProject, parent: QObject | None = None) -> None:
        super().__init__(opened, parent)
        self._reading, self._comparing = OneJob(self), OneJob(self)
        self._reading.succeeded.connect(self._on_read)
        self._comparing.succeeded.connect(self.compared)
        for job in (self._reading, self._comparing):
            job.failed.connect(self.refused)

    def start(self, file: Path) -> None:
        """Read a file."""
        self.close()
        self._reading.start(partial(_read, file, ProjectFacts.of(self._project)))

    @Slot(object)
    def _on_read(self, found: tuple[Table, ColumnUse]) -> None:
        self.read.emit(*found)

    def compare(self, table: Table, use: ColumnUse, labels_as: LabelsAs, reader: str) -> None:
        """Say what a table would add, see `compare_table`."""
        self._comparing.close()
        facts = ProjectFacts.of(self._project)
        self._comparing.start(partial(_compare, facts, table, use, labels_as, reader))

    def add(self, found: LaterTable) -> None:
        """Write what a table adds."""
        if self.attempt(partial(write_table, self._project, found)):
            self.added.emit("\n".join(table_sentences(found, done=True)))

    def close(self) -> None:
        """Stop; the threads have ended when this returns."""
        self._reading.close()
        self._comparing.close()


def _read(file: Path, facts: ProjectFacts, tick: ProgressCallback) -> tuple[Table, ColumnUse]:
    tick(0, 0)
    table = read_table(file)
    return table, facts.guess(table)


def _compare(
    facts: ProjectFacts,
    table: Table,
    use: ColumnUse,
    labels_as: LabelsAs,
    reader: str,
    tick: ProgressCallback,
) -> LaterTable:
    tick(0, 0)
    return compare_table(facts, table, use, labels_as, reader)
