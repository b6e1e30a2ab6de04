"""The classes of a project: their names, and which of them are out of use."""

from collections.abc import Iterable

from autoal_gui.core.database.image_rows import read_classes
from autoal_gui.core.database.project_file import ProjectFile
from autoal_gui.core.database.setting_rows import SettingRows
from autoal_gui.core.errors import ProjectError
from autoal_gui.core.language import tr
from autoal_gui.core.project.stores import stored_settings as stored
from autoal_gui.core.project.stores.label_store import LabelStore


class ClassRows:
    """The classes; the position of a name is the class index, and none is ever removed."""

    def __init__(self, file: ProjectFile, rows: SettingRows, labels: LabelStore) -> None:
        """Read them.

        Raises:
            ProjectDamaged: one is missing or has no name.
            sqlite3.Error: the file cannot be read.
        """
        self._file, self._rows, self._labels = file, rows, labels
        self._names = read_classes(file.connection)

    @property
    def names(self) -> tuple[str, ...]:
        """Class names; the position is the class index."""
        return self._names

    def add(self, name: str) -> int:
        """Add a class at the end and return its index.

        Raises:
            ProjectError: the name is empty or taken, or could not be saved.
        """
        index = len(self._names)
        self._write("INSERT INTO class (name, class_index) VALUES (?, ?)", name, index)
        return index

    def rename(self, class_index: int, name: str) -> None:
        """Rename a class; its labels stay.

        Raises:
            ProjectError: the name is empty or taken, or could not be saved.
        """
        self._write("UPDATE class SET name=? WHERE class_index=?", name, class_index)

    @property
    def removed(self) -> frozenset[int]:
        """Classes taken out of use; one whose labels an undo has brought back is in use again."""
        counts = self._labels.counts.classes, self._labels.counts.confirmed
        kept = self._rows.get(stored.REMOVED_CLASSES)
        unused = (i for i in kept if not any(count[i] for count in counts))
        return frozenset(i for i in unused if i < len(self._names))

    @removed.setter
    def removed(self, removed: Iterable[int]) -> None:
        self._rows.put(stored.REMOVED_CLASSES, tuple(sorted(removed)))

    @property
    def order(self) -> tuple[int, ...]:
        """All class indexes in the order in which classes are shown and have their keys.

        Without a choice that is the order of their indexes; a class that came later stands last.
        """
        known = range(len(self._names))
        chosen = (i for i in self._rows.get(stored.CLASS_ORDER) if i in known)
        return tuple(dict.fromkeys((*chosen, *known)))

    @order.setter
    def order(self, order: Iterable[int]) -> None:
        self._rows.put(stored.CLASS_ORDER, tuple(order))

    def _write(self, statement: str, name: str, class_index: int) -> None:
        name = name.strip()
        if not name:
            raise ProjectError(tr("A class needs a name."))
        before, after = self._names[:class_index], self._names[class_index + 1 :]
        if name in (*before, *after):
            raise ProjectError(tr("There is a class named {name} already.", name=name))
        self._file.save(statement, name, class_index)
        self._names = (*before, name, *after)
