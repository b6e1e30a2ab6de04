"""The map of an open project: kept, made by the engine where it is missing, and searched."""

import contextlib
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal, Slot

from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.images.source import ProgressCallback
from autoal_gui.core.language import mark, tr
from autoal_gui.core.likeness.kept_map import KeptMap, map_name, read_map
from autoal_gui.core.likeness.kept_predictions import keep_predictions, keep_weights
from autoal_gui.core.likeness.layout import lay_out_kept
from autoal_gui.core.likeness.search import least_like, most_like
from autoal_gui.core.messages import (
    Command,
    CommandCancelled,
    CommandFailed,
    Event,
    MapImages,
    Mapped,
    Progress,
    RoundFinished,
)
from autoal_gui.core.project.project import Project
from autoal_gui.engine.jobs import OneJob
from autoal_gui.engine.state import State
from autoal_gui.gui.services import Services
from autoal_gui.gui.session.asked_images import AskedImages
from autoal_gui.gui.session.engine_queue import EngineQueue, Priority
from autoal_gui.gui.session.likeness.blindness import kept_off
from autoal_gui.gui.session.open_project import OpenProject
from autoal_gui.gui.session.part import Part
from autoal_gui.gui.session.rounds.waiting import waiting_words
from autoal_gui.sources.opening import FILES, kind_at, spec_of

Among = Literal["unlabelled", "labelled", "all"]
MOST_FOUND = 1000  # images; whoever looks for more looks for another image
COMPARING = mark("The images are being compared, once; that makes way for rounds and exports.")
COMPARING_NEXT = mark("The images are still to be compared.")
COMPARED = mark("The images have been compared.")
ABSENT = mark("The images cannot be compared while they are not there.")
NOT_COMPARED = mark("This image cannot be compared: it cannot be read, or came later.")


@dataclass(frozen=True, eq=False)
class Question:
    """Which images others are to be like, and among which these are looked for."""

    images: tuple[int, ...] = ()
    among: Among = "unlabelled"
    vectors: npt.NDArray[np.float32] | None = field(default=None, repr=False)
    """(m, K) of images that are no part of the project, in place of `images`."""
    class_name: str = ""
    """That of the class whose images they are, where one of a class was asked for."""
    far: bool = False
    """Whether images are looked for that are least like any labelled one, in place of the above."""


@dataclass(frozen=True, eq=False)
class Found:
    """What is most like some images, the likest first; or least like any labelled one."""

    question: Question
    images: tuple[int, ...]
    likeness: npt.NDArray[np.float32] = field(repr=False)
    """(n,) cosines in [-1, 1], descending; ascending of what is least like."""


