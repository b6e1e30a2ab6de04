"""A project: a folder with an SQLite file, the trained models, and memory-mapped images.

The thread that opened a project is the only one to use it. Every answer is committed before the
call that gives it returns, so that closing or killing the program at any moment loses nothing.
"""

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from autoal_gui.core.database import project_file as database
from autoal_gui.core.database.backups import keep_backup
from autoal_gui.core.database.database_errors import as_project_error
from autoal_gui.core.database.image_rows import Checked, read_images
from autoal_gui.core.database.project_file import ProjectFile
from autoal_gui.core.database.schema import FILE_NAME
from autoal_gui.core.database.setting_rows import SettingRows
from autoal_gui.core.images.acts import ActKind, Change
from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.images.source import Listing
from autoal_gui.core.language import tr
from autoal_gui.core.project.files.findings import GONE, Findings
from autoal_gui.core.project.files.moved import Moved
from autoal_gui.core.project.files.new_images import Known, NewImages
from autoal_gui.core.project.files.places import (
    OpenImages,
    Place,
    Whereabouts,
    way_to,
    whereabouts,
)
from autoal_gui.core.project.plan import ProjectPlan, make_folders, write_plan
from autoal_gui.core.project.stores import stored_settings as stored
from autoal_gui.core.project.stores.batch_store import BatchStore
from autoal_gui.core.project.stores.bulk_store import BulkStore
from autoal_gui.core.project.stores.class_rows import ClassRows
from autoal_gui.core.project.stores.image_checks import ImageChecks
from autoal_gui.core.project.stores.image_files import ImageFiles, changed_identity
from autoal_gui.core.project.stores.label_store import LabelStore
from autoal_gui.core.project.stores.metadata_rows import MetadataRows
from autoal_gui.core.project.stores.places_rows import put_places, read_places
from autoal_gui.core.project.stores.project_settings import ProjectSettings
from autoal_gui.core.project.stores.reading_store import ReadingStore
from autoal_gui.core.project.stores.round_store import RoundStore
from autoal_gui.core.project.stores.warm_start import WarmStart
from autoal_gui.core.system.files import copy_foreign
from autoal_gui.core.system.mapped_arrays import forget_rows

MOST_MODEL = 2**34  # bytes of a model that goes into a copy


