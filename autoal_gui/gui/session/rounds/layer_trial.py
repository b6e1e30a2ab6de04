"""The trial of training every layer: whether a round is to make it, how long, and "not now".

One that takes long is left out until it is asked for: the next round would wait for it.
"""

import threading

from autoal_gui.core.labels.layer_trial import (
    FOLDS_COMPARED,
    HELD_OUT,
    LONGEST,
    TOO_LONG,
    due,
    was_left_out,
)
from autoal_gui.core.messages import CancelCheck, Progress, Step
from autoal_gui.core.project.last_model import last_model
from autoal_gui.core.project.project import Project

TRIAL: Step = "comparison"
AFTER: tuple[Step, ...] = ("evaluation", "scoring")
VIEWS = 2  # of each image, that a warm start learns from
COSTLIER = 1.35  # an image in training, in small batches, than a view in a warm start: 1.1 to 2


class LayerTrial:
    """Of the round that runs; a round begins with the trial that is due, wanted until told else.

    Once it was left out it stays so in later rounds, until it is wanted again.
    """

    def __init__(self) -> None:
        self.is_ahead = False
        """Whether it is to come, or is going on."""
        self.seconds: float | None = None
        """About how long it takes; None where nothing is known of that."""
        self.is_long = False
        """Whether it is left out of this round since it takes long, and nobody asked for it."""
        self.is_wanted_again = False
        """Whether the next round is to make it, although it was left out before or takes long."""
        self.told: str | None = None
        """What was said when it was about to begin, as long as that is true."""
        self._unwanted = threading.Event()
        self._began = False

    def begin(self, project: Project) -> CancelCheck:
        """Look whether the round that begins now makes it; return how that hears of `leave_out`."""
        self._unwanted, self._began = threading.Event(), False
        self.is_ahead = is_due(project)
        self.seconds = seconds_of(project) if self.is_ahead else None
        owed, takes_long = is_owed(project), (self.seconds or 0.0) > LONGEST
        if (owed or takes_long) and not self.is_wanted_again:
            self._unwanted.set()
        self.is_long = self.is_left_out and (was_too_long(project) if owed else takes_long)
        return self._unwanted.is_set

    @property
    def is_left_out(self) -> bool:
        """Whether it is not to be made in this round."""
        return self._unwanted.is_set()

    def leave_out(self) -> None:
        """Leave it out, also where it has begun; nothing else of the round is lost.

        The engine's thread reads this as it reads whether to stop.
        """
        self.is_wanted_again = False
        self._unwanted.set()

    def want_again(self) -> None:
        """Have the next round make it."""
        self.is_wanted_again = True

    def follow(self, progress: Progress) -> None:
        """Note how far the round is."""
        trying = progress.step == TRIAL
        if self._began and not trying and not self.is_left_out:
            self.is_wanted_again = False  # it has been made
        if progress.step in AFTER or (self._began and not trying):
            self.is_ahead = False
        self._began = self._began or trying


def is_owed(project: Project) -> bool:
    """Say whether the last model's round was to make the trial, and it was left out."""
    last = last_model(project)
    return last is not None and was_left_out(last.record.reason)


def was_too_long(project: Project) -> bool:
    """Say whether the last model's round left it out for the time that it takes."""
    last = last_model(project)
    return last is not None and TOO_LONG in last.record.reason


def is_off(project: Project) -> bool:
    """Say whether a round of now would make the trial, had the last one not left it out."""
    return is_owed(project) and is_due(project)


def is_due(project: Project) -> bool:
    """Say whether a round of now would try whether to train every layer."""
    run, labels = project.settings.run, project.labels.training()
    if run.all_layers != "measured" or not run.learns_first or not project.warm_start.checkpoint:
        return False
    last = last_model(project)
    same = last is not None and last.record.settings.backbone == run.backbone
    before = last.record.labels if last is not None and same else 0
    several = len({class_index for _, class_index in labels}) > 1
    return several and due(len(labels), before, is_owed(project))


def seconds_of(project: Project) -> float | None:
    """Return about how long the trial of now takes, by an earlier one or by the warm start."""
    images = _images(project, len(project.labels.training()))
    for record in reversed(project.rounds.finished()):
        taken = dict(record.seconds).get(TRIAL, 0.0)
        same = record.settings.task_steps == project.settings.run.task_steps
        if taken and same and not was_left_out(record.reason):
            return taken * images / _images(project, record.labels)
    warm = project.warm_start.record
    seen = VIEWS * warm.epochs * len(project.pool.ids("pool")) if warm else 0
    return COSTLIER * images * warm.seconds / seen if warm and seen else None


def _images(project: Project, labels: int) -> float:
    """Return how many images are trained on in all."""
    run = project.settings.run
    return FOLDS_COMPARED * run.task_steps * min(run.train_batch, (1 - HELD_OUT) * labels)
