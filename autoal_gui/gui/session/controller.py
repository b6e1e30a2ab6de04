"""What the user can do, one small method for each thing; no widget, so that it is tested alone.

The controller owns the open project, the queue and the engine. Whatever changes is announced by a
signal; each view decides what to repaint.
"""

import contextlib
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import ModuleType

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from autoal_gui.core.database.round_rows import Outcome, Suggestion
from autoal_gui.core.errors import AutoALError, CheckpointError, ProjectDamaged, SourceError
from autoal_gui.core.images.source import Listing
from autoal_gui.core.labels.hidden_repeats import Answered
from autoal_gui.core.labels.journal import ANSWERS, Action, Entry
from autoal_gui.core.labels.label_queue import LabelQueue
from autoal_gui.core.language import mark, number, tr, tr_count
from autoal_gui.core.messages import (
    CommandCancelled,
    CommandFailed,
    Event,
    Explain,
    Explained,
    Exported,
    ExportModel,
    Notice,
    Predict,
    PredictFinished,
    Progress,
    Query,
    RoundFinished,
    RunRound,
    WarmStart,
    WarmStarted,
)
from autoal_gui.core.project.class_removal import remove_class, restore_class
from autoal_gui.core.project.export_snapshot import Choices, Snapshot
from autoal_gui.core.project.plan import ProjectPlan, make_folders
from autoal_gui.core.project.project import Project
from autoal_gui.core.project.warm_record import same_input
from autoal_gui.core.settings import RunSettings
from autoal_gui.engine.jobs import OneJob
from autoal_gui.engine.state import State
from autoal_gui.gui.keys import class_keys, keys_sentence
from autoal_gui.gui.services import Services
from autoal_gui.gui.session.engine_client import EngineClient
from autoal_gui.gui.session.file_checks import FileChecks

AT_ONCE = 500  # images answered with one key: more is a slip of the hand
SHOWN = 100  # milliseconds after which the next image is on screen, by far
START = "start.pt"  # the checkpoint that the first rounds start from
IMAGES_GONE = mark("The project opens again once its images are back; all labels are safe.")
WARM_LOST = mark("What was learned from the images is missing or damaged; it is learned again.")
WITHOUT_WARM_START = mark(
    "Training goes on without it; Continue learning, in its menu, tries again."
)
NO_MODEL = mark("There is no trained model yet: label a batch and let a round finish first.")
EXPORT_STOPPED = mark("The export was stopped; nothing was written.")
MODEL_LEFT = mark("A model was still being written; it is complete once its file is there.")
LABELS_NOT_WRITTEN = mark("The labels could not be written there; the project is unchanged.")


