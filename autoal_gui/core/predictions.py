"""What the last model makes of images whose class is known, as rows of the project file."""

import sqlite3
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Probabilities = npt.NDArray[np.float32]


def write_predictions(
    db: sqlite3.Connection, round_number: int, image_ids: Sequence[int], rows: Probabilities
) -> None:
    """Put the predictions of a round in the place of those of the round before.

    Args:
        db: the project file, in a transaction.
        round_number: the round whose model predicted.
        image_ids: N images, each once.
        rows: (N, C) class probabilities, a row an image.
    """
    db.execute("DELETE FROM prediction")
    packed = (row.astype("<f4").tobytes() for row in rows)
    db.executemany(
        "INSERT INTO prediction VALUES (?, ?, ?)",
        ((int(i), round_number, row) for i, row in zip(image_ids, packed, strict=True)),
    )


def read_predictions(db: sqlite3.Connection) -> dict[int, Probabilities]:
    """Return the class probabilities, (C,), of each image id that the last round predicted."""
    rows = db.execute("SELECT image_id, probabilities FROM prediction").fetchall()
    return {image_id: np.frombuffer(packed, "<f4") for image_id, packed in rows}
