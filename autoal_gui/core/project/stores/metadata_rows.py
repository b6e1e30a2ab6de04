"""What is said of the images besides the answers: known classes, groups and columns."""

import json
from collections.abc import Mapping

from autoal_gui.core.database.image_rows import read_truth
from autoal_gui.core.database.project_file import ProjectFile
from autoal_gui.core.project.stores import stored_settings as stored


class MetadataRows:
    """Writes what a table says; the project is to be opened anew then."""

    def __init__(self, file: ProjectFile) -> None:
        self._file = file

    def truth(self) -> dict[int, int]:
        """Return the class index of each image whose class is known and was not asked for.

        For comparing alone: nothing that chooses or learns may see it.
        """
        with self._file.reading() as db:
            return {**read_truth(db, "pool"), **read_truth(db, "evaluation")}

    def put(
        self,
        truth: Mapping[int, int],
        groups: Mapping[int, str],
        columns: tuple[str, ...],
        cells: Mapping[int, tuple[str, ...]],
    ) -> None:
        """Write all of it, or nothing.

        Args:
            truth: the class index of further image ids.
            groups: the new group of some image ids.
            columns: the names of all columns that there are from now on.
            cells: a text for each of `columns`, for every image id of which one is known.

        Raises:
            ProjectError: it could not be saved.
        """
        with self._file.transaction() as db:
            db.executemany("INSERT OR IGNORE INTO truth VALUES (?, ?)", truth.items())
            text = stored.COLUMNS.text_of(columns)
            db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (stored.COLUMNS.name, text))
            ids = [(image_id,) for image_id in (*groups, *cells)]
            db.executemany("INSERT OR IGNORE INTO metadata VALUES (?, '', '[]', '')", ids)
            db.executemany(
                "UPDATE metadata SET group_name=? WHERE image_id=?",
                [(group, image_id) for image_id, group in groups.items()],
            )
            db.executemany(
                "UPDATE metadata SET columns=? WHERE image_id=?",
                [(json.dumps(texts), image_id) for image_id, texts in cells.items()],
            )
