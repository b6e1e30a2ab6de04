"""The trial of the estimate's interval, in small."""

from dataclasses import asdict

import numpy as np

from autoal_gui.evaluation.running.worker import opened
from autoal_gui.learning.replay import ReplaySet
from autoal_gui.learning.training import task_model
from autoal_gui.learning.training.linear_head import fit_head, left_out
from tests.support.gui import draw_folder
from tests.support.learning import TINY
from tests.trials.estimates import layers
from tests.trials.estimates.__main__ import line
from tests.trials.estimates.heads import quick_head, quickly_left_out
from tests.trials.estimates.kept import KeptSet
from tests.trials.estimates.runs import points_of
from tests.trials.estimates.thresholds import line as line_of_thresholds
from tests.trials.estimates.thresholds import thresholds_of


def drawn(images=330):
    random = np.random.default_rng(0)
    labels = random.integers(3, size=images)
    points = np.eye(8)[labels] + random.normal(size=(images, 8)) * 0.5
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    return KeptSet("drawn", points.astype(np.float32), labels, np.arange(images) // 2, 3)


def test_quick_heads_say_what_the_programs_own_say():
    kept = drawn()
    known = np.arange(60)
    features, labels = kept.features[known], kept.labels[known]
    quick = quick_head(features, labels, 3, 0, kept.features, kept.units[known])
    own = fit_head(features, labels, 3, 0, kept.features, units=kept.units[known])
    same = quick.probabilities(kept.features).argmax(1) == own.probabilities(kept.features).argmax(
        1
    )
    assert same.mean() > 0.95
    found = quickly_left_out(quick, features, labels, 0, kept.units[known])
    assert (found.argmax(1) == left_out(own, features, labels, 0).argmax(1)).mean() > 0.95


def test_a_run_measures_every_total_and_the_table_has_a_line_of_it():
    kept = drawn()
    points = points_of(kept, 0, (40, 60))
    assert [point.answers for point in points] == [40, 60]
    for point in points:
        low, high = point.accuracy.interval
        assert low < point.accuracy.value < high
        assert point.set_aside == min(33, point.answers // 2)
    assert line("drawn", [asdict(point) for point in points[:1]]).startswith("| drawn 40 (1 runs)")


def test_all_answers_choose_a_threshold_of_each_class_and_the_table_has_a_line_of_it():
    rows = list(thresholds_of(drawn(), 0, (60,)))
    assert {(row.answers, row.kind) for row in rows} == {(60, "specificity"), (60, "sensitivity")}
    able = [row for row in rows if row.sensitivity is not None]
    assert len(able) == len(rows) == 6
    for row in able:
        low, high = row.sensitivity.interval
        assert low <= row.sensitivity.value <= high
    assert line_of_thresholds("drawn", rows[:2]).startswith(
        "| drawn 60 | specificity of 0.9 | 2 of 2"
    )


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
