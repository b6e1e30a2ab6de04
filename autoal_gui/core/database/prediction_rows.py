"""What models make of images whose class is or will be known, as rows of the project file.

Each row is by a model that never saw the label of its image, so that where the two differ tells of
the label and not of the model's memory.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator

import numpy as np
import numpy.typing as npt

from autoal_gui.core.database.database_errors import damaged
from autoal_gui.core.messages import Predicted, RoundFinished

Probabilities = npt.NDArray[np.float32]


def keep_predictions(
    db: sqlite3.Connection, result: RoundFinished, labelled: Collection[int], first: int
) -> None:
    """Put the predictions of a round in the place of older ones of the same images.

    Stored are those of the evaluation set, which no model learns from; those of the labelled
    images by models fitted without them, where there are such; and those of the `first` images of
    the ranking. So a labelled image keeps, where every layer was trained, what the last model
    before its label made of it.

    Args:
        db: the project file, in a transaction.
        result: of a round that has trained a model.
        labelled: images whose older row is worth keeping.
        first: how many images of the ranking count.
    """
    stored = {i for (i,) in db.execute("SELECT image_id FROM prediction").fetchall()}
    stale = ((i,) for i in stored.difference(labelled))
    db.executemany("DELETE FROM prediction WHERE image_id=?", stale)
    ranked = Predicted(result.ranking[:first], result.probabilities[:first])
    rows = _rows((ranked, result.out_of_fold, result.measured), result.round_number)
    db.executemany("INSERT OR REPLACE INTO prediction VALUES (?, ?, ?)", rows)


def _rows(parts: Iterable[Predicted], number: int) -> Iterator[tuple[int, int, bytes]]:
    for part in parts:
        packed = (row.astype("<f4").tobytes() for row in part.probabilities)
        yield from (
            (image_id, number, row)
            for image_id, row in zip(part.image_ids.tolist(), packed, strict=True)
        )


def read_predictions(db: sqlite3.Connection) -> dict[int, Probabilities]:
    """Return the class probabilities, (C,), of each image id that is stored.

    Raises:
        ProjectDamaged: they are not what this program writes.
        sqlite3.Error: the file cannot be read.
    """
    rows = db.execute("SELECT image_id, probabilities FROM prediction").fetchall()
    if any(len(packed) % 4 or not packed for _, packed in rows):
        raise damaged()
    if not np.isfinite(np.frombuffer(b"".join(packed for _, packed in rows), "<f4")).all():
        raise damaged()
    return {image_id: np.frombuffer(packed, "<f4") for image_id, packed in rows}


def read_prediction(db: sqlite3.Connection, image_id: int) -> tuple[Probabilities, int] | None:
    """Return the class probabilities, (C,), of one image and the round that predicted it.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    sentence = "SELECT probabilities, round_number FROM prediction WHERE image_id=?"
    row = db.execute(sentence, (image_id,)).fetchone()
    return None if row is None else (np.frombuffer(row[0], "<f4"), row[1])


def read_predicted_by(db: sqlite3.Connection) -> dict[int, int]:
    """Return the number of the round that predicted each image id that is stored."""
    return dict(db.execute("SELECT image_id, round_number FROM prediction").fetchall())
