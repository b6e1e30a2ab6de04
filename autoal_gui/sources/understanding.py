"""What a folder's levels, names and tables mean: given by options, or understood from the names.

Options of a `SourceSpec` that every source of files takes:

- `layout`: "infer" lets the levels, the pattern and the table be understood when the set is
  listed; the listing then says what was understood, and the project keeps that.
- `split-level`, `class-level`, `group-level`: the level of folders, from 1, that has the meaning.
- `group-pattern`: a regular expression that finds the group in the name of a file.
- `table`, `key-column`, `label-column` (several with a comma between), `group-column`: a table and
  what its columns mean.
- `labels`: "classes" (projects of before) is class level 1, "ignore" none.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autoal_gui.core.errors import SourceError
from autoal_gui.core.images.source import ListedImage, Listing, SourceSpec
from autoal_gui.core.language import mark, tr
from autoal_gui.core.sets.arrange import arrange, with_table
from autoal_gui.core.sets.columns import ColumnUse, guess_columns
from autoal_gui.core.sets.layout import Layout, file_of, infer_layout
from autoal_gui.core.sets.name_pattern import checked_pattern, suggested_pattern
from autoal_gui.core.sets.passed_over import masks_among
from autoal_gui.core.sets.table import Table, read_table
from autoal_gui.sources.left_out import LeftOut

LEVELS = ("split-level", "class-level", "group-level")
COLUMNS = ("key-column", "label-column", "group-column")
DEEPEST = 64  # levels of folders
MOST_TABLES = 5  # tables beside the images that are tried
LARGEST_TRIED = 32 << 20  # bytes of a table that nobody named
SHOWN = 4  # columns that are named
TRIED = (".csv", ".tsv", ".xlsx", ".json")
MASKS = mark("Masks that lie beside their images are no images to label.")


@dataclass(frozen=True)
class SetFiles:
    """The files of a set before one is read."""

    root: Path
    keys: tuple[str, ...]
    """Of the files that may be images, in natural order."""
    folders: tuple[str, ...] = ()
    """Folders that hold nothing."""


def is_inferred(spec: SourceSpec) -> bool:
    """Say whether the set is to be understood from its names.

    Raises:
        SourceError: the option says neither yes nor no.
    """
    layout = spec.option("layout")
    if layout not in {"", "infer"}:
        raise SourceError(tr('The option "layout" must be "infer" or absent.'))
    return layout == "infer"


def layout_of(spec: SourceSpec) -> Layout:
    """Return what the options say of the levels.

    Raises:
        SourceError: an option is no level, no pattern, or neither "classes" nor "ignore".
    """
    labels = spec.option("labels", "ignore")
    if labels not in {"classes", "ignore"}:
        raise SourceError(tr('The option "labels" must be "classes" or "ignore".'))
    split, known, group = (_level(spec, name) for name in LEVELS)
    if labels == "classes" and not spec.option("class-level"):
        known = 1
    return Layout(split, known, group, checked_pattern(spec.option("group-pattern")))


def _level(spec: SourceSpec, name: str) -> int:
    written = spec.option(name, "0")
    if not written.isdecimal() or int(written) > DEEPEST:
        raise SourceError(
            tr("{name} must be a level of folders, from 0 to {most}.", name=name, most=DEEPEST)
        )
    return int(written)


def understood(spec: SourceSpec, found: SetFiles, left_out: LeftOut) -> tuple[Layout, SetFiles]:
    """Return what the levels mean, and the files without the masks beside them.

    What the options say stands; the rest is understood from the names where the set is to be.
    """
    given = layout_of(spec)
    if not is_inferred(spec):
        return given, found
    masks = masks_among(found.keys)
    for _ in masks:
        left_out.count(tr(MASKS))
    kept = replace(found, keys=tuple(key for key in found.keys if key not in masks))
    guessed = infer_layout(kept.keys, kept.folders)
    levels = [
        level if spec.option(name) else guess
        for name, level, guess in zip(LEVELS, _levels(given), _levels(guessed), strict=True)
    ]
    layout = Layout(levels[0], levels[1], levels[2], given.group_pattern)
    if not (layout.group_level or layout.group_pattern or spec.option("group-column")):
        layout = _with_groups_by_name(layout, kept.keys)
    return layout, kept


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
    classes, known = arrange(layout, images, sorted(folders))
    listing = left_out.listing(classes, known)
    options = _options_of(spec, layout)
    table = spec.option("table")
    if table:
        listing = _with_named_table(spec, listing, options, Path(table).expanduser())
    elif is_inferred(spec):
        listing = _with_table_beside(found.root, listing, options)
    return listing if is_inferred(spec) else replace(listing, options=None)


def _options_of(spec: SourceSpec, layout: Layout) -> tuple[tuple[str, str], ...]:
    """Return the options under which the set is listed in the same way again."""
    kept = {n: v for n, v in spec.options if n not in {"layout", "labels", *LEVELS}}
    levels = zip(LEVELS, _levels(layout), strict=True)
    kept |= {name: str(level) for name, level in levels if level}
    if layout.group_pattern:
        kept["group-pattern"] = layout.group_pattern
    return tuple(kept.items())


def _with_named_table(
    spec: SourceSpec, listing: Listing, options: tuple[tuple[str, str], ...], file: Path
) -> Listing:
    table = read_table(file)
    keys = [file_of(image.key) for image in listing.images]
    guess = guess_columns(table, keys, {i.key: i.sha256 for i in listing.images})
    labels = spec.option("label-column")
    use = ColumnUse(
        spec.option("key-column") or guess.key,
        tuple(name.strip() for name in labels.split(",")) if labels else guess.labels,
        spec.option("group-column") or guess.group,
    )
    keep = bool(listing.classes) and not labels
    done, _ = with_table(listing, table, use, keep)
    return replace(done, options=(*_without_columns(options), *_columns_of(use, keep)))


def _with_table_beside(
    root: Path, listing: Listing, options: tuple[tuple[str, str], ...]
) -> Listing:
    """Return the listing with what a table in its folder says, where one names most images."""
    for file, table in _tables_in(root):
        use = guess_columns(table, [image.key for image in listing.images])
        if not use.key:
            continue
        keep = bool(listing.classes)
        try:
            done, match = with_table(listing, table, use, keep)
        except SourceError:  # several labels an image: they are columns like others
            keep = True
            done, match = with_table(listing, table, use, keep)
        if 2 * len(match.rows) < len(listing.images):
            continue
        used = (("table", str(file)), *_columns_of(use, keep))
        return replace(done, options=(*_without_columns(options), *used))
    return replace(listing, options=options)


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


def _without_columns(options: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple(option for option in options if option[0] not in COLUMNS)


def _columns_of(use: ColumnUse, keep: bool) -> tuple[tuple[str, str], ...]:
    labels = "" if keep else ",".join(use.labels)
    pairs = zip(COLUMNS, (use.key, labels, use.group), strict=True)
    return tuple((name, value) for name, value in pairs if value)


def sentence(listing: Listing) -> str:
    """Say how a listing was understood: what each level means, and what the table gives."""
    spec = SourceSpec("", "", listing.options or ())
    layout = layout_of(spec)
    words = [
        tr(text, level=level)
        for text, level in (
            (mark("level {level} of the folders names the split"), layout.split_level),
            (mark("level {level} of the folders names the class"), layout.class_level),
            (mark("level {level} of the folders names the group"), layout.group_level),
        )
        if level
    ]
    if layout.group_pattern and not spec.option("group-column"):
        words.append(tr("the names of the files give the group"))
    table = Path(spec.option("table")).name
    if spec.option("label-column"):
        column = spec.option("label-column")
        words.append(tr("{table} gives the label (column {column})", table=table, column=column))
    if spec.option("group-column"):
        column = spec.option("group-column")
        words.append(tr("{table} gives the group (column {column})", table=table, column=column))
    if listing.columns:
        names = ", ".join(listing.columns[:SHOWN])
        if len(listing.columns) > SHOWN:
            names += ", …"
        words.append(tr("{table} gives the columns {names}", table=table, names=names))
    if not words:
        return tr("Images without classes, groups or splits.")
    return tr("As understood: {meanings}.", meanings="; ".join(words))
