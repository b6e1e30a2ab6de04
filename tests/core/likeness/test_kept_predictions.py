"""What a round makes of the pool is kept of the last round, and read only where it is whole."""

import numpy as np
import pytest

from autoal_gui.core.likeness.kept_predictions import (
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
