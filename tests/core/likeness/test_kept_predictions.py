"""What a round makes of the pool is kept of the last round, and read only where it is whole."""

import numpy as np
import pytest

from autoal_gui.core.likeness.kept_predictions import (
    LastPredictions,
    keep_predictions,
    keep_weights,
    read_predictions,
    read_weights,
)


def test_weights_of_answers_are_kept_of_the_last_round_alone(tmp_path):
    assert read_weights(tmp_path, 1) is None
    keep_predictions(tmp_path, 1, np.array([4]), np.array([[0.2, 0.8]], np.float32))
    keep_weights(tmp_path, 1, np.array([7, 3]), (0.5, 1.5))
    assert read_weights(tmp_path, 1) == {7: 0.5, 3: 1.5}
    keep_weights(tmp_path, 2, np.array([3]), (1.0,))
    assert read_weights(tmp_path, 1) is None
    assert read_weights(tmp_path, 2) == {3: 1.0}
    assert read_predictions(tmp_path, 1, 2)["class"].tolist() == [1]  # a file of its own


def test_what_the_last_round_makes_of_one_image_is_found_and_read_once(tmp_path):
    last = LastPredictions(tmp_path)
    assert last.of(4, 1, 2) is None
    shares = np.array([[0.25, 0.75], [0.875, 0.125]], np.float32)
    keep_predictions(tmp_path, 1, np.array([9, 4]), shares)
    assert last.of(4, 1, 2) == (0, 0.875)
    (file,) = tmp_path.glob("predictions-*.npy")
    file.unlink()
    assert last.of(9, 1, 2) == (1, 0.75)
    assert last.of(5, 1, 2) is None
    assert last.of(9, 2, 2) is None  # of another round


@pytest.mark.parametrize("damage", ["cut", "other", "negative", "endless"])
def test_damaged_weights_are_as_none(tmp_path, damage):
    values = {"negative": -1.0, "endless": np.inf}
    keep_weights(tmp_path, 1, np.array([3]), (values.get(damage, 1.0),))
    (file,) = tmp_path.glob("weights-*.npy")
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:-3])
    elif damage == "other":
        np.save(file, np.ones(3))
    assert read_weights(tmp_path, 1) is None
