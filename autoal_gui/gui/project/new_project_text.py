"""What the dialog that makes a project says of sets, checkpoints and files."""

from pathlib import Path

from autoal_gui.core.images.source import Listing, SourceSpec
from autoal_gui.core.language import mark, number, some_of, tr, tr_count
from autoal_gui.core.sets.summary import counts_text, parts_text, summarise
from autoal_gui.core.trained_model import StartModel
from autoal_gui.sources.natural import title_of
from autoal_gui.sources.understanding.understood import doubts_of, sentence

TWICE = mark(
    "Later a few images come twice, to measure how alike your answers are; Settings can stop that."
)
SIGNED = mark("Your answers are kept under the name “{name}”, which Settings can change.")
LABEL_USES: dict[str, str] = {
    "hidden": mark("Kept hidden: I label, they only measure the model"),
    "labelled": mark("Taken as labels: the model learns from them at once"),
    "ignore": mark("Not used: I label"),
}
TEST_MEASURES = mark("Kept hidden: I label, those of the test images measure the model")
"""Where the set brings test images, whose labels are used in any case."""
SHOWN = 12  # classes whose images are counted in a line


def title(spec: SourceSpec) -> str:
    """Say what the project will be made of."""
    if spec.kind == "demo":
        return tr("New project: the demo set")
    if spec.kind == "medmnist":
        return tr("New project: a published set")
    if spec.kind == "natural":
        return tr("New project: {name}", name=title_of(spec))
    return tr("New project: {name}", name=Path(spec.location).name)


def default_name(spec: SourceSpec) -> str:
    """Return a name for a project of a set."""
    if spec.kind == "demo":
        return tr("Demo")
    if spec.kind == "natural":
        return title_of(spec)
    return Path(spec.location).stem or tr("Project")


def label_uses(has_test: bool) -> dict[str, str]:
    """Return in words what the labels that came with a set can be used for, by name.

    Args:
        has_test: whether the set brings test images.
    """
    words = dict(LABEL_USES)
    if has_test:
        words["hidden"] = TEST_MEASURES
        del words["ignore"]
    return {use: tr(said) for use, said in words.items()}


def next_words(batch: int, reader: str) -> str:
    """Say what happens once a project is made.

    Args:
        batch: images that are asked for at once.
        reader: under whose name answers are kept.
    """
    label = tr_count(
        "Next: label {count} image with one key; then the model learns and chooses what to ask.",
        "Next: label {count} images, one key each; then the model learns and chooses what to ask.",
        batch,
    )
    return f"{label} {tr(TWICE)} {tr(SIGNED, name=reader)}"


def own_evaluation(listing: Listing) -> int:
    """Return how many evaluation images the set brings itself."""
    return sum(image.split == "evaluation" for image in listing.images)


def start_note(start: StartModel) -> str:
    """Say what a model to start from is."""
    names = ", ".join(start.classes)
    what = tr("A ResNet-18 of torchvision.")
    if names:
        what = tr("A model of {count} classes: {names}.", count=len(start.classes), names=names)
    return f"{what} {tr('It takes the place of learning from all images first.')}"


def evaluation_note(own: int, known: bool, size: int, by_answers: bool) -> str:
    """Say what the evaluation set will be.

    Args:
        own: images that the set brings for it.
        known: whether the labels of the others are known.
        size: how many are set aside.
        by_answers: whether the answers that a model learns from can measure it.
    """
    if own:
        return tr("The set's own test images; they are never trained on.")
    if not size and by_answers:
        return tr(
            "Every answer trains the model, and its performance is estimated from the same answers."
        )
    if not size:
        return tr("Without images set aside there is little to measure the model by.")
    if known:
        return tr("Drawn at random from the images with a known label; never trained on.")
    return tr(
        "Drawn at random, and asked for between the others at first, so that the model can be "
        "measured."
    )


def usable_text(usable: int, bad: int) -> str:
    """Say how many images a listing found, and how many files it leaves out."""
    words = tr_count("{count} image can be used.", "{count} images can be used.", usable)
    if not bad:
        return words
    left_out = tr_count("{count} cannot and is left out:", "{count} cannot and are left out:", bad)
    return f"{words} {left_out}"


def meaning_lines(listing: Listing) -> tuple[str, ...]:
    """Say how many of what were found in a set of files, and how its names were understood."""
    if not listing.options:
        parts = parts_text(summarise(listing)) if listing.options is None else ""
        return (parts,) if parts else ()
    summary = summarise(listing)
    more = summary.groups or summary.classes or any(summary.splits.values())
    lines = [counts_text(summary)] if more else []  # else they are the images, told above
    if listing.classes:
        counts = [f"{name} {number(count)}" for name, count in summary.classes.items()]
        lines.append(tr("Images of each class: {counts}.", counts=some_of(counts, SHOWN)))
    return (*lines, sentence(listing))


def doubt_lines(listing: Listing) -> tuple[str, ...]:
    """Say what in a set makes numbers look better than they are, or labels doubtful."""
    if not listing.options:
        return ()
    return doubts_of(listing)
