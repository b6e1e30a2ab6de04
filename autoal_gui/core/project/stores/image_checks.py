"""Which images of a project can be used, as far as their files have been read."""

from collections.abc import Sequence, Set

from autoal_gui.core.database import image_rows as rows
from autoal_gui.core.database.image_rows import Checked
from autoal_gui.core.database.images.stamp_rows import store_stamps
from autoal_gui.core.database.project_file import ProjectFile


class ImageChecks:
    """What is known of the images' files."""

    def __init__(self, file: ProjectFile) -> None:
        """Read it.

        Raises:
            sqlite3.Error: the file cannot be read.
        """
        self._file = file
        self._unusable = rows.unusable(file.connection)
        self._unreadable = rows.unreadable(file.connection)

    @property
    def unreadable(self) -> tuple[tuple[str, str], ...]:
        """(key, reason) of the files left out at import."""
        return self._unreadable

    def unchecked(self) -> tuple[tuple[int, str], ...]:
        """Return (image id, key) of the images whose file has not been read yet."""
        with self._file.reading() as db:
            return rows.unchecked(db)

    @property
    def unusable(self) -> Set[int]:
        """The images that turned out to be unreadable; nobody is asked for them."""
        return self._unusable

    def store(self, found: Sequence[Checked]) -> None:
        """Store what came of files that were read after the project was made.

        Raises:
            ProjectError: it could not be saved.
        """
        with self._file.transaction() as db:
            rows.store(db, found)
            store_stamps(db, [(one.image_id, one.stamp) for one in found if one.stamp])
        self.take(found)

    def take(self, found: Sequence[Checked]) -> None:
        """Take in what has been stored of some files.

        Raises:
            ProjectError: it cannot be read.
        """
        self._unusable -= {one.image_id for one in found if not one.reason}
        self._unusable |= {one.image_id for one in found if one.reason}
        with self._file.reading() as db:
            self._unreadable = rows.unreadable(db)
