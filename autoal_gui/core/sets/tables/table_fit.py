"""How a table fits the images of a set: what is told before anything is made of it."""

from dataclasses import dataclass

from autoal_gui.core.images.source import Listing
from autoal_gui.core.language import number, some_of, tr_count
from autoal_gui.core.sets.tables.columns import Match

NAMED = 3  # images or cells that are named as examples


@dataclass(frozen=True)
class TableFit:
    """What of a table and of a set belongs together, and what does not."""

    images: int
    matched: int
    """Images that have a row."""
    without_row: tuple[str, ...] = ()
    """Keys of images that no row names."""
    without_image: tuple[str, ...] = ()
    """Cells that name no image."""
    ambiguous: tuple[str, ...] = ()
    """Names that several images bear, and images that several unlike rows name."""
    against_folders: tuple[str, ...] = ()
    """Keys of images whose folder names another class than the table does."""


def fit_of(folders: Listing, done: Listing, match: Match) -> TableFit:
    """Return how a table fits.

    Args:
        folders: the set as its folders alone say.
        done: the same images in the same order, as the table says.
        match: which row belongs to which image.
    """
    return TableFit(
        len(done.images),
        len(match.rows),
        match.without_row,
        match.without_image,
        match.ambiguous,
        _against(folders, done),
    )


def _against(folders: Listing, done: Listing) -> tuple[str, ...]:
    """Return the images that differ, where most classes of one side are classes of the other."""
    before, after = ([n.casefold() for n in listing.classes] for listing in (folders, done))
    if 2 * len(set(before) & set(after)) < min(len(before), len(after)) or not before:
        return ()
    return tuple(
        old.key
        for old, new in zip(folders.images, done.images, strict=True)
        if old.label is not None and new.label is not None and before[old.label] != after[new.label]
    )


def fit_lines(fit: TableFit) -> tuple[str, ...]:
    """Say what matched, what did not and what contradicts, a sentence each."""
    lines = [
        tr_count(
            "{count} of {images} images has a row in the table.",
            "{count} of {images} images have a row in the table.",
            fit.matched,
            images=number(fit.images),
        )
    ]
    if fit.without_row:
        lines.append(
            tr_count(
                "{count} image has no row: {names}.",
                "{count} images have no row: {names}.",
                len(fit.without_row),
                names=some_of(fit.without_row, NAMED),
            )
        )
    if fit.without_image:
        lines.append(
            tr_count(
                "{count} row names no image of this set: {names}.",
                "{count} rows name no image of this set: {names}.",
                len(fit.without_image),
                names=some_of(fit.without_image, NAMED),
            )
        )
    if fit.ambiguous:
        lines.append(
            tr_count(
                "{count} name is not believed, since several images or unlike rows bear it: "
                "{names}.",
                "{count} names are not believed, since several images or unlike rows bear them: "
                "{names}.",
                len(fit.ambiguous),
                names=some_of(fit.ambiguous, NAMED),
            )
        )
    if fit.against_folders:
        lines.append(
            tr_count(
                "{count} image lies in the folder of another class than the table says: {names}. "
                "The table counts.",
                "{count} images lie in the folder of another class than the table says: {names}. "
                "The table counts.",
                len(fit.against_folders),
                names=some_of(fit.against_folders, NAMED),
            )
        )
    return tuple(lines)
