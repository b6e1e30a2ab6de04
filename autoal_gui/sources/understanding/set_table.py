"""The table of a set: the one that is named, or one that lies beside the images."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from autoal_gui.core.errors import ImageUnreadable, SourceError
from autoal_gui.core.images.source import Listing, SourceSpec
from autoal_gui.core.sets.arrange import names_of, with_table
from autoal_gui.core.sets.layout import file_of
from autoal_gui.core.sets.tables.columns import ColumnUse, guess_columns
from autoal_gui.core.sets.tables.image_names import ImageNames, has_hashes
from autoal_gui.core.sets.tables.table import Table, read_table
from autoal_gui.core.sets.tables.table_fit import TableFit, fit_of
from autoal_gui.core.system.foreign_files import sha256_of
from autoal_gui.sources.files.left_out import no_image
from autoal_gui.sources.files.tree import inside
from autoal_gui.sources.understanding.set_options import columns_of, is_inferred

MOST_TABLES = 5  # tables beside the images that are tried
LARGEST_TRIED = 32 << 20  # bytes of a table that nobody named
TRIED = (".csv", ".tsv", ".xlsx", ".json")


@dataclass(frozen=True)
class UsedTable:
    """A table that is used, and how it fits."""

    file: Path
    table: Table
    use: ColumnUse
    """What its columns are used for; without labels where the folders give them."""
    fit: TableFit


def with_named_table(
    spec: SourceSpec, root: Path, listing: Listing, table: Table | None = None
) -> tuple[Listing, UsedTable]:
    """Return a listing with what the table says that the options name.

    Args:
        spec: the set. Columns that it does not name are guessed, unless it names the column of
            the images and leaves nothing to infer.
        root: the folder of the set.
        listing: what the folders say.
        table: what is in the file, where it was read already.

    Raises:
        SourceError: the table cannot be used, in one sentence.
    """
    file = Path(spec.option("table")).expanduser()
    table = table or read_table(file)
    names, given = _names(root, listing, table), columns_of(spec)
    if spec.option("label-column") in table.columns:  # the comma is part of its name
        given = replace(given, labels=(spec.option("label-column"),))
    if given.key and not is_inferred(spec):
        return _used(root, listing, file, table, given, False, names)
    guess = guess_columns(table, names, given.key)
    use = ColumnUse(
        guess.key,
        given.labels or guess.labels,
        given.group or guess.group,
        given.split or guess.split,
    )
    if given.labels:
        return _used(root, listing, file, table, use, False, names)
    return _guessed(root, listing, file, table, use, names)


def with_table_beside(root: Path, listing: Listing) -> tuple[Listing, UsedTable | None]:
    """Return the listing with what a table in its folder says, where one names most images."""
    for file, table in _tables_in(root):
        names = _names(root, listing, table)
        use = guess_columns(table, names)
        if not use.key:
            continue
        done, used = _guessed(root, listing, file, table, use, names)
        if 2 * used.fit.matched >= len(listing.images):
            return done, used
    return listing, None


def _names(root: Path, listing: Listing, table: Table) -> ImageNames:
    """Return what finds the images; where a table names hashes, files not read yet are hashed."""
    unread = [image.key for image in listing.images if not image.sha256]
    if not unread or not any(map(has_hashes, map(table.column, table.columns))):
        return names_of(listing)
    hashes = {}
    for key in unread:
        with suppress(OSError, ImageUnreadable):  # whoever reads it says why it cannot be read
            hashes[key] = sha256_of(inside(root, file_of(key)), folder=root)
    return names_of(listing, hashes)


def _guessed(
    root: Path, listing: Listing, file: Path, table: Table, use: ColumnUse, names: ImageNames
) -> tuple[Listing, UsedTable]:
    """Return the listing with a table whose labels nobody chose: those of folders come first."""
    if not listing.classes:
        try:
            return _used(root, listing, file, table, use, False, names)
        except SourceError:
            pass  # several labels an image: they are columns like others
    return _used(root, listing, file, table, use, True, names)


def _used(
    root: Path,
    listing: Listing,
    file: Path,
    table: Table,
    use: ColumnUse,
    keep: bool,
    names: ImageNames,
) -> tuple[Listing, UsedTable]:
    done, match = with_table(listing, table, use, keep, names)
    fit = fit_of(listing, done, match)
    done = replace(done, passed_over=recounted(listing.passed_over, root, file, -1))
    return done, UsedTable(file, table, replace(use, labels=() if keep else use.labels), fit)


def recounted(
    passed_over: Sequence[tuple[str, int]], root: Path, file: Path, change: int
) -> tuple[tuple[str, int], ...]:
    """Return what is passed over with a table of the set's folder (1), or without it (-1)."""
    try:
        is_inside = file.expanduser().resolve().is_relative_to(root)
    except (OSError, RuntimeError):
        is_inside = False
    counts = dict(passed_over)
    if is_inside:
        reason = no_image(file.name)
        counts[reason] = counts.get(reason, 0) + change
    return tuple((sentence, count) for sentence, count in counts.items() if count > 0)


def _tables_in(root: Path) -> list[tuple[Path, Table]]:
    """Return the tables that lie in a folder and can be read, in the order of their names."""
    found: list[tuple[Path, Table]] = []
    try:
        files = sorted(file for file in root.iterdir() if file.suffix.lower() in TRIED)
    except OSError:
        return found
    for file in files[:MOST_TABLES]:
        try:
            if file.stat().st_size <= LARGEST_TRIED:
                found.append((file, read_table(file)))
        except (OSError, SourceError):
            continue  # it is no table of the set
    return found
