"""A table that comes when the project is there already: labels, groups and columns of its images.

What a reader has answered stays: where the table says otherwise, that is told and nothing else.
Read a second time, the same table adds nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from autoal_gui.core.database.round_rows import now
from autoal_gui.core.errors import SourceError
from autoal_gui.core.images.pool import PoolImage
from autoal_gui.core.labels.journal import Entry
from autoal_gui.core.language import clauses, some_of, tr, tr_count
from autoal_gui.core.project.project import Project
from autoal_gui.core.sets.arrange import table_labels
from autoal_gui.core.sets.partition import join_groups
from autoal_gui.core.sets.tables.columns import ColumnUse, guess_columns, match_rows
from autoal_gui.core.sets.tables.image_names import ImageNames
from autoal_gui.core.sets.tables.table import Table
from autoal_gui.core.sets.tables.table_fit import TableFit, fit_lines
from autoal_gui.core.system.natural_order import natural

NAMED = 3  # images or cells that are named as examples

LabelsAs = Literal["known", "second", "hidden", "none"]
"""What the labels of a table are: given answers, a second reader's, the truth to measure by that
nobody sees, or nothing."""


@dataclass(frozen=True)
class ProjectFacts:
    """What of a project says what a table adds; frozen, so that another thread can compare."""

    images: Mapping[int, PoolImage] = field(repr=False)
    classes: tuple[str, ...]
    columns: tuple[str, ...]
    answers: Mapping[int, Entry] = field(repr=False)
    truth: Mapping[int, int] = field(repr=False)
    second: Mapping[str, Mapping[int, Entry]] = field(repr=False)
    """The answers that stand of each second reader."""

    @classmethod
    def of(cls, project: Project) -> "ProjectFacts":
        """Take them; in the thread that owns the project."""
        journal = project.labels.journal
        return cls(
            project.pool.images,
            project.classes.names,
            project.settings.columns,
            dict(project.labels.answers),
            project.metadata.truth(),
            {name: dict(journal.second_answers(name)) for name in journal.second_readers},
        )

    def guess(self, table: Table) -> ColumnUse:
        """Guess what the columns of a table are."""
        return guess_columns(table, self.names())

    def names(self) -> ImageNames:
        """Return what finds the images by the cells of a table."""
        hashes = {one.key: one.sha256 for one in self.images.values()}
        groups = {one.key: one.group for one in self.images.values()}
        return ImageNames(list(hashes), hashes, groups)


@dataclass(frozen=True)
class LaterTable:
    """What a table adds to a project, before it is written."""

    labels_as: LabelsAs
    reader: str
    fit: TableFit
    labels: Mapping[int, str] = field(repr=False)
    """The class that each of some image ids gets."""
    new_classes: tuple[str, ...]
    same: int
    """Images of which the project says the same already."""
    against: tuple[str, ...]
    """Keys of the images that have another answer, which stays."""
    groups: Mapping[int, str] = field(repr=False)
    columns: tuple[str, ...]
    """All that the project has then."""
    cells: Mapping[int, tuple[str, ...]] = field(repr=False)
    torn: int
    """Groups that the evaluation set and the pool then share, and did not before."""

    @property
    def is_empty(self) -> bool:
        """Whether it adds nothing."""
        return not (self.labels or self.groups or self.cells)


def compare_table(
    facts: ProjectFacts, table: Table, use: ColumnUse, labels_as: LabelsAs, reader: str = ""
) -> LaterTable:
    """Say what a table adds to a project.

    Args:
        facts: of the project.
        table: what was read.
        use: which column is what.
        labels_as: what its labels are.
        reader: whose they are, where they are a second reader's.

    Raises:
        SourceError: no column names the images, no row fits, an image has several classes, or a
            second reader has no name.
    """
    if not use.key:
        raise SourceError(tr("No column of the table names the images."))
    if labels_as == "second" and not reader.strip():
        raise SourceError(tr("The second reader needs a name."))
    match = match_rows(table, use.key, facts.names())
    if not match.rows:
        raise SourceError(
            tr("No row of the table names an image of the set in its column {name}.", name=use.key)
        )
    ids = {one.key: image_id for image_id, one in facts.images.items()}
    rows = {ids[key]: row for key, row in match.rows.items()}
    said = {} if labels_as == "none" else table_labels(table, use.labels, match)
    labels, same, against = _compared(
        facts, {ids[k]: n for k, n in said.items()}, labels_as, reader
    )
    groups = _groups(facts, table, use.group, rows)
    columns, cells = _cells(facts, table, use, rows, labels_as)
    known = {name.casefold() for name in facts.classes}
    return LaterTable(
        labels_as,
        reader.strip(),
        TableFit(len(ids), len(rows), match.without_row, match.without_image, match.ambiguous),
        labels,
        tuple(sorted({n for n in labels.values() if n.casefold() not in known}, key=natural)),
        same,
        tuple(facts.images[image_id].key for image_id in against),
        groups,
        columns,
        cells,
        _torn(facts.images, groups) - _torn(facts.images, {}) if groups else 0,
    )


def _compared(
    facts: ProjectFacts, said: Mapping[int, str], labels_as: LabelsAs, reader: str
) -> tuple[dict[int, str], int, list[int]]:
    """Return what is new of the labels, how many are there already, and whose answer differs."""
    standing: dict[int, int | None] = {}
    if labels_as == "second":
        entries = facts.second.get(reader.strip(), {})
        standing = {image_id: entry.class_index for image_id, entry in entries.items()}
    else:
        standing.update(facts.truth if labels_as == "hidden" else _measured_truth(facts))
        standing.update((i, entry.class_index) for i, entry in facts.answers.items())
    spelt = {name.casefold(): name for name in reversed(facts.classes)}
    new: dict[int, str] = {}
    same, against = 0, []
    for image_id, name in said.items():
        known = spelt.get(name.casefold(), name)
        stands = standing.get(image_id)
        if image_id in standing and stands is not None and facts.classes[stands] == known:
            same += 1
        elif image_id in standing and labels_as != "second":
            against.append(image_id)
        else:
            new[image_id] = known
    return new, same, against


def _measured_truth(facts: ProjectFacts) -> Iterator[tuple[int, int]]:
    """Yield the known class of each image of the evaluation set: an answer would hide it."""
    images = facts.images
    return ((i, known) for i, known in facts.truth.items() if images[i].split == "evaluation")


def _groups(
    facts: ProjectFacts, table: Table, column: str, rows: Mapping[int, int]
) -> dict[int, str]:
    """Return the group of each image that the table names, unless all are grouped so already.

    Groups that the project has by what names persons then stay what they are.
    """
    if not column:
        return {}
    place = table.place_of(column)
    found = {i: table.rows[row][place] for i, row in rows.items() if table.rows[row][place]}
    pairs = {(facts.images[i].group, group) for i, group in found.items()}
    before, after = ({pair[side] for pair in pairs} for side in (0, 1))
    alike = "" not in before and len(pairs) == len(before) == len(after)
    return {} if alike else found


def _torn(images: Mapping[int, PoolImage], groups: Mapping[int, str]) -> int:
    """Return how many groups have images on both sides."""
    ids = list(images)
    named = [groups.get(i, images[i].group) for i in ids]
    sides: dict[int, set[str]] = {}
    for unit, i in zip(join_groups(named, [images[i].sha256 for i in ids]), ids, strict=True):
        sides.setdefault(unit, set()).add(images[i].split)
    return sum(len(found) > 1 for found in sides.values())


def _cells(
    facts: ProjectFacts,
    table: Table,
    use: ColumnUse,
    rows: Mapping[int, int],
    labels_as: LabelsAs,
) -> tuple[tuple[str, ...], dict[int, tuple[str, ...]]]:
    """Return all columns, and the texts of each image for which they change."""
    taken = {use.key, use.group, *(() if labels_as == "none" else use.labels)}
    own = [name for name in table.columns if name not in taken]
    columns = (*facts.columns, *(name for name in own if name not in facts.columns))
    sources = [(columns.index(name), table.place_of(name)) for name in own]
    wide = len(columns) > len(facts.columns)
    cells: dict[int, tuple[str, ...]] = {}
    for image_id, image in facts.images.items():
        texts = [*image.columns, *[""] * (len(columns) - len(image.columns))]
        if image_id in rows:
            for target, source in sources:
                texts[target] = table.rows[rows[image_id]][source] or texts[target]
        if tuple(texts) != image.columns and (any(texts) or (wide and image.columns)):
            cells[image_id] = tuple(texts)
    return columns, cells


def write_table(project: Project, found: LaterTable) -> None:
    """Write what a table adds; the project is to be opened anew then.

    Stopped half-way it can be begun again: nothing comes in twice.

    Raises:
        ProjectError: it could not be saved.
    """
    for name in found.new_classes:
        project.classes.add(name)
    places = {name: index for index, name in enumerate(project.classes.names)}
    labels = {image_id: places[name] for image_id, name in found.labels.items()}
    if found.labels_as == "known" and labels:
        with project.labels.together():
            for image_id, known in labels.items():
                project.labels.answer(image_id, "import", known, round_number=0)
    if found.labels_as == "second" and labels:
        at = now()
        project.labels.add_readings(
            [
                Entry(0, at, found.reader, 0, "label", image_id, known, purpose="second")
                for image_id, known in labels.items()
            ]
        )
    hidden = labels if found.labels_as == "hidden" else {}
    project.metadata.put(hidden, found.groups, found.columns, found.cells)


def table_sentences(found: LaterTable, done: bool = False) -> tuple[str, ...]:
    """Say how a table fits the project, and what it adds, or has added, in sentences."""
    lines = [*fit_lines(found.fit)]
    if found.new_classes:
        lines.append(tr("New classes: {names}.", names=some_of(found.new_classes, NAMED)))
    if found.against:
        lines.append(
            tr_count(
                "{count} image has another answer already, which stays: {names}.",
                "{count} images have another answer already, which stays: {names}.",
                len(found.against),
                names=some_of(found.against, NAMED),
            )
        )
    if found.same:
        lines.append(
            tr_count(
                "{count} label is there already.", "{count} labels are there already.", found.same
            )
        )
    if found.torn:
        lines.append(
            tr_count(
                "{count} group now has images both to learn from and in the evaluation set, "
                "which flatters the numbers: draw a new evaluation set.",
                "{count} groups now have images both to learn from and in the evaluation set, "
                "which flatters the numbers: draw a new evaluation set.",
                found.torn,
            )
        )
    return (*lines, " ".join(_added(found, done)))


def _added(found: LaterTable, done: bool) -> Sequence[str]:
    if found.is_empty:
        return [tr("The table adds nothing.")]
    counts = (
        (tr_count("{count} label", "{count} labels", len(found.labels)), found.labels),
        (tr_count("groups of {count} image", "groups of {count} images", len(found.groups)),
         found.groups),
        (tr_count("columns of {count} image", "columns of {count} images", len(found.cells)),
         found.cells),
    )  # fmt: skip
    what = clauses(words for words, some in counts if some)
    return [tr("Added: {what}.", what=what) if done else tr("It adds: {what}.", what=what)]
