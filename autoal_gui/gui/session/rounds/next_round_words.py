"""What is said of the round that comes next: after how many answers, or what it waits for."""

from autoal_gui.core.language import mark, number, tr, tr_count
from autoal_gui.core.project.project import Project
from autoal_gui.engine.state import State
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.session.engine_queue import EngineQueue, Priority
from autoal_gui.gui.session.rounds.waiting import work_words

FIRST_IS_NEXT = mark(
    "Your batch is complete: the first model is trained next. No more answers are needed."
)
ONE_CLASS = mark("Your batch is complete, but a first model needs labels of two classes.")
DUE = mark("The next round is due.")
MAKES_WAY = mark("What runs pauses for it now, and goes on afterwards.")
AFTER = mark("It waits until this has ended: {work}. Go on labelling meanwhile.")
SOONER = mark("Sooner if learning from your images ends first.")
WITH_LEARNING = mark(
    "The next round starts by itself when learning from your images has ended. Go on labelling "
    "meanwhile."
)
WAITS = mark("The next round waits")
ORDERING = mark("Putting your images in order")
FIRST_RUNS = mark("Go on labelling: the first model is being trained")
FIRST_FOLLOWS = mark("Go on labelling: the first model is trained next")
FIRST_AFTER_LEARNING = mark("Go on labelling: the first model is trained after learning")
DUE_AFTER_FIRST = mark(
    "The first model is being trained, and the next one follows it. Go on labelling meanwhile."
)
WITH_LEARNING_AFTER_FIRST = mark(
    "The first model is being trained. The next one follows by itself when learning from your "
    "images has ended. Go on labelling meanwhile."
)
AFTER_ROUND = mark("Go on labelling: the next round starts after round {number}")
IS_NEXT = mark("The next round begins")
MODEL_IS_NEXT = mark("The first model is trained next")
WAITS_FOR: dict[Priority, str] = {
    Priority.EXPORT: mark("The next round waits for an export"),
    Priority.PREDICTION: mark("The next round waits for a prediction"),
    Priority.WARM_START: mark("Go on labelling: the next round starts after learning"),
}
"""In a few words, by what runs."""


def due_words(controller: Controller) -> str:
    """Say in a few words that the next round is due, and for what it waits."""
    engine, runs = controller.engine, controller.training.round_number
    first = _is_first(controller)
    if not is_busy(engine):
        return tr(MODEL_IS_NEXT if first else WAITS)
    if _is_let_by(engine):
        return tr(MODEL_IS_NEXT if first else IS_NEXT)
    if runs is not None:
        return _after_round(controller, runs)
    kinds = (kind for kind in WAITS_FOR if engine.runs(kind))
    other = Priority.WARM_START if comes_with_learning(controller) else None
    kind = next(kinds, other)
    if first and kind is Priority.WARM_START:
        return tr(FIRST_AFTER_LEARNING)
    return tr(WAITS if kind is None else WAITS_FOR[kind])


def _after_round(controller: Controller, runs: int) -> str:
    """Name the round that runs by its number only once there is a model."""
    if makes_first_model(controller):
        return tr(FIRST_RUNS)
    return tr(FIRST_FOLLOWS) if _is_first(controller) else tr(AFTER_ROUND, number=number(runs))


def next_round_words(controller: Controller) -> str:
    """Say after how many answers the next round starts, or what it waits for.

    Nothing where no image is left to answer.
    """
    training = controller.training
    if training.round_waits:
        return _due(controller)
    left = training.answers_left
    if not left:
        return ""
    if comes_with_learning(controller):
        return tr(WITH_LEARNING_AFTER_FIRST if makes_first_model(controller) else WITH_LEARNING)
    if not _is_first(controller):
        return _later_words(controller, left)
    words = _first_words(controller.project, left)
    return f"{words} {tr(SOONER)}" if _learning_ends(controller.engine) else words


def comes_with_learning(controller: Controller) -> bool:
    """Say whether the next round follows the end of learning, however many answers there are.

    The round of the first model alone makes learning pause.
    """
    return _learning_ends(controller.engine) and not _is_first(controller)


def makes_first_model(controller: Controller) -> bool:
    """Say whether the round that runs trains the first model."""
    return controller.training.trains and controller.project.rounds.last_checkpoint() is None


