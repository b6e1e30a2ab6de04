"""When a round or the warm start runs, and what becomes of what they bring."""

import contextlib
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from autoal_gui.core.database.round_rows import Outcome
from autoal_gui.core.errors import AutoALError, ProjectGone
from autoal_gui.core.language import mark, tr
from autoal_gui.core.messages import (
    Command,
    CommandCancelled,
    CommandFailed,
    Event,
    Notice,
    Progress,
    RoundFinished,
    RunRound,
    WarmStart,
    WarmStarted,
)
from autoal_gui.core.project.kept_point import note_replaced
from autoal_gui.core.project.stores.warm_record import same_input
from autoal_gui.core.settings import FIRST_IMAGES, RunSettings
from autoal_gui.engine.state import State
from autoal_gui.gui.session.engine_queue import EngineQueue, Priority
from autoal_gui.gui.session.open_project import OpenProject
from autoal_gui.gui.session.part import CANCELLED, Part
from autoal_gui.gui.session.rounds.before_learning import (
    at_once,
    lacks_a_model,
    uses_before,
)
from autoal_gui.gui.session.rounds.layer_trial import LayerTrial, is_owed
from autoal_gui.gui.session.rounds.next_round import NextRound
from autoal_gui.gui.session.rounds.trial_words import begun_words

AFTER_SHOWN = 100  # milliseconds: a round does not start before the next image is on screen
ABSENT = mark("Nothing can be learned while the images are not there.")
AFTER_PREDICTION = mark("The round starts when the prediction has ended.")
AFTER_LEARNING = mark("The round starts when learning from your images has ended.")
WARM_LOST = mark("What was learned from the images is missing or damaged; it is learned again.")
WITHOUT_WARM_START = mark(
    "Training goes on without it; Continue learning, in its menu, tries again."
)


class RoundState(Part):
    """What goes on, and what the next round waits for."""

    _engine: EngineQueue
    _without: bool
    next_round: NextRound

    @property
    def round_number(self) -> int | None:
        """The number of the running round, or None."""
        running = self._engine.running
        return running.round_number if isinstance(running, RunRound) else None

    @property
    def is_warming(self) -> bool:
        """Whether the warm start runs."""
        return self._engine.runs(Priority.WARM_START)

    @property
    def chooses_before(self) -> bool:
        """Whether rounds use a network with weights, since the warm start has brought nothing."""
        return not self._without and uses_before(self._project)

    @property
    def round_waits(self) -> bool:
        """Whether a round with the answers of now waits for what runs to end."""
        first = self._engine.waits(Priority.FIRST) and bool(self._project.labels.answers)
        return first or self._engine.waits(Priority.ROUND)

    @property
    def trains(self) -> bool:
        """Whether the round that runs trains a model; it may only put the images in order."""
        running = self._engine.running
        return isinstance(running, RunRound) and _are_several(running.labelled)

    @property
    def answers_left(self) -> int:
        """After how many answers the next round starts; 0 where none are needed."""
        return 0 if self.round_waits else self.next_round.left(self._project)


