"""What the options of a set say of its folders, names and tables.

Options of a `SourceSpec` that every source of files takes:

- `layout`: "infer" lets the levels, the pattern and the table be understood when the set is
  listed; the listing then says what was understood, and the project keeps that.
- `split-level`, `class-level`, `group-level`: the level of folders, from 1, that has the meaning.
  `group-level` 0 means no groups, whatever the files themselves say.
- `group-pattern`: a regular expression that finds the group in the name of a file.
- `table`, `key-column`, `label-column` (several with a comma between), `group-column`,
  `split-column`: a table and what its columns mean. Where `key-column` is given and nothing is to
  be inferred, a column that is not given is none.
- `parts`: "redrawn" draws the evaluation set anew instead of taking the parts of the set.
- `masks`: "left-out" leaves out masks that lie beside their images.
- `labels`: "classes" (projects of before) is class level 1, "ignore" none.
"""

from dataclasses import dataclass, field, replace
from typing import Self

from autoal_gui.core.errors import SourceError
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.language import tr
from autoal_gui.core.sets.layout import Layout
from autoal_gui.core.sets.name_pattern import checked_pattern
from autoal_gui.core.sets.tables.columns import ColumnUse

LEVELS = ("split-level", "class-level", "group-level")
COLUMNS = ("key-column", "label-column", "group-column", "split-column")
ALL = (*LEVELS, "group-pattern", "table", *COLUMNS, "parts", "layout", "labels")
DEEPEST = 64  # levels of folders
REDRAWN = "redrawn"


@dataclass(frozen=True)
class SetMeaning:
    """What folders, names and a table mean; everything that the user can correct."""

    layout: Layout = field(default_factory=Layout)
    table: str = ""
    """Path of a file; empty for none."""
    columns: ColumnUse = field(default_factory=ColumnUse)
    redrawn: bool = False
    """Draw the evaluation set anew, whatever parts the set itself has."""
    own_groups: bool = True
    """Go by what the files themselves say of groups, where nothing else is said."""

    @classmethod
    def of(cls, spec: SourceSpec) -> Self:
        """Return what the options of a set say.

        Raises:
            SourceError: an option cannot be, see `layout_of` and `is_redrawn`.
        """
        own = spec.option("group-level") != "0"
        return cls(layout_of(spec), spec.option("table"), columns_of(spec), is_redrawn(spec), own)

    def onto(self, spec: SourceSpec) -> SourceSpec:
        """Return a set with this meaning; its other options stay."""
        kept = [option for option in spec.options if option[0] not in ALL]
        layout = self.layout
        levels = (layout.split_level, layout.class_level, layout.group_level)
        kept += [(n, str(level)) for n, level in zip(LEVELS, levels, strict=True) if level]
        if not self.own_groups and not layout.group_level:
            kept.append(("group-level", "0"))
        if layout.group_pattern:
            kept.append(("group-pattern", layout.group_pattern))
        if self.table:
            kept += [("table", self.table), *column_options(self.columns)]
        if self.redrawn:
            kept.append(("parts", REDRAWN))
        return replace(spec, options=tuple(kept))


def is_inferred(spec: SourceSpec) -> bool:
    """Say whether the set is to be understood from its names.

    Raises:
        SourceError: the option says neither yes nor no.
    """
    return _is(spec, "layout", "infer")


def is_redrawn(spec: SourceSpec) -> bool:
    """Say whether the evaluation set is drawn anew, whatever parts the set has.

    Raises:
        SourceError: the option says neither yes nor no.
    """
    return _is(spec, "parts", REDRAWN)


def are_masks_left_out(spec: SourceSpec) -> bool:
    """Say whether masks beside their images are left out.

    Raises:
        SourceError: the option says neither yes nor no.
    """
    return is_inferred(spec) or _is(spec, "masks", "left-out")


def _is(spec: SourceSpec, name: str, value: str) -> bool:
    found = spec.option(name)
    if found not in {"", value}:
        raise SourceError(
            tr('The option "{name}" must be "{value}" or absent.', name=name, value=value)
        )
    return found == value


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


def columns_of(spec: SourceSpec) -> ColumnUse:
    """Return which columns of the table the options name."""
    labels = tuple(name.strip() for name in spec.option("label-column").split(","))
    return ColumnUse(
        spec.option("key-column"),
        tuple(name for name in labels if name),
        spec.option("group-column"),
        spec.option("split-column"),
    )


def column_options(use: ColumnUse) -> list[tuple[str, str]]:
    """Return the options that name columns."""
    pairs = zip(COLUMNS, (use.key, ",".join(use.labels), use.group, use.split), strict=True)
    return [(name, value) for name, value in pairs if value]
