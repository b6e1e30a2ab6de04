"""MedMNIST's own evaluator reads our result files, and finds in them what their names say."""

import numpy as np
import pytest

from autoal_gui.core.errors import AutoALError
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.exporters.medmnist_results import write_medmnist_results
from autoal_gui.sources.medmnist import result_name

COUNTS = {"train": 30, "val": 12, "test": 50}


def drawn(classes, parts=COUNTS):
    """Return keys, truth and scores of a set that are better than chance."""
    rng = np.random.default_rng(classes)
    keys = [f"{part}/{i}" for part, count in parts.items() for i in range(count)]
    truth = np.concatenate([rng.permutation(np.arange(n) % classes) for n in parts.values()])
    scores = rng.dirichlet(np.ones(classes), len(keys)) + 0.3 * np.eye(classes)[truth]
    ids = range(1, len(keys) + 1)
    scores = (scores / scores.sum(1, keepdims=True)).astype(np.float32)
    return dict(zip(ids, keys, strict=True)), dict(zip(ids, truth.tolist(), strict=True)), scores


@pytest.fixture(scope="module")
def evaluator():
    """MedMNIST's class, imported late because that takes seconds."""
    return pytest.importorskip("medmnist.evaluator").Evaluator


@pytest.mark.parametrize(
    ("name", "classes"), [("pneumoniamnist", 2), ("bloodmnist_64", 8), ("retinamnist", 5)]
)
def test_its_evaluator_measures_the_same_scores_as_the_name_of_the_file_says(
    evaluator, name, classes, tmp_path
):
    import pandas

    keys, truth, scores = drawn(classes)
    labels = {
        part: [truth[i] for i, key in keys.items() if key.startswith(part)] for part in COUNTS
    }
    arrays = {f"{part}_labels": np.array(found)[:, None] for part, found in labels.items()}
    np.savez(tmp_path / f"{name}.npz", **arrays)
    files = write_medmnist_results(
        tmp_path / "out", name, "round-0003.v2", keys, truth, list(keys), scores
    )
    assert len(files) == len(COUNTS)
    flag, _, size = name.partition("_")
    for result, part in zip(files, COUNTS, strict=True):
        file = result.file
        theirs = evaluator(flag, part, size=int(size) if size else None, root=tmp_path)
        written = pandas.read_csv(file, index_col=0, header=None).sort_index().to_numpy()
        np.testing.assert_array_equal(
            written.astype(np.float32), scores[[keys[i].startswith(part) for i in keys]]
        )
        measured = theirs.evaluate(written)
        assert file.name == theirs.get_standard_evaluation_filename(measured, "round-0003-v2")


def test_a_part_of_which_an_image_is_missing_has_no_file(tmp_path):
    keys, truth, scores = drawn(2)
    files = write_medmnist_results(tmp_path, "x", "1", keys, truth, list(keys)[1:], scores[1:])
    assert [result.part for result in files] == ["val", "test"]


def test_scores_that_cannot_be_written_are_one_sentence(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    keys, truth, scores = drawn(2)
    with pytest.raises(AutoALError, match="could not be written"):
        write_medmnist_results(tmp_path / "file", "x", "1", keys, truth, list(keys), scores)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("pneumoniamnist.npz", "pneumoniamnist"),
        ("bloodmnist_64 (1).npz", "bloodmnist_64"),
        ("PneumoniaMNIST.npz", "pneumoniamnist"),
        ("mine.npz", ""),
        ("organmnist3d.npz", "organmnist3d"),
        ("vesselmnist3d_64.npz", "vesselmnist3d_64"),
        ("vesselmnist3d_128.npz", ""),
        ("chestmnist.npz", ""),
        ("pneumoniamnistx.npz", ""),
    ],
)
def test_a_set_is_known_by_the_name_of_its_file(file, name):
    assert result_name(SourceSpec("npz", f"/somewhere/{file}")) == name
    assert result_name(SourceSpec("folder", f"/somewhere/{file}")) == ""


def test_a_set_by_name_is_known_with_its_size():
    assert result_name(SourceSpec("medmnist", "bloodmnist", (("size", "128"),))) == "bloodmnist_128"
