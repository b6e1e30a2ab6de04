"""What a folder's levels, names and tables mean: given by options, or understood from the names.

The options are those of `set_options`.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autoal_gui.core.images.source import ListedImage, Listing, SourceSpec
from autoal_gui.core.language import mark, some_of, tr
from autoal_gui.core.sets.arrange import arrange, with_own_groups, without_splits
from autoal_gui.core.sets.layout import Layout, infer_layout
from autoal_gui.core.sets.name_pattern import suggested_pattern
from autoal_gui.core.sets.passed_over import masks_among
from autoal_gui.core.sets.summary import doubts, parts_text, summarise
from autoal_gui.core.sets.tables.columns import ColumnUse
from autoal_gui.core.sets.tables.table import Table
from autoal_gui.sources.dicom_files.patient_hashes import PATIENT, hash_of_value
from autoal_gui.sources.files.left_out import LeftOut
from autoal_gui.sources.files.tree import root_of
from autoal_gui.sources.understanding.set_options import (
    LEVELS,
    SetMeaning,
    are_masks_left_out,
    is_inferred,
    is_redrawn,
    layout_of,
)
from autoal_gui.sources.understanding.set_table import (
    UsedTable,
    recounted,
    with_named_table,
    with_table_beside,
)

SHOWN = 4  # columns that are named
MASKS = mark("Masks that lie beside their images are no images to label.")


@dataclass(frozen=True)
class SetFiles:
    """The files of a set before one is read."""

    root: Path
    keys: tuple[str, ...]
    """Of the files that may be images, in natural order."""
    folders: tuple[str, ...] = ()
    """Folders that hold nothing."""


def understood(spec: SourceSpec, found: SetFiles, left_out: LeftOut) -> tuple[Layout, SetFiles]:
    """Return what the levels mean, and the files without the masks beside them.

    What the options say stands; the rest is understood from the names where the set is to be.
    """
    given = layout_of(spec)
    kept = _without_masks(found, left_out) if are_masks_left_out(spec) else found
    if not is_inferred(spec):
        return given, kept
    guessed = infer_layout(kept.keys, kept.folders)
    levels = [
        level if spec.option(name) else guess
        for name, level, guess in zip(LEVELS, _levels(given), _levels(guessed), strict=True)
    ]
    layout = Layout(levels[0], levels[1], levels[2], given.group_pattern)
    if not (layout.group_level or layout.group_pattern or spec.option("group-column")):
        layout = _with_groups_by_name(layout, kept.keys)
    return layout, kept


def _without_masks(found: SetFiles, left_out: LeftOut) -> SetFiles:
    masks = masks_among(found.keys)
    for _ in masks:
        left_out.count(tr(MASKS))
    return replace(found, keys=tuple(key for key in found.keys if key not in masks))


def _with_groups_by_name(layout: Layout, keys: Sequence[str]) -> Layout:
    """Return the layout with a pattern for groups, where most classes then have several.

    A name that stands for the class (`cat3_1.png`, each cat a class of its own) is no group: no
    image of such a class could be measured on.
    """
    found = replace(layout, group_pattern=suggested_pattern(keys))
    if not found.group_pattern:
        return layout
    groups: dict[str, set[str]] = defaultdict(set)
    for key in keys:
        groups[layout.class_of(key)].add(found.group_of(key))
    several = sum(len(names) > 1 for names in groups.values())
    return found if 2 * several > len(groups) else layout


def _levels(layout: Layout) -> tuple[int, int, int]:
    return layout.split_level, layout.class_level, layout.group_level


def arranged(
    spec: SourceSpec,
    layout: Layout,
    found: SetFiles,
    images: Sequence[ListedImage],
    left_out: LeftOut,
) -> Listing:
    """Return the listing of images that were read, with all that names and tables say of them.

    Raises:
        SourceError: a table that the options name cannot be used, in one sentence.
    """
    folders = {key.rpartition("/")[0] for key in found.keys}  # of what cannot be read, too
    if spec.option("class-level") or is_inferred(spec):
        folders.update(found.folders)
    bare = replace(left_out.listing((), images), folders=tuple(sorted(folders - {""})))
    listing, used = _with_meaning(spec, layout, found.root, bare)
    if not is_inferred(spec):
        return listing
    use = used.use if used else ColumnUse()
    own = spec.option("group-level") != "0"  # else none, whatever the files say
    meaning = SetMeaning(layout, str(used.file) if used else "", use, is_redrawn(spec), own)
    options = dict(meaning.onto(spec).options)
    if left_out.counts[tr(MASKS)]:
        options["masks"] = "left-out"
    return replace(listing, options=tuple(options.items()))


def _with_meaning(
    spec: SourceSpec, layout: Layout, root: Path, bare: Listing, table: Table | None = None
) -> tuple[Listing, UsedTable | None]:
    """Return a listing of files with what folders, names and the table say of them."""
    classes, images = arrange(layout, bare.images, bare.folders)
    own = has_own_groups(spec, images) and not (layout.group_level or layout.group_pattern)
    if own:
        images = with_own_groups(images)
    listing, used = replace(bare, classes=classes, images=images, personal_groups=own), None
    if spec.option("table"):
        listing, used = with_named_table(spec, root, listing, table)
    elif is_inferred(spec):
        listing, used = with_table_beside(root, listing)
    if used and used.use.group:
        listing = replace(listing, personal_groups=_tell_patients(listing.images))
    if is_redrawn(spec):
        listing = replace(listing, images=without_splits(listing.images))
    return listing, used


def has_own_groups(spec: SourceSpec, images: Sequence[ListedImage]) -> bool:
    """Say whether files say whose they are, and nobody chose to go by something else."""
    named = (spec.option(name) for name in ("group-level", "group-pattern"))
    return not any(named) and any(image.own_group for image in images)


def _tell_patients(images: Sequence[ListedImage]) -> bool:
    """Say whether the groups of a table are the patients' ids that stand in the files."""
    return any(i.own_group and i.own_group == hash_of_value(PATIENT, i.group) for i in images)


