"""A damaged project brought back: what can be read goes into a new file, the old one is kept.

Nothing is guessed. Each part comes from the damaged file, from the copies that were made when the
project was opened, or, for images alone, from a new listing of their source.
"""

import contextlib
import secrets
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autoal_gui.core.database import project_file as database
from autoal_gui.core.database.image_rows import columns_from, metadata_of
from autoal_gui.core.database.images.act_rows import act_from, insert_act
from autoal_gui.core.database.journal_rows import insert_entry
from autoal_gui.core.database.round_rows import query_from, round_record
from autoal_gui.core.database.schema import FILE_NAME
from autoal_gui.core.database.setting_rows import Setting
from autoal_gui.core.errors import (
    AutoALError,
    FileRefused,
    ProjectDamaged,
    ProjectError,
    ProjectTooNew,
    SourceError,
)
from autoal_gui.core.images.acts import Act
from autoal_gui.core.images.source import ImageReader, Listing, ProgressCallback, SourceSpec
from autoal_gui.core.labels.journal import UNSEALED, Entry
from autoal_gui.core.language import mark, tr, tr_count
from autoal_gui.core.project.project import Project
from autoal_gui.core.project.stores import stored_settings as stored
from autoal_gui.core.recovery.damaged_files import contents, copies, move_sides, put_aside
from autoal_gui.core.recovery.journal_repair import Chain, is_class, line_from, rebuilt, replayable
from autoal_gui.core.recovery.sqlite_pages import MAGIC, PAGE, Salvage, Table, salvage
from autoal_gui.core.settings import PRESETS
from autoal_gui.core.system.scratch import ScratchFolder, sweep

ListImages = Callable[[SourceSpec, Path, ProgressCallback], Listing]

SOUND = mark("The project file is sound; there is nothing to recover.")
NOTHING = mark("No part of a project can be read from that file; it has been left as it is.")
NO_SOURCE = mark(
    "The labels can be read, but not where their images are; give the folder or file of the images."
)
UNWRITTEN = mark("The project could not be recovered: its folder is full or cannot be written.")
_LEAST_LINE = 60  # bytes of the shortest line of a journal
_BESIDE = ".autoal-gui-recovery-"  # how the folder begins that the new file is written in


@dataclass(frozen=True)
class Recovered:
    """What a recovery has brought back."""

    answers: int
    """Lines of the journal: answers, what was taken back, flags and comments."""
    lost: int
    """Lines that are missing, as far as the file still tells how many there were."""
    repaired: int
    """Lines whose damaged bytes were found out."""
    images_lost: int
    """Images with answers or known labels that are in no copy and no longer at their source."""
    rounds_lost: int
    damaged: Path
    """Where the damaged file is kept."""

    @property
    def sentence(self) -> str:
        """What to tell the user."""
        parts = [tr_count("{count} answer was recovered", "{count} answers were recovered",
                          self.answers)]  # fmt: skip
        if self.lost:
            parts.append(tr_count("{count} is lost", "{count} are lost", self.lost))
        else:
            parts.append(tr("none is lost"))
        if self.rounds_lost:
            parts.append(tr_count("the result of {count} round is lost",
                                  "the results of {count} rounds are lost",
                                  self.rounds_lost))  # fmt: skip
        if self.images_lost:
            parts.append(tr_count("{count} image could not be found again",
                                  "{count} images could not be found again",
                                  self.images_lost))  # fmt: skip
        return tr(
            "{what}; the damaged file is kept beside it as {name}.",
            what=", ".join(parts),
            name=self.damaged.name,
        )


def recover(
    folder: Path,
    list_images: ListImages,
    progress: ProgressCallback,
    images: SourceSpec | None = None,
) -> Recovered:
    """Put a new project file in the place of a damaged one, which is copied aside first.

    Args:
        folder: the project's.
        list_images: lists a source, where rows of images are missing.
        progress: called now and then, with counts where they are known; may raise `Cancelled`.
        images: where the images are, in the place of what the file says.

    Raises:
        ProjectError: it is sound, in use or written by a later version; nothing of it can be
            read; or there is no room. The damaged file is then as it was.
    """
    file = folder / FILE_NAME
    _require_damage(folder)
    try:
        found, *others = contents(file)
        elsewhere = [salvage(one, progress) for one in (*copies(folder), *others)]
        parts = _Parts(salvage(found, progress), elsewhere)
        parts.settle(folder, images, progress)
        parts.complete_images(list_images, folder, progress)
        kept = _replaced(file, parts)
    except FileRefused as error:
        raise ProjectError(str(error)) from error
    except (OSError, sqlite3.Error) as error:
        raise ProjectError(tr(UNWRITTEN)) from error
    lines = len(parts.lines())
    lost = parts.chain.lost + len(parts.chain.entries) - lines
    unknown = len(parts.unknown_images())
    return Recovered(lines, lost, parts.chain.repaired, unknown, parts.rounds_lost, kept)


