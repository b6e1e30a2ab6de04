"""The trial of trials of every layer, in small."""

from autoal_gui.evaluation.running.worker import opened
from autoal_gui.learning.replay import ReplaySet
from autoal_gui.learning.training import task_model
from tests.support.gui import draw_folder
from tests.support.learning import TINY
from tests.trials import layers


def test_both_ways_to_train_are_measured_on_the_same_labels_whatever_the_trial_finds(tmp_path):
    real = task_model.every_layer_wins
    folder = str(draw_folder(tmp_path / "images", 80))
    data = ReplaySet.of(*opened(folder, str(tmp_path / "workspace"), (), 1.0), 0)
    settings = TINY.but(mode="auto", batch_size=layers.BATCH, warm_start=True, warm_seconds=1.0)
    found, every, last = layers.tried(data, settings)
    assert found.held_out == 24  # two of five folds of 60 labels
    assert 0 <= found.gained + found.lost <= 24
    assert not (found.wins and found.gained <= found.lost)
    assert 0 <= every <= 1
    assert last > 0.9  # bright and dark
    assert task_model.every_layer_wins is real
