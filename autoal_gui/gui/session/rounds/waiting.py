"""What a request waits for that stands in the engine's queue, and about how long that takes."""

from autoal_gui.core.language import duration, mark, number, tr
from autoal_gui.core.messages import Progress, RunRound
from autoal_gui.engine.state import State
from autoal_gui.gui.session.engine_queue import EngineQueue, Priority
from autoal_gui.gui.session.rounds.time_left import LEAST, ToldProgress, reading_left

FOR_ROUND = mark("This waits for round {number}, which runs: {left}.")
FOR_WORK = mark("This waits for what is computed now: {left}.")
FOR: dict[Priority, str] = {
    Priority.WARM_START: mark("This waits for learning from your images: {left}."),
    Priority.EXPORT: mark("This waits for the model that is being written: {left}."),
    Priority.PREDICTION: mark("This waits for images to be predicted: {left}."),
    Priority.MAP: mark("This waits for the comparison of your images: {left}."),
}
LEFT = mark("about {time} left")
LEFT_LONGER = mark("about {time} left, longer than was said before")
LONGER = mark("it takes longer than was said before")
TO_READ = mark("about {time} left to read the images")
UNKNOWN = mark("how long is not known yet")
WORKING = mark("Working out where the model looked\u2026")
WORK: dict[Priority, str] = {
    Priority.EXPORT: mark("Writing the model"),
    Priority.QUESTION: WORKING,
    Priority.PREDICTION: mark("Predicting images"),
    Priority.WARM_START: mark("Learning from your images"),
    Priority.MAP: mark("Comparing your images with each other"),
}
"""What runs that is no round."""
STOPS = mark("This begins as soon as the work that runs has stopped.")
STOPPING = mark("The work that runs is being stopped.")
ALSO_BEFORE = mark("Still to come before this: {names}.")
NAMES: dict[Priority, str] = {
    Priority.EXPORT: mark("writing the model"),
    Priority.QUESTION: mark("where the model looked"),
    Priority.PREDICTION: mark("the prediction of images"),
    Priority.FIRST: mark("the first round"),
    Priority.WARM_START: mark("learning from your images"),
    Priority.ROUND: mark("the next round"),
}
"""What waits, where it stands among others."""


def waiting_words(engine: EngineQueue, priority: Priority) -> str:
    """Say what a request of a kind waits for: what runs, and what waits and goes before it."""
    names = ", ".join(tr(NAMES[kind]) for kind in goes_before(engine, priority))
    also = tr(ALSO_BEFORE, names=names) if names else ""
    if engine.state is State.CANCELLING:
        return f"{tr(STOPPING)} {also}" if also else tr(STOPS)
    return f"{_running_words(engine)} {also}".strip()


def goes_before(engine: EngineQueue, priority: Priority) -> list[Priority]:
    """Return what still goes before a request of a kind once what runs has ended, in order."""
    before = {kind for kind in Priority if kind < priority and engine.waits(kind)}
    if priority > Priority.WARM_START and engine.runs(Priority.WARM_START) and engine.makes_way:
        before.add(Priority.WARM_START)  # it goes on afterwards
    learns = engine.runs(Priority.WARM_START) or Priority.WARM_START in before
    if learns and priority > Priority.ROUND:
        before.add(Priority.ROUND)  # which begins with what has been learned
    return sorted(before)


def _running_words(engine: EngineQueue) -> str:
    """Say what runs, and about how long that still takes."""
    left = left_words(engine.progress)
    running = engine.running
    if isinstance(running, RunRound):
        return tr(FOR_ROUND, number=number(running.round_number), left=left)
    words = next((words for kind, words in FOR.items() if engine.runs(kind)), FOR_WORK)
    return tr(words, left=left)


def left_words(progress: Progress | None) -> str:
    """Say about how long what runs still takes, or that nobody knows yet."""
    return time_left_words(progress) or tr(UNKNOWN)


def time_left_words(progress: Progress | None) -> str:
    """Say about how long what runs still takes; "" where that is not known, or nearly over."""
    if progress is None:
        return ""
    if (to_read := reading_left(progress)) is not None:
        return tr(TO_READ, time=duration(to_read)) if to_read >= LEAST else ""
    is_longer = isinstance(progress, ToldProgress) and progress.is_longer
    if progress.seconds_left is None or progress.seconds_left < 1:  # less is a guess
        return tr(LONGER) if is_longer else ""
    words = LEFT_LONGER if is_longer else LEFT
    return tr(words, time=duration(progress.seconds_left))


def work_words(engine: EngineQueue) -> str:
    """Name what runs that is no round."""
    return next((tr(words) for kind, words in WORK.items() if engine.runs(kind)), "")