class ImageMaps(Part):
    """Has the map made and finds what is alike on it; labels take no part in either."""

    ready = Signal(object)
    """The `KeptMap` that was wanted."""
    progressed = Signal(object)
    """A `Progress` of what makes it."""
    not_made = Signal(str)
    """In one sentence why it could not be made."""
    layout_changed = Signal()
    """A better layout is being computed, or not any more."""
    asked = Signal()
    """The user has asked for images like some; `found` may follow much later."""
    awaited_changed = Signal()
    """A question has begun to wait for the map, or waits no more."""
    found = Signal(object)
    """A `Found` that was asked for."""

    def __init__(
        self,
        opened: OpenProject,
        engine: EngineQueue,
        images: AskedImages,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(opened, parent)
        self._engine, self._images = engine, images
        self._kept: KeptMap | None = None
        self._question: Question | None = None  # waits for the map
        self._job = OneJob(self)
        self._job.succeeded.connect(self.found)
        self._listing = OneJob(self)
        self._listing.succeeded.connect(self._make)
        self._listing.failed.connect(self.notice)
        self._layout = OneJob(self)
        self._layout.succeeded.connect(self._on_laid_out)
        self._layout.failed.connect(self.layout_changed)
        self._layout.cancelled.connect(self.layout_changed)
        self._tried = ""  # the map that was laid out last, whatever came of it

    def reset(self) -> None:
        """Leave the project's map."""
        self._kept = None
        self._await(None)
        self._job.close()
        self._listing.close()
        self._layout.close()
        self._tried = ""
        self._engine.withdraw(Priority.MAP)

    # -- the map ------------------------------------------------------------------------------

    @property
    def kept(self) -> KeptMap | None:
        """The map of the images as they are now; None where it has still to be made."""
        project = self._project
        name = name_of(project)
        if self._kept is None or self._kept.name != name:
            ids = np.array(sorted(project.pool.images), np.int64)
            self._kept = read_map(project.workspace, name, ids)
        return self._kept

    @property
    def is_making(self) -> bool:
        """Whether the map is being made, or waits to be."""
        return self._engine.runs(Priority.MAP) or self.is_waiting

    @property
    def is_waiting(self) -> bool:
        """Whether the map is made as soon as what goes first has ended."""
        return self._engine.waits(Priority.MAP)

    @property
    def _will_be_made(self) -> bool:
        """Whether the map comes by itself: a user may have stopped the one that runs."""
        stops = self._engine.state is State.CANCELLING and not self._engine.makes_way
        return self._engine.waits(Priority.MAP) or (self._engine.runs(Priority.MAP) and not stops)

    def want(self) -> None:
        """Announce the map, at once where it is kept, else when it has been made."""
        kept = self.kept
        if kept is not None:
            self.ready.emit(kept)
        else:
            self._make(None)

    @property
    def awaited(self) -> Question | None:
        """The question that waits for the map."""
        return self._question

    def _await(self, question: Question | None) -> None:
        before, self._question = self._question, question
        if before is not question:
            self.awaited_changed.emit()

    @property
    def is_laying_out(self) -> bool:
        """Whether better places are being computed."""
        return self._layout.running

    @property
    def can_lay_out(self) -> bool:
        """Whether better places could be computed and are not."""
        kept = self.kept
        return kept is not None and not kept.laid_out and not self.is_laying_out

    def lay_out(self) -> None:
        """Have t-SNE place the dots of the kept map; `ready` says when it has.

        What was cancelled is left at that until `lay_out_again`.
        """
        kept = self.kept
        if kept is not None and self._tried != kept.name:
            self.lay_out_again()

    def lay_out_again(self) -> None:
        """Have t-SNE place the dots, also where that was cancelled."""
        kept, folder = self.kept, self._project.workspace
        if kept is not None and self.can_lay_out:
            self._tried = kept.name
            self._layout.start(partial(lay_out_kept, folder, kept.name))
            self.layout_changed.emit()

    def cancel_layout(self) -> None:
        """Stop computing better places; those that there are stay."""
        self._layout.cancel()

    @Slot(object)
    def _on_laid_out(self, name: str) -> None:
        self._kept = None
        kept = self.kept
        if kept is not None:
            self.ready.emit(kept)
        self.layout_changed.emit()

    @Slot(object)
    def _make(self, outside: ImagePool | None) -> None:
        if self._project.absent:
            self._give_up(tr(ABSENT))
            return
        if outside is None and self._will_be_made:  # a second time would begin to count anew
            self._tell_when(begun=self._engine.runs(Priority.MAP))
            return
        make = partial(self._command, outside)
        self._tell_when(begun=self._engine.submit(make, self._on_event, Priority.MAP))

    def _tell_when(self, *, begun: bool) -> None:
        """Say that the images are being compared, or what goes first and about how long."""
        self.notice.emit(tr(COMPARING) if begun else self._later_words())

    def _later_words(self) -> str:
        return f"{tr(COMPARING_NEXT)} {waiting_words(self._engine, Priority.MAP)}"

    def making_words(self) -> str:
        """Say that the images are being compared, or what goes first now; "" if neither is so."""
        if self._engine.runs(Priority.MAP):
            return tr(COMPARING)
        return self._later_words() if self.is_waiting else ""

    def _command(self, outside: ImagePool | None) -> MapImages:
        project = self._project
        return MapImages(
            0,
            project.pool,
            project.classes.names,
            project.settings.run,
            str(project.workspace),
            name_of(project),
            project.settings.start_from,
            project.warm_start.checkpoint,
            outside,
        )

    def _on_event(self, command: Command, event: Event) -> None:
        if isinstance(event, Progress):
            self.progressed.emit(event)
        elif isinstance(event, Mapped):
            self._on_mapped(event)
        elif isinstance(event, CommandFailed):
            self._give_up(event.sentence)
        elif isinstance(event, CommandCancelled) and self._engine.makes_way:
            self._go_on_later(command)
        elif isinstance(event, CommandCancelled):
            self._give_up(tr("Cancelled."))

    def _go_on_later(self, command: Command) -> None:
        """Wait behind what goes first; what has been compared until now is kept in the project."""
        if not self._engine.waits(Priority.MAP):  # one that was asked for meanwhile does as well
            outside = command.outside if isinstance(command, MapImages) else None
            self._engine.submit(partial(self._command, outside), self._on_event, Priority.MAP)

    def _on_mapped(self, event: Mapped) -> None:
        self._kept = None
        kept = self.kept
        if kept is None:  # what it was made of is another now: the labels have gone on meanwhile
            self._make(None)
            return
        self.notice.emit(tr(COMPARED))  # else what it waited for would stand there for ever
        self.ready.emit(kept)
        if len(event.outside):
            self._search(Question(vectors=event.outside))
        elif self._question is not None:
            question = self._question
            self._await(None)  # a later map finds nothing anew
            self._search(question)

    def _give_up(self, sentence: str) -> None:
        self._await(None)
        self.not_made.emit(sentence)
        self.notice.emit(sentence)

    # -- more like these ----------------------------------------------------------------------

    def find(self, question: Question) -> None:
        """Look for images like some; `found` says which, once the map has been made."""
        self.asked.emit()
        if question.vectors is not None or self.kept is not None:
            self._await(None)
            self._search(question)
        else:
            self._await(question)
            self._make(None)

    def find_file(self, path: Path) -> None:
        """Look for images like those of a file that is no part of the project."""
        self.asked.emit()
        self._listing.start(partial(_pool_of, self._opened.services, path, self._project.workspace))

    def _search(self, question: Question) -> None:
        kept = self.kept
        if kept is None:
            return
        among = self._among(kept, question)
        if question.far:
            known = kept.rows(list(self._project.labels.answers))
            known = known[kept.readable[known]]
            self._job.start(partial(_least_like, kept, question, known, np.flatnonzero(among)))
            return
        to = kept.vectors[kept.rows(question.images)]
        vectors = to if question.vectors is None else question.vectors
        if not len(vectors):
            self.notice.emit(tr(NOT_COMPARED))
            return
        self._job.start(partial(_found, kept, question, vectors, among))

    def _among(self, kept: KeptMap, question: Question) -> npt.NDArray[np.bool_]:
        project = self._project
        among = kept.readable.copy()
        answered = project.labels.answers.keys()
        if question.among == "unlabelled":  # an image that is put a second time is none of them
            among[kept.rows(list(answered))] = False
        elif question.among == "labelled":  # it is found here once it may be seen that it is
            labelled = np.zeros(len(among), np.bool_)
            labelled[kept.rows(list(answered - self._images.repeats))] = True
            among &= labelled
        for images in (kept_off(project), question.images):
            among[kept.rows(list(images))] = False
        return among

    # -- what the model makes of them ---------------------------------------------------------

    @Slot(object)
    def keep_predictions(self, result: RoundFinished) -> None:
        """Keep what a round's model makes of every image, and what each answer stands for."""
        folder, number = self._project.workspace, result.round_number
        if result.probabilities.size:
            with contextlib.suppress(OSError):  # then the map shows fewer of them
                keep_predictions(folder, number, result.ranking, result.probabilities)
        answers = result.out_of_fold.image_ids
        if result.estimate is not None and answers.size:
            with contextlib.suppress(OSError):  # then they are worked out anew, nearly alike
                keep_weights(folder, number, answers, result.estimate.weights)


def _found(
    kept: KeptMap,
    question: Question,
    vectors: npt.NDArray[np.float32],
    among: npt.NDArray[np.bool_],
    progress: ProgressCallback,
) -> Found:
    rows, likeness = most_like(kept.vectors, vectors, among, MOST_FOUND)
    return Found(question, tuple(kept.ids[rows].tolist()), likeness)


def _least_like(
    kept: KeptMap,
    question: Question,
    known: npt.NDArray[np.intp],
    among: npt.NDArray[np.intp],
    progress: ProgressCallback,
) -> Found:
    rows, likeness = least_like(kept.vectors, known, among, progress)
    return Found(question, tuple(kept.ids[rows].tolist()), likeness)


def _pool_of(
    services: Services, path: Path, workspace: Path, progress: ProgressCallback
) -> ImagePool:
    """Return the images of a file, which stay where they are."""
    spec = spec_of(str(path))
    listing = services.list_images(spec, workspace, progress)
    return ImagePool.of_listing(listing, services.open_images(spec, workspace))


def is_image_file(path: Path) -> bool:
    """Say whether a path is a file of one image or a few, and no set to make a project of."""
    return path.is_file() and kind_at(path) in FILES


def name_of(project: Project) -> str:
    """Return the name under which the map of a project is kept, as its images are now."""
    run, warm = project.settings.run, project.warm_start
    record = warm.record if warm.checkpoint else None
    return map_name(
        project.pool.data_hash,
        len(project.pool.images),
        run.backbone,
        run.input_size,
        run.stem if run.learns_first else "",
        project.settings.start_from if run.learns_first else "",
        record.checkpoint_sha256 if record else "",
    )
