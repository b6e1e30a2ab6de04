"""AUC and ACC are those of MedMNIST's own evaluator, and so are the file and its name."""

import numpy as np
import pytest

from autoal_gui.core.measures.medmnist_scores import MedMNISTScores
from autoal_gui.exporters.medmnist_results import write_medmnist_results


@pytest.mark.parametrize("flag", ["breastmnist", "bloodmnist", "retinamnist"])
def test_random_predictions_are_measured_as_medmnists_evaluator_does(flag, tmp_path, monkeypatch):
    from medmnist import INFO, evaluator

    classes = len(INFO[flag]["label"])
    rng = np.random.default_rng(classes)
    labels = rng.integers(0, classes, 200)
    labels[:classes] = range(classes)
    np.savez(tmp_path / f"{flag}.npz", test_labels=labels[:, None].astype(np.uint8))
    judge = evaluator.Evaluator(flag, "test", root=str(tmp_path))
    shares = rng.dirichlet(np.ones(classes), 200)
    for scores in (shares, rng.random((200, classes)), shares.round(1), np.eye(classes)[labels]):
        ours, theirs = MedMNISTScores.of(labels, scores), judge.evaluate(scores)
        assert ours is not None
        assert (ours.auc, ours.acc) == pytest.approx((theirs.AUC, theirs.ACC), abs=1e-9)
    keys = {i + 1: f"test/{i}" for i in range(200)}
    truth = {i + 1: int(label) for i, label in enumerate(labels)}
    (one,) = write_medmnist_results(tmp_path, flag, "1", keys, truth, list(keys), shares)
    monkeypatch.setattr(evaluator.Evaluator.__init__, "__defaults__", (None, str(tmp_path)))
    read = evaluator.Evaluator.parse_and_evaluate(str(one.file))
    assert (one.scores.auc, one.scores.acc) == pytest.approx(tuple(read), abs=1e-6)
    assert one.file.name == judge.get_standard_evaluation_filename(read, 1)


def test_a_class_that_does_not_occur_leaves_nothing_to_compare():
    assert MedMNISTScores.of(np.zeros(3, int), np.ones((3, 2)) / 2) is None
    assert MedMNISTScores.of(np.array([0, 1, 1]), np.ones((3, 3)) / 3) is None