class Project:
    """An open project and its stores. Use `create` or `open`, and `close` it in the end."""

    def __init__(self, file: ProjectFile, found: Whereabouts) -> None:
        """Read all of it that is needed while it is open.

        Raises:
            ProjectDamaged: something in it is not what this program writes.
            sqlite3.Error: the file cannot be read.
        """
        rows = SettingRows(file, stored.SETTINGS)
        self._file = file
        self._rows, self._found = rows, found
        self.folder = file.path.parent
        names = rows.get(stored.IDENTITY), rows.get(stored.CACHE_NAME)
        self.pool = ImagePool.of(read_images(file.connection), found.reader, *names)
        self.checks = ImageChecks(file)
        self.settings = ProjectSettings(rows, self.models_folder)
        self.files = ImageFiles(file, self.settings)
        self.labels = LabelStore(
            file,
            self.pool,
            self.settings,
            self.checks,
            self.files,
            last_round=lambda: self.rounds.last,
        )
        self.metadata = MetadataRows(file)
        self.readings = ReadingStore(rows, self.pool, self.labels)
        self.classes = ClassRows(file, rows, self.labels)
        self.bulk = BulkStore(rows, self.pool, self.labels, self.checks, self.files, self.classes)
        self.rounds = RoundStore(
            file,
            self.pool,
            self.settings,
            self.labels,
            self.classes,
            self.models_folder,
            self.workspace,
        )
        self.batches = BatchStore(
            rows, self.pool, self.settings, self.checks, self.labels, self.rounds, self.bulk
        )
        self.warm_start = WarmStart(rows, self.settings, self.models_folder)

    @classmethod
    def create(
        cls,
        folder: Path,
        plan: ProjectPlan,
        listing: Listing,
        open_images: OpenImages,
        annotator: str = "annotator",
    ) -> "Project":
        """Write a new project into `folder` and open it.

        Raises:
            ProjectError: the folder holds a project already or cannot be written.
            SourceError: the images have gone since they were listed.
        """
        reader = open_images(plan.spec, make_folders(folder))
        near = way_to(plan.spec, folder)
        file = database.create(
            folder / FILE_NAME, lambda db: write_plan(db, plan, listing, annotator, near)
        )
        keep_backup(file.connection, file.path)
        return cls(file, Whereabouts(read_places(file.connection), reader))

    @classmethod
    def open(cls, folder: Path, open_images: OpenImages) -> "Project":
        """Open a project, take its lock, and go on where it was left.

        Where its images are no longer what it says, it opens all the same: see `absent`.

        Raises:
            ProjectError: see `database.open_existing`.
        """
        file = database.open_existing(folder / FILE_NAME)
        try:
            images = read_images(file.connection)
            places, workspace = read_places(file.connection), make_folders(folder)
            project = cls(file, whereabouts(places, images, folder, workspace, open_images))
            project.remember_places(places)
            project.rounds.interrupt()
        except (sqlite3.Error, UnicodeError) as error:  # damage makes messages that are no text
            file.close()
            raise as_project_error(error) from error
        except BaseException:
            file.close()
            raise
        return project

    def close(self) -> None:
        """Release the project's lock. Nothing is saved here: all of it is saved already."""
        self._file.close()

    @property
    def models_folder(self) -> Path:
        """Where checkpoints are."""
        return self.folder / "models"

    @property
    def workspace(self) -> Path:
        """Where memory-mapped images are; may be deleted while the program is closed."""
        return self.folder / "cache"

    @property
    def places(self) -> tuple[Place, ...]:
        """Where its images are, set by set."""
        return self._found.places

    @property
    def absent(self) -> Mapping[int, str]:
        """Why a set of images is not there, in one sentence, by its position in `places`.

        Nothing of it can be shown or learned from; whatever needs no pixels goes on.
        """
        return self._found.absent

    @property
    def other_pixels(self) -> frozenset[int]:
        """The images whose label was given to other pixels than their file shows now.

        It is kept, and neither learned from nor measured by until it is given again.
        """
        return frozenset(i for i in self.files.replaced if self.labels.hash_labelled(i) is not None)

    def remember_places(self, before: Sequence[Place]) -> None:
        """Keep where the images were found, where that is news.

        Raises:
            ProjectError: it could not be saved.
        """
        if tuple(before) == self.places:
            return
        with self._file.transaction():
            put_places(self._rows, self.places)

    def move_images(self, moved: Moved) -> None:
        """Take note of where a set of images lies now; the project is to be opened anew then.

        Raises:
            ProjectError: it could not be saved.
        """
        places = list(self.places)
        name = places[moved.position].name
        places[moved.position] = Place(moved.spec, name, way_to(moved.spec, self.folder))
        with self._file.transaction():
            put_places(self._rows, places)
            self.files.put_stamps(list(moved.stamps.items()))
            self.files.note("moved", ())

    @property
    def known(self) -> Known:
        """What tells which images are new; for another thread."""
        return Known(
            self.places,
            self.pool.images,
            self.absent.keys(),
            frozenset(self.checks.unusable - self.files.stamps().keys()),
            self.classes.names,
            self.settings.columns,
            self._rows.get(stored.GROUP_SALT),
            self.workspace,
        )

    def add_images(self, new: NewImages) -> None:
        """Add images to the pool; the project is to be opened anew then.

        Raises:
            ProjectError: it could not be saved.
        """
        back = [Change(i, after=self.pool.images[i].sha256) for i in new.renamed]
        with self._file.transaction():
            added = self.files.add(new)
            if added:
                self.files.note("added", added)
                self._renamed(added)
            if back:
                self.files.note("back", back)
            if new.place is not None:
                near = way_to(new.place.spec, self.folder)
                put_places(self._rows, (*self.places, replace(new.place, near=near)))

    def change_splits(self, changes: Sequence[Change]) -> None:
        """Move images to the evaluation set or out of it; the project is to be opened anew then.

        Raises:
            ProjectError: it could not be saved.
        """
        with self._file.transaction():
            self.files.put_splits(changes)
            self.files.note("evaluation", changes)

    def keep_labels(self) -> int:
        """Note that labels given to other pixels hold for what their images show now; say how many.

        Raises:
            ProjectError: it could not be saved.
        """
        ids = sorted(self.other_pixels)
        hashes = {i: self.labels.hash_labelled(i) or "" for i in ids}
        if ids:
            images = self.pool.images
            with self._file.transaction():
                self.files.note("kept", [Change(i, hashes[i], images[i].sha256) for i in ids])
        return len(ids)

    def note_files(self, found: Findings) -> None:
        """Store what became of the files, as acts, and have caches of those images made anew.

        Raises:
            ProjectError: it could not be saved; it is found again another time.
        """
        if not (found.changed or found.stamps or found.broken):
            return
        forget_rows(self.workspace, self._rows_of(one.image_id for one in found.replaced))
        checked = self._checked(found)
        gone = [(image_id, None) for image_id in found.gone]
        with self._file.transaction():
            for kind, changes in self._acts_of(found):
                self.files.note(kind, changes)
            self.files.put_hashes(found.replaced)
            self.files.put_checks(checked)
            self.files.put_stamps([*found.stamps.items(), *gone])
            identity = self._renamed(found.replaced) if found.replaced else ""
        self.checks.take(checked)
        hashes = {one.image_id: one.after for one in found.replaced}
        self.pool = self.pool.with_hashes(hashes, identity, self._rows.get(stored.CACHE_NAME))

    def _acts_of(self, found: Findings) -> Iterator[tuple[ActKind, list[Change]]]:
        """Yield what is to be noted; of nothing, nothing is."""
        images = self.pool.images
        acts: tuple[tuple[ActKind, list[Change]], ...] = (
            ("replaced", found.replaced),
            ("gone", [Change(i, before=images[i].sha256) for i in found.gone]),
            ("back", [Change(i, after=images[i].sha256) for i in found.back]),
        )
        return ((kind, changes) for kind, changes in acts if changes)

    def _checked(self, found: Findings) -> list[Checked]:
        keys, after = self.pool.images, {one.image_id: one.after for one in found.replaced}
        reasons = {**dict.fromkeys(found.gone, tr(GONE)), **found.broken}
        usable = [i for i in found.back if i not in reasons]
        return [
            *(Checked(i, keys[i].key, "", reason) for i, reason in reasons.items()),
            *(Checked(i, keys[i].key, after.get(i, keys[i].sha256)) for i in usable),
        ]

    def _rows_of(self, ids: Iterable[int]) -> list[int]:
        """Return the rows of images in what is kept of all of them."""
        row = {image_id: n for n, image_id in enumerate(sorted(self.pool.images))}
        return [row[image_id] for image_id in ids]

    def _renamed(self, changes: Sequence[Change]) -> str:
        """Give images that are others now another identity; what is kept of them keeps its name."""
        if not self._rows.get(stored.CACHE_NAME):
            self._rows.put(stored.CACHE_NAME, self.pool.kept_under)
        identity = changed_identity(self.pool.data_hash, changes)
        self._rows.put(stored.IDENTITY, identity)
        return identity

    def store_checks(self, found: Sequence[Checked]) -> None:
        """Store what came of files that were read after the project was made.

        Raises:
            ProjectError: it could not be saved.
        """
        self.checks.store(found)
        read = {one.image_id: one.sha256 for one in found if not one.reason}
        self.pool = self.pool.with_hashes(read)

    def save_copy(self, folder: Path) -> None:
        """Write all of it into another folder, so far as its own can still be read.

        It is what is left to do on `ProjectGone`: the labels are whole whatever became of the
        file; models that are gone too can be trained anew.

        Raises:
            ProjectError: it cannot be written there, or there is a project already.
        """
        make_folders(folder)
        self._file.copy_to(folder / FILE_NAME)
        for model in _files_in(self.models_folder):
            with contextlib.suppress(OSError):
                copy_foreign(
                    model, folder / "models" / model.name, MOST_MODEL, folder,
                    within=self.models_folder,
                )  # fmt: skip


def _files_in(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.is_file()]
    except OSError:
        return []
