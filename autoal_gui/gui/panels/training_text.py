"""What the training panel says of steps, progress, rounds and the warm start."""

from autoal_gui.core.database.round_rows import RoundRecord
from autoal_gui.core.language import decimal, duration, mark, number, percent, tr, tr_count
from autoal_gui.core.messages import Progress, Step, Writing
from autoal_gui.core.project.project import Project
from autoal_gui.core.project.stores.warm_record import WarmRecord
from autoal_gui.gui.session.asked_images import AskedImages

WORKING = mark("Working out where the model looked\u2026")


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
}
WARMING = mark("Learning from your images")
WARMING_NOTE = mark(
    "It learns, without labels, how your images differ: a few labels then go further."
)
JOINS_NOTE = mark(
    "Your images were put in order by a network that has seen photographs. What is learned from "
    "them now, without labels, joins when it is done."
)
ROUND_WAITS = mark(
    "Your batch is complete: its round starts when this ends. Go on labelling meanwhile."
)
GOES_ON = mark("Learning from your images waits meanwhile, and goes on by itself afterwards.")
ORDERING_NOTE = mark(
    "There are no labels yet: the images are ranked so that the first ones differ from each other."
)
ONE_CLASS_NOTE = mark(
    "Two classes are needed before a model can be trained; label a few more images."
)
STOPPING = mark("Stopping at the next training batch; the last good model is kept.")
STOPPING_WARM = mark("Stopping at the next training batch; what was learned is used.")
MAKING_WAY = mark("It pauses for what goes first, and goes on afterwards; nothing is lost.")
ENDED = {
    "failed": mark("Round {number} failed."),
    "cancelled": mark("Round {number} was cancelled."),
    "interrupted": mark("Round {number} was interrupted."),
    "running": mark("Round {number} is running."),
}


def left_of_batch(images: AskedImages) -> int:
    """Return how many images of the batch wait for an answer: after them a round starts."""
    answered = images.answered
    return sum(image not in answered for image in images.batch)


def awaited_words(project: Project, images: AskedImages) -> str:
    """Say after how many answers the first model is trained; nothing where there is one."""
    left = left_of_batch(images)
    if not left or project.rounds.last_checkpoint() is not None:
        return ""
    if can_train(project):
        return tr_count(
            "{count} more answer, then the first model is trained.",
            "{count} more answers, then the first model is trained.",
            left,
        )
    return tr_count(
        "{count} more answer, then the first model is trained if two classes have labels.",
        "{count} more answers, then the first model is trained if two classes have labels.",
        left,
    )


def can_train(project: Project) -> bool:
    """Whether there are labels of two classes; without, a round only puts the images in order."""
    labels = project.labels.labelled("pool")
    first = next(labels, (0, 0))[1]
    return any(class_index != first for _, class_index in labels)


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
    if progress.step == "warm start":  # it ends at a time: its counts mean nothing
        words = [percent(progress.done / max(1, progress.total))]
    if progress.seconds_left is not None and progress.seconds_left >= 1:  # less is a guess
        words.append(tr("about {time} left", time=duration(progress.seconds_left)))
    return " · ".join(words)


def writing_line(writing: Writing) -> str:
    """Say which part of a model is being written, and which of how many that is."""
    if writing.total < 2:
        return writing.sentence
    number = min(writing.done + 1, writing.total)
    part = tr("part {number} of {total}", number=number, total=writing.total)
    return f"{writing.sentence} · {part}"


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


def last_round_line(record: RoundRecord) -> str:
    """Say how the last round ended."""
    if record.outcome == "finished":
        device = record.device.split(",")[0]  # without the precision, which few know
        values = {
            "number": record.number,
            "time": duration(max(1.0, sum(seconds for _, seconds in record.seconds))),
            "device": tr("this computer") if device in ("", "cpu") else device,
        }
        if not record.checkpoint:
            return tr(
                "Round {number} ranked the images in {time} on {device}; it made no model.",
                **values,
            )
        return tr(
            "Round {number} ({labels} labels) took {time} on {device}.",
            labels=number(record.labels),
            **values,
        )
    ended = tr(ENDED[record.outcome], number=record.number)
    return f"{ended} {record.sentence}".strip()
