"""What is said of images that were looked for since they are like others."""

from collections.abc import Sequence, Set

from autoal_gui.core.language import decimal, mark, tr, tr_count

SEVERAL_CLASSES = mark(
    "They are like images of several classes, and lie between these: for more of one class, select "
    "images of that class alone."
)
LIKENESS = mark("The number says how alike: 1 is the same image, 0 has nothing in common.")
LIKENESS_WHOLE = mark(
    "How alike a network finds this image and the one, or those, that others are to be like; it "
    "has not seen your answers. 1 is the same image, 0 has nothing in common. It compares what "
    "images look like, and is no probability."
)


def like_words(count: int, class_name: str = "") -> str:
    """Say of how many images others are looked for, and of which class; of none, of a file."""
    if not count:
        return tr("Like the file")
    if class_name:
        return tr_count(
            "Like {count} image of {name}", "Like {count} images of {name}", count, name=class_name
        )
    if count == 1:
        return tr("Like this image")
    return tr_count("Like {count} image", "Like {count} images", count)


def least_like_words(count: int) -> str:
    """Say what images are that nothing labelled is like."""
    return tr_count(
        "{count} image least like the labelled ones",
        "{count} images least like the labelled ones",
        count,
    )


def shown_words(count: int, is_cut: bool) -> str:
    """Say how many images are shown; cut are those that are less alike than the others."""
    if is_cut:
        return tr_count("The {count} most similar image", "The {count} most similar images", count)
    return tr_count("{count} image", "{count} images", count)


def answered_words(answered: Set[int], before: Set[int]) -> tuple[str, ...]:
    """Say how many of the images have an answer, and how many got theirs since they were listed.

    Args:
        answered: those that have one.
        before: those that had one when they were listed.
    """
    had, since = len(answered & before), len(answered - before)
    words = []
    if had:
        words.append(tr_count("{count} with an answer", "{count} with an answer", had))
    if since:
        now = tr_count("{count} of them answered by now", "{count} of them answered by now", since)
        words.append(now)
    return tuple(words)


def likeness_captions(images: Sequence[int], likeness: Sequence[float]) -> dict[int, str]:
    """Return a line below each image that says how like it is, and a shorter one below that."""
    figures = {
        image: decimal(float(value), 2) for image, value in zip(images, likeness, strict=True)
    }
    return {image: f"{tr('alike {cosine}', cosine=one)}\n{one}" for image, one in figures.items()}