def _is_first(controller: Controller) -> bool:
    """Say whether the next round makes the first model, where it can."""
    rounds = controller.project.rounds
    return rounds.last_checkpoint() is None and not controller.training.trains


def _is_let_by(engine: EngineQueue) -> bool:
    """Say whether what runs stops for a round, and no other work goes before that."""
    following = next((kind for kind in Priority if engine.waits(kind)), None)
    return engine.makes_way and following in (Priority.FIRST, Priority.ROUND)


def _learning_ends(engine: EngineQueue) -> bool:
    """Say whether learning from the images goes on: a round follows its end at once."""
    return engine.runs(Priority.WARM_START) or engine.waits(Priority.WARM_START)


def _goes_first(controller: Controller) -> bool:
    """Say whether the next round waits for what runs; learning and the map make way."""
    engine = controller.engine
    return is_busy(engine) and not engine.runs(Priority.WARM_START, Priority.MAP)


def _due(controller: Controller) -> str:
    """Say that nothing but the work that runs keeps the round waiting."""
    if makes_first_model(controller):
        return tr(DUE_AFTER_FIRST)
    first = _is_first(controller)
    due = (FIRST_IS_NEXT if can_train(controller.project) else ONE_CLASS) if first else DUE
    if _is_let_by(controller.engine):
        return f"{tr(due)} {tr(MAKES_WAY)}"
    work = running_words(controller)
    return f"{tr(due)} {tr(AFTER, work=work)}" if work else tr(due)


def running_words(controller: Controller) -> str:
    """Name what runs, a round or something else; nothing where nothing does."""
    if not is_busy(controller.engine):
        return ""
    running = controller.training.round_number
    if running is None:
        return work_words(controller.engine)
    if not controller.training.trains:
        return tr(ORDERING)
    return tr("Round {number}", number=number(running))


def is_busy(engine: EngineQueue) -> bool:
    """Say whether something runs, not counting what has ended and is about to be told of."""
    return engine.running is not None and engine.state is not State.IDLE


def _later_words(controller: Controller, left: int) -> str:
    runs = controller.training.round_number
    if makes_first_model(controller):
        return tr_count(
            "The first model is being trained. The next one follows by itself after {count} more "
            "answer.",
            "The first model is being trained. The next one follows by itself after {count} more "
            "answers.",
            left,
        )
    if runs is not None and is_busy(controller.engine):
        return tr_count(
            "The next round starts by itself after {count} more answer, when round {number} has "
            "ended.",
            "The next round starts by itself after {count} more answers, when round {number} has "
            "ended.",
            left,
            number=number(runs),
        )
    if work := running_words(controller) if _goes_first(controller) else "":
        return tr_count(
            "This ends first: {work}. The next round starts by itself after {count} more answer.",
            "This ends first: {work}. The next round starts by itself after {count} more answers.",
            left,
            work=work,
        )
    return tr_count(
        "The next round starts by itself after {count} more answer.",
        "The next round starts by itself after {count} more answers.",
        left,
    )


def _first_words(project: Project, left: int) -> str:
    known = taught_classes(project)
    if len(known) > 1:
        return tr_count(
            "{count} more answer, then the first model is trained.",
            "{count} more answers, then the first model is trained.",
            left,
        )
    if known:
        return tr_count(
            "{count} more answer, then the first model is trained if it is of another class than "
            "“{name}”.",
            "{count} more answers, then the first model is trained if one of them is of another "
            "class than “{name}”.",
            left,
            name=project.classes.names[min(known)],
        )
    return tr_count(
        "{count} more answer, then the first model is trained if two classes have labels.",
        "{count} more answers, then the first model is trained if two classes have labels.",
        left,
    )


def can_train(project: Project) -> bool:
    """Whether there are labels of two classes; without, a round only puts the images in order."""
    return len(taught_classes(project)) > 1


def taught_classes(project: Project) -> set[int]:
    """Return classes that have labels to learn from: none, the one, or the first two found."""
    found: set[int] = set()
    for _, class_index in project.labels.labelled("pool"):
        found.add(class_index)
        if len(found) > 1:
            break
    return found
