"""Why an image is asked for, in words."""

from autoal_gui.core.images.source import Split
from autoal_gui.core.language import decimal, mark, tr
from autoal_gui.core.project.project import Project
from autoal_gui.core.queries import Query
from autoal_gui.gui.session.asked_images import AskedImages
from autoal_gui.gui.strategy_names import strategy_label, strategy_note, strategy_reason

CAME = mark("The model did not ask for this image: its label came with it.")
CONFIRMED = mark("The model did not ask for this image: its label was confirmed in bulk.")
STAYED = mark(
    "This image was on screen already when the program chose which images to ask for next."
)
FIRST_SHOWN = mark("This is the first image: it was shown while your images were being compared.")
FOLLOWS = mark("This image is next in the order of the last round.")
UNDONE = mark("This image comes back because its answer was undone.")
OPENED = mark("The model did not ask for this image: you opened it yourself.")
UNASKED = mark("The model did not ask for this image.")
BY_CHANCE = mark(
    "Drawn by chance, whatever the strategies made of it. The table shows how each would have "
    "rated it; that played no part."
)
CHANCE_ALONE = mark("Drawn by chance: no strategy chose it.")
FIRST = mark("Asked for before there was a model: the first images are spread over all of yours.")
FIRST_DRAWN = mark("Asked for before there was a model: drawn by chance.")
FIRST_LOOKS = mark(
    "The images were put into groups that look alike; asked for is the most typical one of each, "
    "so that the first answers differ as much as they can. A rare class may still be missing."
)
FIRST_DRAWN_LOOKS = mark(
    "Drawn by chance. The others of the first images are spread over groups that look alike."
)
NO_ROUND = mark(
    "This is a first image; which others come next is chosen once your images have been compared."
)
READ_ALONE = mark("Drawn by lot, to check what is confirmed in bulk.")
DRAWN = mark("A random image: a part of each batch is drawn by chance, not by the strategies.")
MEASURES = mark("An image of the evaluation set: it measures the model and never trains it.")
NEXT = 0.4  # of the first reason, from which a second one is told


def part_of(strategy: tuple[str, float, float]) -> float:
    """Return what a strategy adds to the mixture of an image, W_k S_k (Eq. 2)."""
    return strategy[1] * strategy[2]


def reason(
    query: Query | None,
    split: Split,
    rounds: int,
    mode: str = "",
    classes: tuple[str, ...] = (),
    unasked: str = "",
) -> str:
    """Say in one line why an image is asked for."""
    if split == "evaluation":
        return tr(MEASURES)
    if query is None:
        return tr(NO_ROUND) if rounds == 0 else unasked or tr(UNASKED)
    if is_first(query, mode):
        return tr(FIRST_DRAWN if query.audit else FIRST)
    return tr(DRAWN) if query.audit else _asked_for(query, mode, classes)


def is_first(query: Query, mode: str) -> bool:
    """Say whether an image was chosen before there was a model, by how alike images look."""
    names = [name for name, _, _ in query.strategies]
    return query.between is None and mode != "kmeans" and names == ["kmeans"]


def asked_by(images: AskedImages, image_id: int, project: Project) -> Query | None:
    """Return why an image was asked for; None of the one on screen when the first model came."""
    query = images.query(image_id)
    old = query is not None and is_first(query, project.settings.run.mode)
    is_left = old and image_id == images.stayed and project.rounds.last_checkpoint() is not None
    return None if is_left else query


def unasked_words(images: AskedImages, image_id: int) -> str:
    """Say why an image is on screen for which no round asked."""
    entry = images.shown_answer(image_id)
    if entry is not None and entry.action == "import":
        return tr(CAME)
    if entry is not None and entry.purpose == "confirm":
        return tr(CONFIRMED)
    if image_id in images.batch:
        if image_id != images.stayed:
            return tr(UNDONE if image_id in images.undone else FOLLOWS)
        return tr(STAYED if images.any_answered else FIRST_SHOWN)
    return tr(OPENED if entry is None else UNASKED)


def _asked_for(query: Query, mode: str, classes: tuple[str, ...]) -> str:
    """Say it by what added most, in a reader's words; the numbers are a click away."""
    parts = sorted(query.strategies, key=part_of, reverse=True)
    if not parts or not part_of(parts[0]):
        return tr("Next in the ranking.")
    named = None
    if query.between is not None and max(query.between) < len(classes):
        named = classes[query.between[0]], classes[query.between[1]]
    words = [strategy_reason(parts[0][0], mode, named)]
    for part in parts[1:]:
        if part_of(part) < NEXT * part_of(parts[0]):
            break
        if (also := strategy_reason(part[0], mode, named)) not in words:
            words.append(also)
            break
    if len(words) == 1:
        return tr("Asked for: {reason}.", reason=words[0])
    return tr("Asked for: {reason}; {other}.", reason=words[0], other=words[1])


def looks_words(query: Query | None, mode: str = "") -> str:
    """Say what the strategy looks for that chose alone, or that none chose.

    Nothing where several did: the table then says it of each.
    """
    if query is None or not query.strategies:
        return ""
    if is_first(query, mode):
        return tr(FIRST_DRAWN_LOOKS if query.audit else FIRST_LOOKS)
    if query.audit:
        return tr(BY_CHANCE if len(query.strategies) > 1 else CHANCE_ALONE)
    if len(query.strategies) > 1:
        return ""
    name = query.strategies[0][0]
    return tr(
        "{strategy} looks for {what}.", strategy=strategy_label(name), what=strategy_note(name)
    )


def loss_words(query: Query | None) -> str:
    """Say what the network of the paper expects, where the image has such a number."""
    if query is None or query.predicted_loss is None:
        return ""
    # The head is trained to order images, so that its zero means nothing.
    return tr(
        "Predicted loss {loss}: the higher, the more the model is expected to be wrong "
        "about this image.",
        loss=decimal(query.predicted_loss, 2),
    )