def _blind(spec: SourceSpec, workspace: Path) -> ImageReader:
    """Open no image: none is needed to look at a project file, and where they are stays noted.

    Raises:
        SourceError: always.
    """
    raise SourceError(tr("The file is gone."))


def _require_damage(folder: Path) -> None:
    try:
        Project.open(folder, _blind).close()
    except ProjectDamaged:
        return
    except ProjectTooNew:
        if database.is_own(folder / FILE_NAME):
            return  # a later version would have other tables: it is the number that is damaged
        raise
    raise ProjectError(tr(SOUND))


@dataclass
class _Parts:
    """The contents of the new file."""

    found: Salvage
    copies: list[Salvage]
    settings: dict[str, str] = field(default_factory=dict)
    classes: dict[int, str] = field(default_factory=dict)
    images: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    metadata: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    acts: dict[int, Act] = field(default_factory=dict)
    truth: dict[int, int] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    rounds: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    rankings: dict[tuple[int, int], tuple[Any, ...]] = field(default_factory=dict)
    predictions: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    chain: Chain = field(default_factory=lambda: Chain((), 0, 0))
    rounds_lost: int = 0

    def settle(self, folder: Path, images: SourceSpec | None, progress: ProgressCallback) -> None:
        """Take each part from where it is whole.

        Raises:
            ProjectError: nothing is, or the source of the images is missing.
        """
        self._settle_settings()
        self._settle_fixed()
        self._settle_acts()
        elsewhere = [line_from(cell) for copy in self.copies for cell in copy.of("journal")]
        self.chain = rebuilt(self.found, elsewhere, self._last_line(), progress)
        if not (self.chain.entries or self.images):
            raise ProjectError(tr(NOTHING))
        self._settle_rounds()
        self._settle_classes()
        if images is not None:
            self.settings[stored.SOURCE.name] = stored.SOURCE.text_of(images)
        if stored.SOURCE.name not in self.settings:
            raise ProjectError(tr(NO_SOURCE))
        for setting, value in _defaults(folder).items():
            self.settings.setdefault(setting.name, setting.text_of(value))

    def _all(self) -> Iterable[Salvage]:
        return (self.found, *self.copies)

    def _settle_settings(self) -> None:
        for one in self._all():
            for cell in one.of("setting"):
                name, text = cell.values
                if _is_setting(name, text):
                    self.settings.setdefault(name, text)

    def _settle_fixed(self) -> None:
        """Take what never changes: from the copies first, as they are known to be sound."""
        for one in (*self.copies, self.found):
            for cell in one.of("image"):
                self.images.setdefault(cell.rowid, cell.values[1:])
            for cell in one.of("metadata"):
                if _is_sound(columns_from, cell.values[2]):
                    self.metadata.setdefault(cell.rowid, cell.values[1:])
            for cell in one.of("truth"):
                if is_class(cell.values[1]):
                    self.truth.setdefault(cell.rowid, cell.values[1])
            for cell in one.of("unreadable"):
                self.unreadable.setdefault(*cell.values)

    def _settle_acts(self) -> None:
        for one in (*self.copies, self.found):
            for cell in one.of("act"):
                row = (cell.rowid, *cell.values[1:-1])
                if _is_sound(act_from, *row):
                    self.acts.setdefault(cell.rowid, act_from(*row))
        for _, act in sorted(self.acts.items()):
            self._bring_up_to(act)

    def _bring_up_to(self, act: Act) -> None:
        """Change images of an older copy as they were changed since."""
        for one in act.changes:
            if one.image_id in self.images and act.kind in ("replaced", "evaluation"):
                key, sha256, split = self.images[one.image_id]
                row = (
                    (key, one.after, split) if act.kind == "replaced" else (key, sha256, one.after)
                )
                self.images[one.image_id] = row

    def _last_line(self) -> int:
        """Return the number of the last line that there was, where the file still counts it."""
        counts = [
            cell.values[1]
            for one in self._all()
            for cell in one.of("sqlite_sequence")
            if cell.values[0] == "journal" and 0 < cell.values[1] <= _most_lines(one.data)
        ]
        return max(counts, default=0)

    def _settle_rounds(self) -> None:
        numbers = set()
        for one in self._all():
            for cell in one.of("round"):
                row = (cell.rowid, *cell.values[1:])
                numbers.add(cell.rowid)
                number, settings, outcome, *rest = row
                if _is_sound(round_record, (number, outcome, settings, *rest)):
                    self.rounds.setdefault(cell.rowid, row)
            for cell in one.of("ranking"):
                number, position, image_id, _, _, text = cell.values
                if not text or _is_sound(query_from, image_id, text):
                    self.rankings.setdefault((number, position), cell.values)
            for cell in one.of("prediction"):
                self.predictions.setdefault(cell.rowid, cell.values)
        numbers.update(entry.round_number for entry in self.chain.entries)
        self.rounds_lost = len({n for n in numbers if n > 0} - set(self.rounds))

    def _settle_classes(self) -> None:
        """Name each class that is used; one whose name is lost is called by its number."""
        for one in self._all():
            for cell in one.of("class"):
                if is_class(cell.rowid):
                    self.classes.setdefault(cell.rowid, cell.values[1])
        used = [e.class_index for e in self.chain.entries if e.class_index is not None]
        for index in range(max((*self.classes, *used, *self.truth.values()), default=-1) + 1):
            self.classes.setdefault(index, tr("Class {number}", number=index + 1))

    def lines(self) -> list[Entry]:
        """Return the journal as far as its images are known."""
        return replayable([entry for entry in self.chain.entries if entry.image_id in self.images])

    def unknown_images(self) -> set[int]:
        """Return the images that something refers to and that are not known."""
        named = {entry.image_id for entry in self.chain.entries} | set(self.truth)
        return named - set(self.images)

    def complete_images(
        self, list_images: ListImages, folder: Path, progress: ProgressCallback
    ) -> None:
        """Take missing images from their source, if all others are where they were in its list."""
        if not self.unknown_images() and set(self.images) == set(range(1, len(self.images) + 1)):
            return
        spec = stored.SOURCE.value_of(self.settings[stored.SOURCE.name])
        try:
            listing = list_images(spec, folder / "cache", progress)
        except AutoALError:
            return
        listed = {i: (one.key, one.sha256, one.split) for i, one in enumerate(listing.images, 1)}
        if all(i in listed and listed[i][0] == row[0] for i, row in self.images.items()):
            self.images = {**listed, **self.images}
            self._complete_metadata(listing)

    def _complete_metadata(self, listing: Listing) -> None:
        """Take what is known of the images from their source, where nothing of it is left."""
        known = stored.GROUP_SALT.name in self.settings  # else no hash of before can be told again
        salt = self.settings.setdefault(
            stored.GROUP_SALT.name, stored.GROUP_SALT.text_of(secrets.token_hex(16))
        )
        rows = metadata_of(listing, stored.GROUP_SALT.value_of(salt))
        listed: dict[int, tuple[Any, ...]] = {image_id: tuple(row) for image_id, *row in rows}
        renewed = listing.personal_groups and not known
        self.metadata = {**self.metadata, **listed} if renewed else {**listed, **self.metadata}


