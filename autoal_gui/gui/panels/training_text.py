"""What the training panel says of steps, progress, rounds and the warm start."""

from collections.abc import Sequence

from autoal_gui.core.database.round_rows import RoundRecord
from autoal_gui.core.language import decimal, duration, mark, number, percent, tr
from autoal_gui.core.messages import Progress, Step, Writing
from autoal_gui.core.project.last_model import learned_from
from autoal_gui.core.project.project import Project
from autoal_gui.core.project.stores.warm_record import WarmRecord
from autoal_gui.core.time_taken import time_taken
from autoal_gui.gui.session.engine_queue import Priority
from autoal_gui.gui.session.exports import timed_words
from autoal_gui.gui.session.rounds.next_round_words import can_train
from autoal_gui.gui.session.rounds.waiting import time_left_words

STEP_NAMES: dict[Step, str] = {
    "reading": mark("Reading images"),
    "warm start": mark("Learning"),
    "FitNet": mark("FitNet"),
    "SearchNet": mark("SearchNet"),
    "features": mark("Describing images"),
    "task model": mark("Task model"),
    "comparison": mark("Trying to train every layer"),
    "evaluation": mark("Evaluation"),
    "scoring": mark("Scoring"),
    "finishing": mark("Finishing and saving"),
}
STEP_TIPS: dict[Step, str] = {
    "reading": mark("Read, scale and keep every image, once for a project"),
    "warm start": mark("Learn from all images, labelled or not, how to tell them apart"),
    "FitNet": mark("Learn on which images the classifier is wrong"),
    "SearchNet": mark("Learn which query strategy to trust for which image"),
    "features": mark("Describe every image by what was learned, once for a project"),
    "task model": mark("Train the classifier on your labels"),
    "comparison": mark(
        "Train every layer on parts of your labels, and see by the others whether that is better "
        "than the last layer alone: each time the labels have doubled"
    ),
    "evaluation": mark("Measure it on images that it never trains on"),
    "scoring": mark("Rank the images without a label"),
    "finishing": mark("Make ready and save what was computed"),
}
MOST_SHARE = 0.99  # of a step that goes on
WITHOUT_STEPS = (Priority.EXPORT, Priority.QUESTION, Priority.PREDICTION)
TO_WRITE = mark("A model is still to be written.")
WARMING_NOTE = mark(
    "It learns, without labels, how your images differ: a few labels then go further."
)
JOINS_NOTE = mark(
    "Your images were put in order by a network that has seen photographs. What is learned from "
    "them now, without labels, joins when it is done."
)
GOES_ON = mark("Learning from your images waits meanwhile, and goes on by itself afterwards.")
ORDERING_NOTE = mark(
    "When this round began there were no labels: it ranks the images so that the first ones differ "
    "from each other."
)
ONE_CLASS_NOTE = mark(
    "When this round began only one class had labels: it ranks the images and trains no model."
)
TAKEN_UP = mark("Looking for what was learned before…")
STOPPING = mark("Stopping at the next training batch; the last good model is kept.")
STOPPING_WARM = mark("Stopping at the next training batch; what was learned is used.")
PAUSING = mark("Pausing…")
MAKING_WAY = mark("It pauses for what goes first, and goes on afterwards; nothing is lost.")
ENDED = {
    "failed": mark("Round {number} failed."),
    "cancelled": mark("Round {number} was cancelled."),
    "interrupted": mark("Round {number} was interrupted."),
    "running": mark("Round {number} is running."),
}


def predicted_line(progress: Progress) -> str:
    """Say how far a prediction is: of the images given, or of the project's own beside them.

    At the end of a step no time is told: what is left of the whole would be read as of the step.
    """
    counts = {"done": number(progress.done), "total": number(progress.total)}
    if progress.step == "reading":
        words = tr("Reading {done} of {total}", **counts)
    elif progress.step == "features":
        words = tr("Looking at the project's own images, to compare: {done} of {total}", **counts)
    else:
        words = tr("Predicting {done} of {total}", **counts)
    left = time_left_words(progress) if progress.done < progress.total else ""
    return " · ".join(filter(None, [words, left]))


def round_steps(project: Project) -> set[Step]:
    """Return the steps that the next round of a project is known to take."""
    steps: set[Step] = {"reading", "scoring"}
    if can_train(project):
        steps.add("task model")
        steps |= {"evaluation"} if project.labels.evaluation() else set()
        steps |= {"FitNet", "SearchNet"} if project.settings.run.mode == "paper" else set()
    frozen = project.warm_start.checkpoint or project.settings.run.is_pretrained
    return steps | ({"features"} if frozen else set())


def progress_line(progress: Progress) -> str:
    """Say where a command is: step and time left."""
    counts = {"done": number(progress.done), "total": number(progress.total)}
    words = [tr("{step} {done} of {total}", step=tr(STEP_NAMES[progress.step]), **counts)]
    if progress.step == "finishing":  # nothing to count
        words = [tr(STEP_NAMES[progress.step])]
    if progress.step == "warm start":  # it ends at a time: its counts mean nothing
        words = [percent(min(MOST_SHARE, progress.done / max(1, progress.total)))]
    return " · ".join(filter(None, [*words, time_left_words(progress)]))


def writing_line(writing: Writing) -> str:
    """Say which part of a model is being written, and which of how many that is."""
    if writing.total < 2:
        return timed_words(writing)
    number = min(writing.done + 1, writing.total)
    part = tr("part {number} of {total}", number=number, total=writing.total)
    return f"{timed_words(writing)} · {part}"


def progress_details(progress: Progress) -> str:
    """Say what a step's loss is and where it is computed; empty where neither is known."""
    words = []
    if progress.loss is not None:
        words.append(tr("loss {loss}", loss=decimal(progress.loss, 3)))
    if progress.device:
        words.append(progress.device)
    return " · ".join(words)


def learned_line(record: WarmRecord, images: int) -> str:
    """Say what the warm start has left."""
    if not record.checkpoint:
        return tr("Learning from your images was stopped before it began.")
    values = {"images": number(images), "time": duration(record.seconds)}
    if record.complete:
        return tr("Learned from {images} images in {time}.", **values)
    return tr("Learned from {images} images in {time}, then stopped.", **values)


def past_line(rounds: Sequence[RoundRecord]) -> str:
    """Say how the last round ended, and that the one before it was interrupted if it was."""
    said = [
        tr(ENDED["interrupted"], number=one.number)
        for one in rounds[-2:-1]
        if one.outcome in ("interrupted", "running")
    ]
    return " ".join([*said, *(last_round_line(one) for one in rounds[-1:])])


def last_round_line(record: RoundRecord) -> str:
    """Say how the last round ended."""
    if record.outcome == "finished":
        device = record.device.split(",")[0]  # without the precision, which few know
        values = {
            "number": record.number,
            "time": duration(max(1.0, time_taken(record.started, record.ended, record.seconds))),
            "device": tr("this computer") if device in ("", "cpu") else device,
        }
        if not record.checkpoint:
            return tr(
                "Your images were put in order in {time} on {device}; that made no model.", **values
            )
        values["labels"] = learned_from(record)
        return tr("Round {number} ({labels}) took {time} on {device}.", **values)
    ended = tr(ENDED[record.outcome], number=record.number)
    return f"{ended} {record.sentence}".strip()
