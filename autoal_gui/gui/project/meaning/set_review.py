"""Lists a set anew, beside the window, as the user corrects what its folders and table mean."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from autoal_gui.core.errors import SourceError
from autoal_gui.core.images.source import Listing, ProgressCallback, SourceSpec
from autoal_gui.core.sets.layout import folder_levels
from autoal_gui.core.sets.tables.table import Table, read_table
from autoal_gui.core.sets.tables.table_fit import TableFit
from autoal_gui.engine.jobs import OneJob
from autoal_gui.sources.understanding.set_options import SetMeaning
from autoal_gui.sources.understanding.understood import rearranged


@dataclass(frozen=True)
class Review:
    """A set as it would become a project, and what is shown of it."""

    meaning: SetMeaning
    """What was wanted, with the columns that were guessed."""
    listing: Listing
    """Without the table where that cannot be used."""
    levels: Mapping[int, Counter[str]]
    """How many images lie below each folder of each level, see `folder_levels`."""
    table: Table | None = None
    """What is in the table, where it can be read."""
    fit: TableFit | None = None
    """How it fits, where it can be used."""
    problem: str = ""
    """Why the table cannot be used, in one sentence."""


class SetReview(QObject):
    """One set at a time; of several corrections the last one counts."""

    began = Signal()
    """The set is being listed anew."""
    reviewed = Signal(object)
    """The `Review`; no correction waits."""
    failed = Signal(str)
    """One plain sentence."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job = OneJob(self)
        self._job.succeeded.connect(self._on_reviewed)
        self._job.failed.connect(self._on_failed)
        self._spec = SourceSpec("")
        self._listing = Listing((), ())
        self._table: tuple[str, Table] | None = None
        self._waiting: SetMeaning | None = None

    @property
    def running(self) -> bool:
        """Whether a set is being listed anew."""
        return self._job.running

    def begin(self, spec: SourceSpec, listing: Listing) -> None:
        """Take up a set that was listed, as it was understood."""
        self.close()
        self._spec = replace(spec, options=listing.options or ())
        self._listing, self._table = listing, None
        self.correct(SetMeaning.of(self._spec))

    def correct(self, meaning: SetMeaning) -> None:
        """List the set as the user says; a correction that is still being listed is given up."""
        if self._job.running:  # a table that is read cannot be stopped: the window does not wait
            self._waiting = meaning
            return
        self.began.emit()
        work = partial(review, self._spec, self._listing, meaning, self._table)
        self._job.start(work)

    def close(self) -> None:
        """Stop what runs; the thread has ended when this returns."""
        self._waiting = None
        self._job.close()

    @Slot(object)
    def _on_reviewed(self, found: Review) -> None:
        if found.table is not None:
            self._table = (found.meaning.table, found.table)
        if not self._go_on():
            self.reviewed.emit(found)

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        if not self._go_on():
            self.failed.emit(sentence)

    def _go_on(self) -> bool:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self.correct(waiting)
        return waiting is not None


def review(
    spec: SourceSpec,
    listing: Listing,
    meaning: SetMeaning,
    read: tuple[str, Table] | None,
    progress: ProgressCallback,
) -> Review:
    """List a set as the user says; a table that cannot be used is told, and left aside.

    Args:
        spec: the set.
        listing: as it was listed.
        meaning: what its folders and its table mean.
        read: (path, content) of the table that was read last.
        progress: may raise `Cancelled`.

    Raises:
        SourceError: an option cannot be.
    """
    progress(0, 0)
    levels = folder_levels([image.key for image in listing.images], listing.folders)
    table, problem = None, ""
    try:
        table = _table(meaning, read)
        progress(0, 0)
        done, used = rearranged(meaning.onto(spec), listing, table)
    except SourceError as error:
        if not meaning.table:
            raise
        problem = str(error)
        done, used = rearranged(replace(meaning, table="").onto(spec), listing)
    if used is not None:
        meaning = replace(meaning, columns=used.use)
    progress(1, 1)
    if meaning.table and not problem:
        done = replace(done, options=meaning.onto(spec).options)
    return Review(meaning, done, levels, table, used.fit if used else None, problem)


def _table(meaning: SetMeaning, read: tuple[str, Table] | None) -> Table | None:
    if not meaning.table:
        return None
    if read is not None and read[0] == meaning.table:
        return read[1]
    return read_table(Path(meaning.table).expanduser())