def rearranged(
    spec: SourceSpec, listing: Listing, table: Table | None = None
) -> tuple[Listing, UsedTable | None]:
    """Return a listing as other options have it, without reading an image again.

    Args:
        spec: the set; its options are all that is meant, nothing is inferred.
        listing: the set as it was listed, with the folders in it.
        table: what is in the table that the options name, where it was read already.

    Raises:
        SourceError: an option or the table cannot be, in one sentence.
    """
    images = (
        replace(image, split="pool", label=None, group="", part=None, columns=())
        for image in listing.images
    )
    root, used = root_of(spec), dict(listing.options or ()).get("table")
    passed_over = listing.passed_over
    if used:  # it counts again, unless it is used again
        passed_over = recounted(passed_over, root, Path(used), 1)
    bare = Listing((), tuple(images), listing.unreadable, (), listing.personal_groups,
                   spec.options, passed_over, listing.folders)  # fmt: skip
    return _with_meaning(spec, layout_of(spec), root, bare, table)


def doubts_of(listing: Listing) -> tuple[str, ...]:
    """Say what in a set makes numbers look better than they are, or labels doubtful."""
    meaning = SetMeaning.of(SourceSpec("", "", listing.options or ()))
    known = 0 if meaning.columns.labels else meaning.layout.class_level
    return doubts(listing, summarise(listing), meaning.redrawn, known)


def sentence(listing: Listing) -> str:
    """Say how a listing was understood: what each level means, and what the table gives.

    Of a set that has parts but neither folders nor names that mean something: what becomes of them.
    """
    if listing.options is None and (parts := parts_text(summarise(listing))):
        return parts
    spec = SourceSpec("", "", listing.options or ())
    meaning = SetMeaning.of(spec)
    layout, columns = meaning.layout, meaning.columns
    known = 0 if columns.labels else layout.class_level
    group = 0 if columns.group or layout.group_pattern else layout.group_level
    words = [
        tr(text, level=level)
        for text, level in (
            (mark("level {level} of the folders names the split"), layout.split_level),
            (mark("level {level} of the folders names the class"), known),
            (mark("level {level} of the folders names the group"), group),
        )
        if level
    ]
    if listing.personal_groups and not columns.group:
        words.append(tr("the files themselves give the group: the patient, or else the study"))
    if layout.group_pattern and not columns.group:
        words.append(tr("the names of the files give the group"))
    table = Path(spec.option("table")).name
    if spec.option("label-column"):
        column = spec.option("label-column")
        words.append(tr("{table} gives the label (column {column})", table=table, column=column))
    if spec.option("group-column"):
        column = spec.option("group-column")
        words.append(tr("{table} gives the group (column {column})", table=table, column=column))
    if columns.split:
        column = columns.split
        words.append(tr("{table} gives the split (column {column})", table=table, column=column))
    if listing.columns:
        names = some_of(listing.columns, SHOWN)
        words.append(tr("{table} gives the columns {names}", table=table, names=names))
    if not words:
        return tr("No classes, no patients or other groups and no test part were found.")
    return tr("As understood: {meanings}.", meanings="; ".join(words))
