"""A listing gets its classes, groups, parts and columns: from a layout, and from a table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from autoal_gui.core.errors import SourceError
from autoal_gui.core.images.source import ListedImage, Listing, OfficialSplit, Split
from autoal_gui.core.language import tr, tr_count
from autoal_gui.core.sets.layout import Layout, class_name, folder_at, split_named
from autoal_gui.core.sets.partition import join_groups
from autoal_gui.core.sets.tables.columns import (
    ColumnUse,
    Match,
    labels_in,
    match_rows,
    separator_of,
)
from autoal_gui.core.sets.tables.image_names import ImageNames
from autoal_gui.core.sets.tables.table import Table
from autoal_gui.core.system.natural_order import natural


def arrange(
    layout: Layout, images: Sequence[ListedImage], folders: Iterable[str] = ()
) -> tuple[tuple[str, ...], tuple[ListedImage, ...]]:
    """Return the classes in natural order, and the images with label, group, part and split.

    Args:
        layout: what the levels of folders mean.
        images: what was found, by their keys.
        folders: folders without an image; one at the level of classes is a class.
    """
    names = {layout.class_of(image.key) for image in images}
    names |= {class_name(folder_at(f"{folder}/x", layout.class_level)) for folder in folders}
    classes = tuple(sorted(names - {""}, key=natural))
    place = {name: index for index, name in enumerate(classes)}
    arranged = (
        replace(
            image,
            label=place.get(layout.class_of(image.key)),
            group=layout.group_of(image.key),
            part=layout.split_of(image.key),
        )
        for image in images
    )
    return classes, with_splits(tuple(arranged))


def with_own_groups(images: Sequence[ListedImage]) -> tuple[ListedImage, ...]:
    """Return the images in the groups that their files say, where they say any."""
    return with_splits([replace(i, group=i.own_group) if i.own_group else i for i in images])


def without_splits(images: Sequence[ListedImage]) -> tuple[ListedImage, ...]:
    """Return the images with none set aside, so that the evaluation set is drawn anew."""
    return tuple(replace(image, split="pool") for image in images)


def with_splits(images: Sequence[ListedImage]) -> tuple[ListedImage, ...]:
    """Return the images with what they are for, from the parts of a published set.

    Its test images are evaluated on; where it has none, those to validate on are. A part of which
    nothing is known, in a set whose labels are known elsewhere, measures nothing. All others are
    in the pool. A group in several parts stays whole where its first image stands, and so do
    identical files, so that none is on both sides. Without parts nothing is decided.
    """
    known = any(image.label is not None for image in images)
    parts = {image.part for image in images}
    able = {image.part for image in images if image.label is not None or not known}
    held: OfficialSplit = "test" if "test" in able else "validation"
    if held not in able or parts == {held}:
        return without_splits(images)
    units = join_groups([image.group for image in images], [image.sha256 for image in images])
    first: dict[int, Split] = {}
    for unit, image in zip(units, images, strict=True):
        first.setdefault(unit, "evaluation" if image.part == held else "pool")
    return tuple(replace(i, split=first[unit]) for unit, i in zip(units, images, strict=True))


def names_of(listing: Listing, unread: Mapping[str, str] | None = None) -> ImageNames:
    """Return what finds the images of a listing by the cells of a table.

    Args:
        listing: the images.
        unread: the SHA-256 of images of which the listing has none.
    """
    hashes = {image.key: image.sha256 for image in listing.images} | dict(unread or {})
    groups = {image.key: image.group for image in listing.images}
    return ImageNames([image.key for image in listing.images], hashes, groups)


def with_table(
    listing: Listing,
    table: Table,
    use: ColumnUse,
    keep_labels: bool = False,
    names: ImageNames | None = None,
) -> tuple[Listing, Match]:
    """Return a listing with what a table says of its images, and how the rows fit.

    Args:
        listing: the images; their own classes stay where the table gives no labels.
        table: what was read.
        use: which column is what.
        keep_labels: leave the listing's classes as they are, and the labels of the table to the
            columns: so is done where folders name classes and nobody chose a column.
        names: finds the listing's images, where that is made already.

    Raises:
        SourceError: no column names the images, no row fits, or an image has several classes.
    """
    if not use.key:
        raise SourceError(tr("No column of the table names the images."))
    match = match_rows(table, use.key, names or names_of(listing))
    if not match.rows:
        raise SourceError(
            tr("No row of the table names an image of the set in its column {name}.", name=use.key)
        )
    labels = {} if keep_labels else table_labels(table, use.labels, match)
    classes = tuple(sorted(set(labels.values()), key=natural)) if labels else listing.classes
    place = {name: index for index, name in enumerate(classes)}
    has_parts = any(image.part is not None for image in listing.images)
    split = table.place_of(use.split) if use.split and not has_parts else None
    taken = {use.key, use.group, use.split, *(() if keep_labels else use.labels)}
    columns = tuple(name for name in table.columns if name not in taken)
    places = [table.place_of(name) for name in columns]
    group = table.place_of(use.group) if use.group else None
    images = []
    for image in listing.images:
        row = match.rows.get(image.key)
        cells = table.rows[row] if row is not None else None
        changed = replace(image, columns=tuple(cells[p] if cells else "" for p in places))
        if labels:
            name = labels.get(image.key)
            changed = replace(changed, label=None if name is None else place[name])
        if group is not None:
            changed = replace(changed, group=(cells[group] if cells else "") or image.group)
        if split is not None and cells:
            changed = replace(changed, part=split_named(cells[split]))
        images.append(changed)
    done = replace(listing, classes=classes, images=with_splits(images), columns=columns)
    return done, match


def table_labels(table: Table, columns: Sequence[str], match: Match) -> Mapping[str, str]:
    """Return the one class of each image, by its key, that a table gives one.

    Raises:
        SourceError: images have several, or the table has no such column.
    """
    if not columns:
        return {}
    single = columns[0] if len(columns) == 1 else ""
    separator = separator_of(table.column(single)) if single else ""
    found = {key: labels_in(table, columns, row) for key, row in match.rows.items()}
    several = sum(len(names) > 1 or bool(separator and separator in "".join(names))
                  for names in found.values())  # fmt: skip
    if several:
        raise SourceError(
            tr_count(
                "{count} image has several labels in the table, but here each image has one; "
                "choose a single column.",
                "{count} images have several labels in the table, but here each image has one; "
                "choose a single column.",
                several,
            )
        )
    return {key: names[0] for key, names in found.items() if names}
