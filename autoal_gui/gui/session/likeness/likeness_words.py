"""What is said of images that were looked for since they are like others."""

from collections.abc import Set

from autoal_gui.core.language import mark, tr, tr_count

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
    words = (
        tr_count("{count} with an answer", "{count} with an answer", had) if had else "",
        tr_count("{count} of them answered by now", "{count} of them answered by now", since)
        if since
        else "",
    )
    return tuple(filter(None, words))