class Controller(QObject):
    """The open project, its queue and its training."""

    project_opened = Signal()
    project_closing = Signal()
    """The project is about to be closed; what is half typed can still go into it."""
    project_closed = Signal()
    image_changed = Signal(object)
    """The id of the image to show, or None when every image has an answer."""
    batch_changed = Signal()
    answering = Signal()
    """An answer is about to be saved."""
    answers_changed = Signal()
    classes_changed = Signal()
    settings_changed = Signal()
    rounds_changed = Signal()
    """A round or the warm start has begun or ended."""
    results_changed = Signal()
    """A round has brought a result."""
    progressed = Signal(object)
    """A `Progress` of the running command."""
    state_changed = Signal(object)
    notice = Signal(str)
    failed = Signal(str, str)
    """(one plain sentence, details that hold no patient data)."""
    damaged = Signal()
    """`failed` has just said that a project's file is damaged: it can be recovered."""
    images_wanted = Signal(str, object)
    """(title, image ids): show these images, and nothing else, on the review page."""
    exported = Signal(str, str)
    """(file or folder that was written, one sentence of what is in it)."""

    explained = Signal(object)
    """The `Explained` of the image that was asked about last."""
    not_explained = Signal(str)
    """In one sentence why it could not be."""
    predicting = Signal(object)
    """An event of the prediction that was asked for; after its `CommandFailed`, `CommandCancelled`
    or `PredictFinished` it is over."""

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._project: Project | None = None
        self._queue = LabelQueue()
        self._current: int | None = None
        self._asked_in = 0  # the last round when the image on screen was put there
        self._last_answered: int | None = None
        self._selection: tuple[int, ...] | None = None  # what the grid has selected
        self.last_entry: Entry | None = None
        """What was answered last, be it to a repeat."""
        self._round: int | None = None
        self._trained_on: tuple[tuple[int, int], ...] | None = None
        self._anew = False  # a round is due although its labels may not be new
        self._due = False  # a batch was completed, and no round has started for it yet
        self._warming: RunSettings | None = None  # those of the warm start that runs
        self._gave_up = False  # the warm start failed
        self._waiting_export: tuple[ModuleType, Path] | None = None
        self._waiting_question: Explain | None = None
        self._explaining = False
        self._waiting_prediction: Predict | None = None
        self._is_predicting = False
        self._shown = QTimer(self, singleShot=True, interval=SHOWN)
        self._shown.timeout.connect(self._after_shown)
        self.label_export = OneJob(self)
        self.label_export.succeeded.connect(self._on_labels_written)
        self.label_export.failed.connect(self._on_labels_not_written)
        self._labels_to = Path()
        self.checks = FileChecks(self)
        self.checks.stored.connect(self._on_unreadable)
        self.checks.ended.connect(self._on_checked)
        self._client = EngineClient(services.make_backend, self)
        self._client.happened.connect(self._on_event)
        self._client.state_changed.connect(self.state_changed)

    def warm_up(self) -> None:
        """Let the engine get ready before the first round."""
        self._client.warm_up()

    @property
    def services(self) -> Services:
        """What the window needs of the rest of the program."""
        return self._services

    # -- the project --------------------------------------------------------------------------

    @property
    def project(self) -> Project:
        """The open project.

        Raises:
            ValueError: none is open, a fault of the program.
        """
        if self._project is None:
            raise ValueError("no project is open")
        return self._project

    @property
    def is_open(self) -> bool:
        """Whether a project is open."""
        return self._project is not None

    def open_project(self, folder: Path) -> bool:
        """Open a project and go on where it was left; say whether that worked."""
        if self._project is not None and self._project.folder.resolve() == folder.resolve():
            return True
        return self._take(lambda: self._open(folder))

    def _open(self, folder: Path) -> Project:
        try:
            return Project.open(folder, self._services.open_images)
        except SourceError as error:
            raise SourceError(f"{error} {tr(IMAGES_GONE)}") from error

    def create_project(self, folder: Path, plan: ProjectPlan, listing: Listing) -> bool:
        """Write a new project into a folder and open it; say whether that worked."""
        services = self._services

        def make() -> Project:
            own = replace(plan, start_from=_own_checkpoint(folder, plan.start_from))
            return Project.create(folder, own, listing, services.open_images, services.annotator)

        return self._take(make)

    def _take(self, make: Callable[[], Project]) -> bool:
        try:
            project = make()
        except AutoALError as error:
            self.failed.emit(str(error), "")
            if isinstance(error, ProjectDamaged):
                self.damaged.emit()
            return False
        self._drop_prediction()
        self.close_project()
        self._project = project
        self._queue = project.batches.queue
        if self._queue.current(self.answered) is None:
            self._next_batch()
        self.project_opened.emit()
        self._show(self._queue.current(self.answered))
        self._begin()
        self.checks.start(project)
        return True

    def close_project(self) -> None:
        """Stop what runs and release the project; everything is saved already."""
        if self._project is None:
            return
        self.project_closing.emit()
        self._drop_prediction()
        told = self.stop_export()
        self._client.abandon()
        self.checks.close()
        # Where the disk is full, the same batch is dealt again, and a round that is not said to
        # have ended is one that was interrupted.
        if self._shown.isActive():
            with contextlib.suppress(AutoALError):
                self._save_batch()
        if self._round is not None:
            with contextlib.suppress(AutoALError):
                self._project.rounds.end(self._round, "interrupted", tr("The project was closed."))
        self._project.close()
        self._project, self._queue, self._current = None, LabelQueue(), None
        self._round, self._trained_on = None, None
        self._due, self._anew = False, False
        self._last_answered, self._selection = None, None
        self._waiting_question, self._explaining = None, False
        self._warming, self._gave_up = None, False
        self.project_closed.emit()
        if told:  # not as a notice, which the next project's words would replace at once
            self.failed.emit(tr(told), "")

    def close(self) -> None:
        """Close project and engine; the thread has ended when this returns."""
        try:
            self.close_project()
        finally:  # a thread that is left would end the whole program with it
            self._client.close()

    # -- labelling ----------------------------------------------------------------------------

    @property
    def current(self) -> int | None:
        """The image on screen."""
        return self._current

    @property
    def batch(self) -> tuple[int, ...]:
        """The images in the strip."""
        return self._queue.batch

    @property
    def rest(self) -> tuple[int, ...]:
        """The images that wait behind the batch, in the order asked."""
        return self._queue.rest

    @property
    def upcoming(self) -> tuple[int, ...]:
        """What is worth decoding ahead: unanswered images of the batch, then of the next one."""
        answered = self.answered
        ahead = (*self._queue.batch, *self._queue.rest[: self._queue.size])
        return tuple(image for image in ahead if image not in answered)

    @property
    def answered(self) -> Answered:
        """Which images need no asking, and what the reader may see of their answers."""
        return Answered(self.project.labels.journal, self._queue.repeats)

    def shown_answer(self, image_id: int | None) -> Entry | None:
        """Return the answer to an image that the reader may see: no earlier one of a repeat."""
        return None if image_id is None else self.answered.answer(image_id)

    @property
    def batch_answers(self) -> Mapping[int, Entry]:
        """What the reader may see of the answers to the images in the strip."""
        return self.answered.of_batch(self._queue)

    @property
    def last_answered(self) -> int | None:
        """The image answered last while this program ran, if its answer stands."""
        image = self._last_answered
        return image if image is not None and image in self.project.labels.answers else None

    def answer(self, class_index: int) -> None:
        """Give the image on screen a class, commit it, and show the next."""
        if class_index in self.project.classes.removed:
            name = self.project.classes.names[class_index]
            self.notice.emit(tr("The class {name} has been removed.", name=name))
        elif class_index < len(self.project.classes.names):
            self._answer("label", class_index)

    def unsure(self) -> None:
        """Answer that the class cannot be told."""
        self._answer("unsure")

    def skip(self) -> None:
        """Answer that the image is unusable."""
        self._answer("skip")

    def select(self, images: tuple[int, ...] | None) -> None:
        """Say which images the next answers are for; None for the one on screen."""
        self._selection = images

    def _targets(self) -> tuple[int, ...]:
        """Return the images that an answer is for, none with a notice where that cannot be."""
        if self._selection is None:
            return () if self._current is None else (self._current,)
        if not self._selection:
            self.notice.emit(tr("Select images in the grid first."))
        elif len(self._selection) > AT_ONCE:
            most = number(AT_ONCE)
            self.notice.emit(tr("At most {most} images can be answered at once.", most=most))
            return ()
        return self._selection

    def _answer(self, action: Action, class_index: int | None = None) -> None:
        images = self._targets()
        self.answering.emit()
        if not self._save(images, partial(self._give, action=action, class_index=class_index)):
            return
        self._last_answered = images[0] if len(images) == 1 else None
        completed = self._queue.current(self.answered) is None
        if completed:
            self._next_batch()
        self.answers_changed.emit()
        self._show(self._queue.current(self.answered))
        if completed:
            self._train_after_batch()

    def _save(self, images: tuple[int, ...], give: Callable[[int], Entry]) -> bool:
        """Commit an entry for each image, all or none; say whether there is something new."""
        try:
            if len(images) > 1:
                with self.project.labels.together():
                    for image in images:
                        give(image)
            elif images:
                give(images[0])
        except AutoALError as error:
            self.failed.emit(str(error), "")
            return False
        return bool(images)

    def _give(self, image: int, action: Action, class_index: int | None) -> Entry:
        project = self.project
        again = image in self._queue.repeats
        # Whoever answered an image before has seen what the model made of it.
        seen = image in project.labels.journal.first_answers and not again
        self.last_entry = project.labels.answer(
            image,
            action,
            class_index,
            project.rounds.suggestion(image),
            shown=project.settings.show_suggestions or seen,
            round_number=self._asked_in,
            purpose="repeat" if again else "answer",
        )
        return self.last_entry

    def flag(self) -> None:
        """Put a flag on the image on screen or those selected; take it off where all have one."""
        images, journal = self._targets(), self.project.labels.journal
        flagged = not all(journal.is_flagged(image) for image in images)
        if self._save(images, partial(self.project.labels.flag, flagged=flagged)):
            self.answers_changed.emit()

    @property
    def comment(self) -> str:
        """The comment on the image on screen or those selected; empty where they differ."""
        images = (self._current,) if self._selection is None else self._selection
        found = {
            self.project.labels.journal.comment(image) for image in images if image is not None
        }
        return found.pop() if len(found) == 1 else ""

    def comment_on(self, comment: str) -> None:
        """Put a comment on the image on screen or those selected; an empty one removes it."""
        if comment != self.comment and self._save(
            self._targets(), partial(self.project.labels.comment_on, comment=comment)
        ):
            self.answers_changed.emit()

    def undo(self) -> None:
        """Take back what was given last and show its image, over batches and restarts.

        Answers that were given at once are taken back at once.
        """
        entries = self.take_back()
        if entries:
            self._after_history(entries[-1].image_id)

    def take_back(self) -> tuple[Entry, ...]:
        """Take back what was given last; what is left without an answer is asked for again.

        Nothing is shown or announced: `catch_up` does that away from the desk.
        """
        if not self.project.labels.can_undo:
            self.notice.emit(tr("There is no answer to take back."))
        entries, queue = self._turned(self.project.labels.undo_together), self._queue
        for entry in entries:
            again = entry.purpose == "repeat"
            if entry.action in ANSWERS and (
                again or entry.image_id not in self.project.labels.answers
            ):
                queue = queue.brought_back(entry.image_id, again)
        if queue != self._queue:
            self._set_queue(queue)
        return entries

    def catch_up(self) -> None:
        """Announce answers that were given or taken back elsewhere, and go on behind them."""
        completed = bool(self._queue.batch) and self._queue.current(self.answered) is None
        if completed:
            self._next_batch()
        self.answers_changed.emit()
        if completed or self._current is None:
            self._show(self._queue.current(self.answered))
        if completed:
            self._train_after_batch()

    def redo(self) -> None:
        """Give what was taken back last again and show what follows."""
        entries = self._turned(self.project.labels.redo_together)
        if not entries:
            self.notice.emit(tr("There is no answer to restore."))
            return
        if self._queue.current(self.answered) is None:
            self._next_batch()
        answered = entries[-1].action in ANSWERS
        following = self._queue.current(self.answered)
        self._after_history(following if answered else entries[-1].image_id)

    def _turned(self, turn: Callable[[], tuple[Entry, ...]]) -> tuple[Entry, ...]:
        try:
            return turn()
        except AutoALError as error:
            self.failed.emit(str(error), "")
            return ()

    def _after_history(self, image: int | None) -> None:
        self._last_answered = None
        self.answers_changed.emit()
        self._show(image)

    def go_to(self, image_id: int) -> None:
        """Show an image of the project, answered or not."""
        if image_id in self.project.pool.images:
            self._show(image_id)

    def show_again(self, image_id: int) -> None:
        """Show an answered image to someone who has seen its answer, perhaps to correct it.

        If it was to be put a second time, it no longer is: that would measure nothing, and the
        correction would be stored as the answer to a repeat.
        """
        completed = False
        if image_id in self._queue.repeats:
            self._set_queue(self._queue.without_repeat(image_id))
            completed = self._queue.current(self.answered) is None
            if completed:
                self._set_queue(self._queue.next_batch(self.project.labels.answers))
        self.go_to(image_id)
        if completed:
            self._train_after_batch()

    def show_images(self, title: str, image_ids: tuple[int, ...]) -> None:
        """Ask for a page of these images, under a title that says what they have in common."""
        self.images_wanted.emit(title, image_ids)

    def back(self) -> None:
        """Show the image answered before the one on screen."""
        path = self._path()
        position = path.index(self._current) if self._current in path else len(path)
        if position == 0:
            self.notice.emit(tr("This is the first image that was answered."))
            return
        self.show_again(path[position - 1])

    def forward(self) -> None:
        """Show the image answered after the one on screen, in the end the first unanswered."""
        path = self._path()
        position = path.index(self._current) + 1 if self._current in path else len(path)
        if position < len(path):
            self.show_again(path[position])
        else:
            self._show(self._queue.current(self.answered))

    def _path(self) -> list[int]:
        """Return the images that were answered here, in the order of their answers."""
        given = [e for e in self.project.labels.answers.values() if e.action != "import"]
        return [entry.image_id for entry in sorted(given, key=lambda e: e.sequence)]

    def visible_suggestion(self, image_id: int) -> Suggestion | None:
        """Return the model's suggestion where the reader may see it: blind first by default."""
        if self.project.settings.show_suggestions or image_id in self.answered:
            return self.project.rounds.suggestion(image_id)
        return None

    def query(self, image_id: int) -> Query | None:
        """Return why an image was asked for, as far as the project knows."""
        return self.project.rounds.query(image_id)

    def _next_batch(self) -> None:
        self._set_queue(
            self._queue.next_batch(self.project.labels.answers, self.project.batches.repeats())
        )

    def _set_queue(self, queue: LabelQueue) -> None:
        self._queue = queue
        self._shown.start()
        self.batch_changed.emit()

    @Slot()
    def _after_shown(self) -> None:
        """Do what the next image must not wait for: store the batch, start the round."""
        self._save_batch()
        if self.state is State.IDLE:
            self._go_on()

    def _save_batch(self) -> None:
        """Remember the batch; a program that ends before deals the same one again."""
        self._shown.stop()
        try:
            self.project.batches.save(self._queue.batch, self._queue.repeats)
        except AutoALError as error:  # labelling goes on; only opening would begin elsewhere
            self.failed.emit(str(error), "")

    @Slot(object)
    def _on_unreadable(self, images: frozenset[int]) -> None:
        """Pass over images whose files turned out to be unreadable, but for the one on screen."""
        self._set_queue(self._queue.without(images - {self._current}))
        if self._queue.current(self.answered) is None:
            self._next_batch()

    @Slot(object)
    def _on_checked(self, unreadable: frozenset[int]) -> None:
        """Say how many of the files that were read beside the labelling cannot be used."""
        if unreadable:
            self.notice.emit(
                tr_count(
                    "All files have been read; {count} cannot be used, see the import report.",
                    "All files have been read; {count} cannot be used, see the import report.",
                    len(unreadable),
                )
            )

    def _show(self, image: int | None) -> None:
        self._current = image
        self._asked_in = self.project.rounds.last
        self.image_changed.emit(image)

    # -- training -----------------------------------------------------------------------------

    @property
    def state(self) -> State:
        """What the engine is doing."""
        return self._client.state

    @property
    def at_rest(self) -> bool:
        """Whether the engine does nothing, and no round is about to start."""
        return self.state is State.IDLE and not self._due

    @property
    def round_number(self) -> int | None:
        """The number of the running round, or None."""
        return self._round

    @property
    def is_explaining(self) -> bool:
        """Whether the engine works out where the model looked."""
        return self._explaining

    @property
    def new_labels(self) -> int:
        """How many training labels came in since the last round that finished."""
        finished = self.project.rounds.finished()
        before = finished[-1].labels if finished else 0
        return self.project.labels.counts.labels["pool"] - before

    def train_now(self) -> None:
        """Start a round with the labels of now, unless one is running."""
        if self.state is State.IDLE:
            self._start_round()
        elif self._is_predicting:
            self._train_anew()
            self.notice.emit(tr("The round starts when the prediction has ended."))
        else:
            self.notice.emit(tr("A round is running already."))

    def cancel(self) -> None:
        """Stop what the engine does; the last good model is kept.

        What a warm start has learned until then is used, by the round that waits for it too.
        """
        if self._is_predicting:
            self.cancel_prediction()
            return
        if not self.is_warming:
            self._waiting_export = None
            self._due = False
        self._client.cancel()

    def _begin(self) -> None:
        """Start what a project that has just been opened needs first."""
        project = self.project
        if project.warm_start.forget_lost():
            self.notice.emit(tr(WARM_LOST))
        self._due = self.new_labels >= project.settings.run.batch_size
        # The first images are drawn at random: before any label a ranking is worth nothing yet
        # beside what the warm start will learn, and random images measure the model honestly.
        first = not (project.rounds.finished() or project.warm_start.wanted)
        if self._should_warm_start():
            self._start_warming()
        elif self._due or first:
            self._start_round()

    def _train_after_batch(self) -> None:
        self._due = True
        if self.state is State.IDLE:
            self._shown.start()
        else:
            self.rounds_changed.emit()

    def _train_anew(self) -> None:
        """Have a round run when the engine is free, although its labels may not be new."""
        self._due, self._anew = True, True

    def _labels_changed(self) -> bool:
        if self._trained_on is None:
            return self.new_labels != 0
        return self.project.labels.training() != self._trained_on

    def _start_round(self) -> None:
        project = self.project
        self._due, self._anew = False, False
        self._trained_on = project.labels.training()
        number = self._round = project.rounds.begin()
        self._client.submit(
            RunRound(
                request_id=0,
                round_number=number,
                pool=project.pool,
                classes=project.classes.names,
                labelled=self._trained_on,
                unlabelled=project.labels.unanswered(),
                evaluation=project.labels.evaluation(),
                settings=project.settings.run,
                workspace=str(project.workspace),
                checkpoint=str(project.models_folder / f"round-{number:04d}.pt"),
                start_from=project.settings.start_from,
                warm_start=project.warm_start.checkpoint,
                previous=str(project.rounds.last_checkpoint() or ""),
                history=project.rounds.history(),
            )
        )
        self.rounds_changed.emit()

    # -- the warm start -----------------------------------------------------------------------

    @property
    def is_warming(self) -> bool:
        """Whether the warm start runs."""
        return self._warming is not None

    @property
    def round_waits(self) -> bool:
        """Whether a complete batch waits for what runs to end."""
        return self._due

    @property
    def can_continue_learning(self) -> bool:
        """Whether there is a warm start to go on with, and nothing else runs."""
        if not self.is_open or self.state is not State.IDLE or not self.project.warm_start.wanted:
            return False
        record = self.project.warm_start.record
        return record is None or not record.complete

    def continue_learning(self) -> None:
        """Go on with a warm start that was stopped or has failed."""
        if self.can_continue_learning:
            self.project.warm_start.go_on()
            self._start_warming()

    def _should_warm_start(self) -> bool:
        """Say whether the warm start is to run by itself."""
        if self._gave_up or not self.project.warm_start.wanted:
            return False
        record = self.project.warm_start.record
        return record is None or record.pending

    def _start_warming(self) -> None:
        project = self.project
        self._warming, self._gave_up = project.settings.run, False
        self._client.submit(
            WarmStart(
                request_id=0,
                pool=project.pool,
                classes=project.classes.names,
                settings=project.settings.run,
                workspace=str(project.workspace),
                checkpoint=str(project.warm_start.file),
            )
        )
        self.rounds_changed.emit()

    def _on_warm_started(self, result: WarmStarted, settings: RunSettings) -> None:
        project = self.project
        if project.warm_start.wanted:
            project.warm_start.finish(result, settings)
            self._train_anew()  # at once: even a few images are better asked for than drawn
        self._warming = None
        self.rounds_changed.emit()
        self._go_on()

    # -- what the engine says -----------------------------------------------------------------

    @Slot(object)
    def _on_event(self, event: Event) -> None:
        if self._is_predicting:
            self._on_predicting(event)
        elif isinstance(event, Progress):
            self.progressed.emit(event)
        elif isinstance(event, Notice):
            self.notice.emit(event.sentence)
        elif isinstance(event, RoundFinished):
            self._on_round_finished(event)
        elif isinstance(event, Exported):
            self.exported.emit(event.target, "")
            self._go_on()
        elif self._explaining:  # whatever comes now ends it: it has no progress
            self._on_explained(event)
        elif isinstance(event, WarmStarted) and self._warming is not None:
            self._on_warm_started(event, self._warming)
        elif isinstance(event, CommandFailed):
            self._on_failed(event)
        elif isinstance(event, CommandCancelled):
            self._on_cancelled()

    def _on_round_finished(self, result: RoundFinished) -> None:
        project = self.project
        try:
            project.rounds.finish(result)
        except AutoALError as error:
            self._on_failed(CommandFailed(result.request_id, str(error), ""))
            return
        self._round = None
        queue = replace(self._queue, size=project.settings.run.batch_size)
        again = () if self._current in queue.repeats else project.batches.repeats()
        self._set_queue(queue.rerank(project.batches.ranking, self.answered, self._current, again))
        self.rounds_changed.emit()
        self.results_changed.emit()
        if self._current is None:
            self._show(self._queue.current(self.answered))
        for sentence in result.notices:
            self.notice.emit(sentence)
        self._go_on()

    def _on_failed(self, event: CommandFailed) -> None:
        sentence = event.sentence
        if self.is_warming:
            self._warming, self._gave_up = None, True
            sentence = f"{sentence} {tr(WITHOUT_WARM_START)}"
        lost = self.project.warm_start.forget_lost()
        self._end_round("failed", event.sentence)
        if lost:
            self._train_anew()
            self.notice.emit(tr(WARM_LOST))
        else:
            self.failed.emit(sentence, event.details)
        self._go_on()

    def _on_cancelled(self) -> None:
        if self._warming is not None and self.project.warm_start.wanted:
            self.project.warm_start.stop(self._warming)
        self._warming = None
        self._end_round("cancelled", "")
        self.notice.emit(tr("Cancelled; all labels and the last good model are kept."))
        self._go_on()

    def _end_round(self, outcome: Outcome, sentence: str) -> None:
        """Note that what ran has brought no result."""
        if self._round is not None:
            with contextlib.suppress(AutoALError):  # it then counts as interrupted
                self.project.rounds.end(self._round, outcome, sentence)
            self._round = None
        self.rounds_changed.emit()

    def _go_on(self) -> None:
        """Do what had to wait for the engine: an export, the warm start, then the next round."""
        if self._waiting_export is not None:
            waiting, self._waiting_export = self._waiting_export, None
            self.export_model(*waiting)
        elif self._waiting_question is not None:
            self._ask(self._waiting_question)
        elif self._waiting_prediction is not None:
            self._start_predicting(self._waiting_prediction)
        elif not self.is_open:
            pass
        elif self._should_warm_start():
            self._start_warming()
        elif self._due:
            self._start_due()

    def _start_due(self) -> None:
        self._due = False
        if self._anew or self._labels_changed():
            self._start_round()

    # -- settings and classes -----------------------------------------------------------------

    def change_settings(self, settings: RunSettings) -> None:
        """Use other settings from the next round on; a warm start of no use to them is stopped."""
        project = self.project
        project.settings.run = settings
        self._queue = replace(self._queue, size=settings.batch_size)
        self.settings_changed.emit()
        if self._warming is not None:
            if not (project.warm_start.wanted and same_input(self._warming, settings)):
                self._client.cancel()
        elif self.state is State.IDLE and self._should_warm_start():
            self._start_warming()

    def set_show_suggestions(self, shown: bool) -> None:
        """Show the model's suggestion before the answer, or only after it."""
        self.project.settings.show_suggestions = shown
        self.settings_changed.emit()

    def set_repeat_every(self, every: int) -> None:
        """Put one image in so many answers to the reader a second time; 0 for none."""
        self.project.settings.repeat_every = every
        self.settings_changed.emit()

    def set_annotator(self, name: str) -> None:
        """Say who labels from now on."""
        self.project.settings.annotator = name.strip() or self._services.annotator
        self.settings_changed.emit()

    def add_class(self, name: str) -> None:
        """Add a class at the end, or take one of that name that was removed into use again."""
        classes = self.project.classes.names
        if name in classes and classes.index(name) in self.project.classes.removed:
            self._change_classes(lambda: restore_class(self.project, classes.index(name)))
            return
        before = class_keys(len(self.project.classes.names))
        self._change_classes(lambda: self.project.classes.add(name))
        after = class_keys(len(self.project.classes.names))
        if before != after[: len(before)]:
            self.notice.emit(keys_sentence(len(after)))

    def rename_class(self, class_index: int, name: str) -> None:
        """Rename a class; its labels stay."""
        self._change_classes(lambda: self.project.classes.rename(class_index, name))

    def remove_class(self, class_index: int, heir: int | None) -> None:
        """Take a class out of use; its images get the class `heir`, or are "unsure"."""
        self._change_classes(lambda: remove_class(self.project, class_index, heir))
        self._last_answered = None
        self.answers_changed.emit()

    def _change_classes(self, change: Callable[[], object]) -> None:
        try:
            change()
        except AutoALError as error:
            self.failed.emit(str(error), "")
        self.classes_changed.emit()

    # -- export -------------------------------------------------------------------------------

    @property
    def is_exporting(self) -> bool:
        """Whether labels or a model are being written, or are to be once the engine is free."""
        waits, written = self._waiting_export is not None, self._client.running
        return self.label_export.running or waits or isinstance(written, ExportModel)

    def stop_export(self) -> str:
        """Leave what is being written, or waits to be; return what to tell, or nothing.

        The sentence is for `tr`: the language may change before it is shown. No exporter of a
        model looks whether it is to stop: the engine ends when it has written it.
        """
        waited, self._waiting_export = self._waiting_export is not None, None
        if isinstance(self._client.running, ExportModel):
            self._client.abandon()
            return MODEL_LEFT
        return EXPORT_STOPPED if self.label_export.close() or waited else ""

    def export_labels(
        self,
        exporter: ModuleType,
        target: Path,
        choices: Choices = Choices(),  # noqa: B008 - frozen
    ) -> None:
        """Write the labels, or a report on them, as they stand now; beside the window."""
        self._labels_to = target
        labels = Snapshot.of(self.project)
        self.label_export.start(partial(exporter.write, target, labels, choices))

    @Slot(object)
    def _on_labels_written(self, sentence: str) -> None:
        self.exported.emit(str(self._labels_to), sentence)

    @Slot(str)
    def _on_labels_not_written(self, sentence: str) -> None:
        self.failed.emit(sentence, "")

    def export_model(self, exporter: ModuleType, target: Path) -> None:
        """Write the last good model with an exporter of KIND "model", after a running round."""
        checkpoint = self.project.rounds.last_checkpoint()
        if checkpoint is None:
            self.failed.emit(tr(NO_MODEL), "")
            return
        if self.state is State.IDLE:
            self._client.submit(ExportModel(0, exporter.NAME, str(checkpoint), str(target)))
        else:
            self._waiting_export = (exporter, target)
            self.notice.emit(tr("Training goes on; the model will be written when it has ended."))

    # -- where the model looks ----------------------------------------------------------------

    def may_explain(self, image_id: int) -> bool:
        """Say whether the reader may see what the model made of an image: blind first."""
        return self.project.settings.show_suggestions or image_id in self.answered

    def explain(self, image_id: int) -> bool:
        """Work out where the last good model looked; say whether that begins at once."""
        checkpoint = self.project.rounds.last_checkpoint()
        if checkpoint is None:
            self.not_explained.emit(tr(NO_MODEL))
            return True
        question = Explain(0, self.project.pool, image_id, str(checkpoint))
        if self.state is State.IDLE:
            self._ask(question)
            return True
        self._waiting_question = question
        return False

    def forget_question(self) -> None:
        """Leave what was asked and has not begun: another image is on screen."""
        self._waiting_question = None

    def _ask(self, question: Explain) -> None:
        self._waiting_question, self._explaining = None, True
        self._client.submit(question)

    def _on_explained(self, event: Event) -> None:
        self._explaining = False
        if isinstance(event, Explained):
            self.explained.emit(event)
        else:
            sentence = event.sentence if isinstance(event, CommandFailed) else tr("Cancelled.")
            self.not_explained.emit(sentence)
        self._go_on()

    # -- predictions --------------------------------------------------------------------------

    @property
    def is_predicting(self) -> bool:
        """Whether the engine applies a model to images."""
        return self._is_predicting

    def predict(self, command: Predict) -> bool:
        """Apply a model to images, with or without a project; say whether that begins at once.

        Else it begins when what runs has ended.
        """
        if self.state is State.IDLE:
            self._start_predicting(command)
            return True
        self._waiting_prediction = command
        return False

    def cancel_prediction(self) -> None:
        """Stop the prediction, or leave the one that waits."""
        if self._is_predicting:
            self._client.cancel()
        elif self._waiting_prediction is not None:
            self._drop_prediction()

    def _start_predicting(self, command: Predict) -> None:
        self._waiting_prediction, self._is_predicting = None, True
        self._client.submit(command)

    def _on_predicting(self, event: Event) -> None:
        over = isinstance(event, CommandFailed | CommandCancelled | PredictFinished)
        self._is_predicting = not over
        self.predicting.emit(event)
        if over:
            self._go_on()

    def _drop_prediction(self) -> None:
        """Forget a prediction that runs or waits: its images or the engine are needed."""
        if self._is_predicting:
            self._client.abandon()
        if self._is_predicting or self._waiting_prediction is not None:
            self._is_predicting, self._waiting_prediction = False, None
            self.predicting.emit(CommandCancelled(0))


def _own_checkpoint(folder: Path, given: str) -> str:
    """Copy the checkpoint to start from into a project, so that the original may go."""
    if not given:
        return ""
    make_folders(folder)
    own = folder / "models" / START
    try:
        shutil.copyfile(given, own)
    except OSError as error:
        raise CheckpointError(tr("The checkpoint to start from cannot be copied.")) from error
    return str(own)
