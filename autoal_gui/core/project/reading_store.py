"""The second readings of a project: begun, left and taken up again."""

from autoal_gui.core.database.setting_rows import SettingRows
from autoal_gui.core.project import stored_settings as stored
from autoal_gui.core.project.label_store import LabelStore
from autoal_gui.core.readers.double_reading import Reading


class ReadingStore:
    """Which images second readers were given; their answers are in the journal."""

    def __init__(self, rows: SettingRows, labels: LabelStore) -> None:
        self._rows, self._labels = rows, labels

    def all(self) -> tuple[Reading, ...]:
        """Return the second readings that were begun, in that order."""
        return self._rows.get(stored.READINGS)

    def save(self, reading: Reading) -> None:
        """Remember a second reading, so that it can be left and taken up again.

        Raises:
            ProjectError: it could not be saved.
        """
        journal = self._labels.journal
        unfinished = (one for one in self.all() if one.current(journal) is not None)
        self._rows.put(stored.READINGS, (*unfinished, reading))