def _most_lines(data: bytes) -> int:
    pages = int.from_bytes(data[28:32], "big") if data[:16] == MAGIC else 0
    return max(len(data), PAGE * min(pages, 1 << 20)) // _LEAST_LINE


def _defaults(folder: Path) -> dict[Setting[Any], Any]:
    return {
        stored.NAME: folder.name.encode(errors="replace").decode(),
        stored.RUN: PRESETS["cpu"],
        stored.ANNOTATOR: "annotator",
        stored.SHOW_SUGGESTIONS: False,
        stored.BATCH: (),
        stored.START_FROM: "",
    }


_SETTINGS = {setting.name: setting for setting in stored.SETTINGS}


def _is_setting(name: str, text: str) -> bool:
    """Say whether a setting can have a value; one that is not known may have any."""
    return name not in _SETTINGS or _is_sound(_SETTINGS[name].value_of, text)


def _is_sound(read: Callable[..., object], *values: object) -> bool:
    try:
        read(*values)
    except ProjectDamaged:
        return False
    return True


def _replaced(file: Path, parts: _Parts) -> Path:
    """Write the new file, look whether it opens, and put it in the place of the damaged one."""
    sweep(file.parent, _BESIDE)
    with ScratchFolder(file.parent, _BESIDE) as place:
        new = place / FILE_NAME
        database.create(new, lambda db: _fill(db, parts)).close()
        Project.open(place, _blind).close()
        kept = put_aside(file)
        move_sides(file, kept)
        new.replace(file)
    return kept


def _fill(db: sqlite3.Connection, parts: _Parts) -> None:
    """Write every row that the tables take; what refers to something lost stays out."""
    rows: dict[Table, Iterable[tuple[Any, ...]]] = {
        "setting": parts.settings.items(),
        "class": sorted(parts.classes.items()),
        "image": ((i, *row) for i, row in sorted(parts.images.items())),
        "metadata": ((i, *row) for i, row in sorted(parts.metadata.items())),
        "unreadable": parts.unreadable.items(),
        "truth": parts.truth.items(),
        "round": (row for _, row in sorted(parts.rounds.items())),
        "ranking": (row for _, row in sorted(parts.rankings.items())),
        "prediction": ((i, *row[1:]) for i, row in parts.predictions.items()),
    }
    for table, values in rows.items():
        for row in values:
            marks = ",".join("?" * len(row))
            with contextlib.suppress(sqlite3.IntegrityError):
                db.execute(f"INSERT INTO {table} VALUES ({marks})", row)  # noqa: S608 - our names
    for _, act in sorted(parts.acts.items()):
        insert_act(db, act)
    seal = UNSEALED
    for entry in parts.lines():
        seal = insert_entry(db, entry, seal)
