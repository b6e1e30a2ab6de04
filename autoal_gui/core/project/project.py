"""A project: a folder with an SQLite file, the trained models, and memory-mapped images.

The thread that opened a project is the only one to use it. Every answer is committed before the
call that gives it returns, so that closing or killing the program at any moment loses nothing.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from autoal_gui.core.database import project_file as database
from autoal_gui.core.database.backups import keep_backup
from autoal_gui.core.database.database_errors import as_project_error
from autoal_gui.core.database.image_rows import Checked, read_images
from autoal_gui.core.database.project_file import ProjectFile
from autoal_gui.core.database.schema import FILE_NAME
from autoal_gui.core.database.setting_rows import SettingRows, read_setting
from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.images.source import ImageReader, Listing, SourceSpec
from autoal_gui.core.project.plan import ProjectPlan, make_folders, write_plan
from autoal_gui.core.project.stores import stored_settings as stored
from autoal_gui.core.project.stores.batch_store import BatchStore
from autoal_gui.core.project.stores.class_rows import ClassRows
from autoal_gui.core.project.stores.image_checks import ImageChecks
from autoal_gui.core.project.stores.label_store import LabelStore
from autoal_gui.core.project.stores.project_settings import ProjectSettings
from autoal_gui.core.project.stores.reading_store import ReadingStore
from autoal_gui.core.project.stores.round_store import RoundStore
from autoal_gui.core.project.stores.warm_start import WarmStart
from autoal_gui.core.system.files import copy_foreign

MOST_MODEL = 2**34  # bytes of a model that goes into a copy
OpenImages = Callable[[SourceSpec, Path], ImageReader]


class Project:
    """An open project and its stores. Use `create` or `open`, and `close` it in the end."""

    def __init__(self, file: ProjectFile, reader: ImageReader) -> None:
        """Read all of it that is needed while it is open.

        Raises:
            ProjectDamaged: something in it is not what this program writes.
            sqlite3.Error: the file cannot be read.
        """
        rows = SettingRows(file, stored.SETTINGS)
        self._file = file
        self.folder = file.path.parent
        self.pool = ImagePool.of(read_images(file.connection), reader, rows.get(stored.IDENTITY))
        self.checks = ImageChecks(file)
        self.settings = ProjectSettings(rows, self.models_folder)
        self.labels = LabelStore(
            file, self.pool, self.settings, self.checks, last_round=lambda: self.rounds.last
        )
        self.readings = ReadingStore(rows, self.pool, self.labels)
        self.classes = ClassRows(file, rows, self.labels)
        count = len(self.classes.names)
        self.rounds = RoundStore(
            file, self.pool, self.settings, self.labels, count, self.models_folder
        )
        self.batches = BatchStore(
            rows, self.pool, self.settings, self.checks, self.labels, self.rounds
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
        file = database.create(
            folder / FILE_NAME, lambda db: write_plan(db, plan, listing, annotator)
        )
        keep_backup(file.connection, file.path)
        return cls(file, reader)

    @classmethod
    def open(cls, folder: Path, open_images: OpenImages) -> "Project":
        """Open a project, take its lock, and go on where it was left.

        Raises:
            ProjectError: see `database.open_existing`.
            SourceError: the images are no longer where they were.
        """
        file = database.open_existing(folder / FILE_NAME)
        try:
            spec = read_setting(file.connection, stored.SOURCE)
            project = cls(file, open_images(spec, make_folders(folder)))
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
