"""What the columns of a table say of the images: which row, which label, which group."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from autoal_gui.core.sets.layout import split_named
from autoal_gui.core.sets.tables.image_names import ImageNames
from autoal_gui.core.sets.tables.table import Table

LABEL_WORDS = frozenset(
    (
        "label", "labels", "class", "classes", "diagnosis", "dx", "finding", "findings",
        "category", "target", "y", "truth", "grade", "annotation", "type", "tumor", "tumour",
        "disease", "pathology", "outcome", "result", "klasse", "diagnose", "befund",
        "klassifikation", "classe", "diagnostic", "clase", "diagnostico", "diagnóstico", "etiqueta",
        "étiquette", "类别", "标签", "诊断",
    )
)  # fmt: skip
GROUP_WORDS = frozenset(
    (
        "patient", "subject", "case", "study", "participant", "person", "lesion", "slide", "group",
        "specimen", "animal", "series", "mrn", "pid", "patientin", "proband", "fall", "sujet",
        "paciente", "caso", "sujeto", "患者", "病人", "患者编号", "病例",
    )
)  # fmt: skip
KEY_WORDS = frozenset(
    (
        "path", "file", "filename", "image", "img", "name", "id", "key", "sha256", "filepath",
        "image_id", "datei", "dateiname", "bild", "fichier", "archivo", "imagen", "文件名", "文件",
        "图像",
    )
)  # fmt: skip
SEPARATORS = "|;,"
MOST_CLASSES = 100  # a column with more different cells is no column of labels
MOST_SPLITS = 3
TESTED = 500  # rows in which the column of file names is looked for
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class ColumnUse:
    """Which column of a table is used for what; empty where none is."""

    key: str = ""
    """Names the file: with or without folders and ending, or by its SHA-256; or its group."""
    labels: tuple[str, ...] = ()
    """One column of class names, or several of 0 and 1, each named after its class."""
    group: str = ""
    split: str = ""
    """Says train, validation or test."""


@dataclass(frozen=True)
class Match:
    """Which row of a table belongs to which image, and what does not fit."""

    rows: Mapping[str, int] = field(repr=False)
    """The row of each image key that has one."""
    without_row: tuple[str, ...] = ()
    """Keys of images that no row names."""
    without_image: tuple[str, ...] = ()
    """Cells of rows that name no image."""
    ambiguous: tuple[str, ...] = ()
    """Cells that name several images, or images that several unlike rows name."""


def guess_columns(table: Table, names: ImageNames, key: str = "") -> ColumnUse:
    """Guess which column names the file, which the label and which the group.

    Args:
        table: what was read.
        names: finds the images.
        key: the column that names the file, where that is known already.
    """
    key = key or _key_column(table, names)
    others = [name for name in table.columns if name != key]
    group = next((name for name in others if words_of(name) & GROUP_WORDS), "")
    split = next((name for name in others if name != group and _are_splits(table, name)), "")
    rest = [name for name in others if name not in (group, split)]
    return ColumnUse(key, _label_columns(table, rest), group, split)


def _are_splits(table: Table, name: str) -> bool:
    """Say whether each cell of a column names a part of a set, and not all the same one."""
    cells = set(table.column(name)) - {""}
    return 1 < len(cells) <= MOST_SPLITS and len({*map(split_named, cells)} - {None}) == len(cells)


def _key_column(table: Table, images: ImageNames) -> str:
    """Return the column that names the most images; if none does, the one of the most groups."""
    return _best_column(table, lambda cell: images.find(cell)[1]) or _best_column(
        table, lambda cell: bool(images.of_group(cell))
    )


def _best_column(table: Table, is_one: Callable[[str], bool]) -> str:
    best, most = "", 0
    for name in sorted(table.columns, key=lambda one: not words_of(one) & KEY_WORDS):
        found = sum(map(is_one, table.column(name)[:TESTED]))
        if found > most:
            best, most = name, found
    return best


def _label_columns(table: Table, names: Sequence[str]) -> tuple[str, ...]:
    named = [name for name in names if words_of(name) & LABEL_WORDS]
    for name in named:
        if 1 < len(set(table.column(name)) - {""}) <= MOST_CLASSES:
            return (name,)
    flags = tuple(name for name in names if set(table.column(name)) <= {"0", "1", "0.0", "1.0"})
    return flags if len(flags) > 1 else ()


def words_of(name: str) -> set[str]:
    """Return the words of a column's name in small letters, those that end in s without it too."""
    parts = re.sub(r"([a-z])([A-Z])", r"\1 \2", name)
    words = {word.casefold() for word in _WORD.findall(parts)}
    return words | {word[:-1] for word in words if word.endswith("s")}


def match_rows(table: Table, key_column: str, names: ImageNames) -> Match:
    """Find the row of each image.

    A name without folders that several files bear is ambiguous and names none of them. Identical
    rows are one; of rows that differ, none is believed. A column that names no image may name
    groups: a row is then of all images of its patient.

    Raises:
        SourceError: the table has no such column.
    """
    rows: dict[str, int] = {}
    missing: list[str] = []
    ambiguous: dict[str, None] = {}
    by_group = not any(names.find(cell)[1] for cell in table.column(key_column))
    for number, cell in enumerate(table.column(key_column)):
        found, is_sure = (names.of_group(cell), True) if by_group else names.find(cell)
        if not found:
            missing.append(cell)
        elif not is_sure:
            ambiguous[cell] = None
        else:
            for key in found:
                if key in rows and table.rows[rows[key]] != table.rows[number]:
                    ambiguous[key] = None
                rows.setdefault(key, number)
    for key in ambiguous:
        rows.pop(key, None)
    without = tuple(key for key in names.keys if key not in rows)
    return Match(rows, without, tuple(missing), tuple(ambiguous))


def labels_in(table: Table, labels: Sequence[str], row: int) -> tuple[str, ...]:
    """Return the labels that a row gives: none, one or several.

    Of one column the cell is the label, or several with a separator between them that are each a
    label of other rows; of several columns of 0 and 1 the names of those with 1.

    Raises:
        SourceError: the table has no such column.
    """
    places, cells = [table.place_of(name) for name in labels], table.rows[row]
    if len(labels) == 1:
        return (cells[places[0]],) if cells[places[0]] else ()
    return tuple(n for n, p in zip(labels, places, strict=True) if cells[p] in ("1", "1.0"))


def separator_of(cells: Sequence[str]) -> str:
    """Return what separates several labels in one cell; empty where each cell is one label.

    A separator is believed where the parts of compound cells are labels by themselves elsewhere:
    `Effusion|Mass` beside `Mass`, but not `Lymphoma, follicular`.
    """
    singles = Counter(cells)
    for separator in SEPARATORS:
        compound = [cell for cell in singles if separator in cell]
        if not compound:
            continue
        parts = [part.strip() for cell in compound for part in cell.split(separator)]
        if sum(part in singles for part in parts) >= 0.8 * len(parts):
            return separator
    return ""