class Training(RoundState):
    """Submits the warm start and the rounds, and stores their results."""

    rounds_changed = Signal()
    """A round or the warm start has begun or ended, or waits."""
    ranked = Signal(object)
    """The `RoundFinished` whose ranking has just been stored."""
    progressed = Signal(object)
    """A `Progress` of a round or of the warm start."""

    def __init__(
        self,
        opened: OpenProject,
        engine: EngineQueue,
        next_round: NextRound,
        parent: QObject | None = None,
    ) -> None:
        """Start rounds as `next_round` counts the answers."""
        super().__init__(opened, parent)
        self._engine = engine
        self._engine.began.connect(self._on_began)
        self.trial = LayerTrial()
        self.next_round = next_round
        self._trained_on: tuple[tuple[int, int], ...] | None = None
        self._gave_up = False  # the warm start failed: it is not tried again by itself
        self._without = False  # the network that chooses before it failed

    def begin(self) -> None:
        """Start what a project that has just been opened needs first."""
        project = self._project
        if project.absent:
            return
        if self._forget_lost_warm_start():
            self.notice.emit(tr(WARM_LOST))
        due = self.next_round.follow(project) and self.new_labels != 0
        # Where no network with weights can choose them, the first images are drawn at random: a
        # ranking is worth nothing yet beside what the warm start will learn.
        new = not project.rounds.finished()
        if new and self.chooses_before and not project.labels.training():
            self._submit_round(anew=True, priority=Priority.FIRST)
        self._submit_warm_start()
        if due or (new and not project.warm_start.wanted):
            self._submit_round(anew=True)

    def reset(self) -> None:
        """Leave the project's training: a round that runs counts as interrupted."""
        if self.round_number is not None:
            self._end_round(self.round_number, "interrupted", tr("The project was closed."))
        self._trained_on, self._gave_up, self._without = None, False, False
        self.trial = LayerTrial()

    @property
    def new_labels(self) -> int:
        """How many training labels came in since the last round that finished."""
        finished = self._project.rounds.finished()
        before = finished[-1].labels if finished else 0
        labels = self._project.labels
        other = labels.answers.keys() & self._project.other_pixels  # they are not learned from
        singly = (i for i in other if labels.answers[i].purpose != "confirm")
        pool = sum(self._project.pool.images[i].split == "pool" for i in singly)
        return labels.counts.labels["pool"] - pool - before

    @property
    def can_continue_learning(self) -> bool:
        """Whether there is a warm start to go on with, and nothing else runs."""
        if not self._opened.is_open or self._engine.state is not State.IDLE:
            return False
        record = self._project.warm_start.record
        return self._project.warm_start.wanted and (record is None or not record.complete)

    # -- what the user asks for ---------------------------------------------------------------

    def train_now(self) -> None:
        """Start a round with the labels of now, unless one is running."""
        if self._project.absent:
            self.notice.emit(tr(ABSENT))
        elif self._engine.state is State.IDLE or self._engine.runs(Priority.MAP):
            self._submit_round(anew=True)
        elif self._engine.runs(Priority.PREDICTION):
            self._submit_round(anew=True)
            learns = self._engine.waits(Priority.WARM_START)  # which goes on first
            self.notice.emit(tr(AFTER_LEARNING if learns else AFTER_PREDICTION))
        else:
            self.notice.emit(tr("A round is running already."))

    def continue_learning(self) -> None:
        """Go on with a warm start that was stopped or has failed."""
        if self.can_continue_learning and self.attempt(self._project.warm_start.go_on):
            self._gave_up = False
            self._submit_warm_start()

    @Slot()
    def follow_answers(self) -> None:
        """Have a round run once the answers are as many as a batch has, whatever asked for them."""
        if not self._opened.is_open or not self.next_round.follow(self._project):
            return
        first = self.chooses_before and self._should_warm_start() and lacks_a_model(self._project)
        if first:  # it goes before the warm start, which is put down where it runs
            self._submit_round(anew=False, priority=Priority.FIRST)
            self._submit_warm_start()
            if self.is_warming:
                self._engine.make_way()
        elif not self._engine.waits(Priority.ROUND):
            self._submit_round(anew=False)
        if self._engine.state is not State.IDLE:
            self.rounds_changed.emit()

    @Slot()
    def follow_settings(self) -> None:
        """Stop a warm start of no use to the settings; start the one that they ask for."""
        running, project = self._engine.running, self._project
        if not isinstance(running, WarmStart):
            self._submit_warm_start()
        elif not (project.warm_start.wanted and same_input(running.settings, project.settings.run)):
            self._engine.cancel()

    # -- rounds -------------------------------------------------------------------------------

    def _submit_round(self, anew: bool, priority: Priority = Priority.ROUND) -> None:
        """Have a round run; `anew`: also where its labels are not new, and without delay."""
        make, delay = partial(self._make_round, anew), 0 if anew else AFTER_SHOWN
        self._engine.submit(make, self._on_event, priority, delay)

    def _make_round(self, anew: bool) -> RunRound | None:
        project = self._project
        if project.absent or not (anew or self._labels_changed()):
            return None
        self._trained_on = project.labels.training()
        if _are_several(self._trained_on):  # else it brings the first model no nearer
            self.next_round.count_anew(project)
        before = self.chooses_before
        settings = at_once(project) if before else project.settings.run
        # Beside a warm start that waits, time is short, and its own round will rank all images.
        short = before and (not self._trained_on or self._engine.waits(Priority.WARM_START))
        try:
            number = project.rounds.begin(settings)
        except AutoALError as error:
            self.fail(error)
            return None
        return RunRound(
            request_id=0,
            round_number=number,
            pool=project.pool,
            classes=project.classes.names,
            labelled=self._trained_on,
            unlabelled=project.labels.unanswered(),
            evaluation=project.labels.evaluation(),
            settings=settings,
            workspace=str(project.workspace),
            checkpoint=str(project.models_folder / f"round-{number:04d}.pt"),
            start_from=project.settings.start_from,
            warm_start=project.warm_start.checkpoint,
            previous=str(project.rounds.last_checkpoint() or ""),
            history=project.rounds.history(),
            confirmed=project.bulk.training(),
            sample=FIRST_IMAGES if short else 0,
            trial_owed=is_owed(project),
            not_now=self.trial.begin(project),
            trial_seconds=self.trial.seconds or 0.0,
            trial_is_long=self.trial.is_long,
        )

    def _labels_changed(self) -> bool:
        if self._trained_on is None:
            return self.new_labels != 0
        return self._project.labels.training() != self._trained_on

    # -- the warm start -----------------------------------------------------------------------

    def _submit_warm_start(self) -> None:
        """Have the warm start run where it is to run by itself."""
        if self._should_warm_start():
            self._engine.submit(self._make_warm_start, self._on_event, Priority.WARM_START)

    def _should_warm_start(self) -> bool:
        if self._gave_up or self._project.absent or not self._project.warm_start.wanted:
            return False
        record = self._project.warm_start.record
        return record is None or record.pending

    def _make_warm_start(self) -> WarmStart | None:
        if not self._should_warm_start():  # the settings may have changed while it waited
            return None
        project = self._project
        return WarmStart(
            request_id=0,
            pool=project.pool,
            classes=project.classes.names,
            settings=project.settings.run,
            workspace=str(project.workspace),
            checkpoint=str(project.warm_start.file),
        )

    def _forget_lost_warm_start(self) -> bool:
        """Forget a warm start whose file is missing or damaged; say whether that was so."""
        try:
            return self._project.warm_start.forget_lost()
        except AutoALError as error:
            self.fail(error)
            return False

    # -- what the engine says -----------------------------------------------------------------

    @Slot(object)
    def _on_began(self, priority: Priority) -> None:
        if priority in (Priority.FIRST, Priority.WARM_START, Priority.ROUND):
            self.rounds_changed.emit()
        if self.round_number is not None and self.trial.is_ahead and not self.trial.is_left_out:
            self.trial.told = begun_words(self.trial)
            self.notice.emit(self.trial.told)

    def _on_event(self, command: Command, event: Event) -> None:
        if isinstance(event, Progress):
            self.trial.follow(event)
            self.progressed.emit(event)
        elif isinstance(event, Notice):
            self.notice.emit(event.sentence)
        elif isinstance(event, RoundFinished):
            self._on_round_finished(command, event)
        elif isinstance(event, WarmStarted) and isinstance(command, WarmStart):
            self._on_warm_started(event, command.settings)
        elif isinstance(event, CommandFailed):
            self._on_failed(command, event)
        elif isinstance(event, CommandCancelled):
            self._on_cancelled(command)

    def _on_round_finished(self, command: Command, result: RoundFinished) -> None:
        try:
            if result.checkpoint:
                note_replaced(self._project, result.round_number)
            self._project.rounds.finish(result)
        except AutoALError as error:
            self._on_failed(command, CommandFailed(result.request_id, str(error), ""))
            if isinstance(error, ProjectGone):
                self.gone.emit()
            return
        self.ranked.emit(result)
        self.rounds_changed.emit()
        for sentence in result.notices:
            self.notice.emit(sentence)

    def _on_warm_started(self, result: WarmStarted, settings: RunSettings) -> None:
        project = self._project
        made_way = self._engine.makes_way and not result.complete
        if project.warm_start.wanted:
            try:
                if made_way:
                    project.warm_start.put_down(result, settings)
                else:
                    project.warm_start.finish(result, settings)
            except AutoALError as error:
                self._give_up(str(error), "")
            else:
                # At once: even a few images are better asked for than drawn.
                self._submit_warm_start() if made_way else self._train_anew()
        self.rounds_changed.emit()

    def _on_failed(self, command: Command, event: CommandFailed) -> None:
        self._gave_up = self._gave_up or isinstance(command, WarmStart)
        self._without = self._without or (
            isinstance(command, RunRound) and command.settings.is_at_once
        )
        lost = self._forget_lost_warm_start()
        self._note_end(command, "failed", event.sentence)
        if lost:
            self._train_anew()
            self.notice.emit(tr(WARM_LOST))
        elif isinstance(command, WarmStart):
            self._give_up(event.sentence, event.details)
        else:
            self.failed.emit(event.sentence, event.details)

    def _on_cancelled(self, command: Command) -> None:
        made_way = self._engine.makes_way and isinstance(command, WarmStart)
        if isinstance(command, WarmStart) and self._project.warm_start.wanted and not made_way:
            stop = partial(self._project.warm_start.stop, command.settings)
            self._gave_up = not self.attempt(stop)  # else it would begin again at once
        self._note_end(command, "cancelled", "")
        if not made_way:
            self.notice.emit(tr(CANCELLED))
        self._submit_warm_start()

    def _train_anew(self) -> None:
        """Have a round run although its labels may not be new, behind the warm start if one is due.

        Else a round that has nothing to build on would begin before it.
        """
        self._submit_warm_start()
        self._submit_round(anew=True)

    def _give_up(self, sentence: str, details: str) -> None:
        """Go on without the warm start until the user asks for it again."""
        self._gave_up = True
        self.failed.emit(f"{sentence} {tr(WITHOUT_WARM_START)}", details)

    def _note_end(self, command: Command, outcome: Outcome, sentence: str) -> None:
        """Note that what ran has brought no result."""
        if isinstance(command, RunRound):
            self._end_round(command.round_number, outcome, sentence)
        self.rounds_changed.emit()

    def _end_round(self, number: int, outcome: Outcome, sentence: str) -> None:
        with contextlib.suppress(AutoALError):  # it then counts as interrupted
            self._project.rounds.end(number, outcome, sentence)


def _are_several(labelled: tuple[tuple[int, int], ...]) -> bool:
    """Say whether labels are of two classes at least, without which nothing is trained."""
    return len({class_index for _, class_index in labelled}) > 1
