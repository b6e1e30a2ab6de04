"""The second readings of a project: begun, left and taken up again."""

from autoal_gui.core.database.setting_rows import SettingRows
from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.project.stores import stored_settings as stored
from autoal_gui.core.project.stores.label_store import LabelStore
from autoal_gui.core.readers.double_reading import Reading


class ReadingStore:
    """Which images second readers were given; their answers are in the journal."""

    def __init__(self, rows: SettingRows, pool: ImagePool, labels: LabelStore) -> None:
        self._rows, self._pool, self._labels = rows, pool, labels

    def all(self) -> tuple[Reading, ...]:
        """Return the second readings that were begun, in that order."""
        images = self._pool.images  # a recovery may have lost some
        return tuple(
            Reading(one.annotator, tuple(filter(images.__contains__, one.images)))
            for one in self._rows.get(stored.READINGS)
        )

    def save(self, reading: Reading) -> None:
        """Remember a second reading, so that it can be left and taken up again.

        Raises:
            ProjectError: it could not be saved.
        """
        journal = self._labels.journal
        unfinished = (one for one in self.all() if one.current(journal) is not None)
        self._rows.put(stored.READINGS, (*unfinished, reading))
