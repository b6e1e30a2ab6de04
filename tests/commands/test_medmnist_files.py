"""MedMNIST's result files by `predict` and by `evaluate`."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from autoal_gui.cli import build_parser, run
from autoal_gui.evaluation.last_models import medmnist_section
from autoal_gui.evaluation.methods import methods_of
from autoal_gui.evaluation.options import setup_of
from autoal_gui.evaluation.plan import jobs_of
from autoal_gui.evaluation.results import read_results
from autoal_gui.evaluation.running.runs import Folders
from autoal_gui.evaluation.running.worker import RunJob, SetJob, carry_out, open_set
from tests.commands.test_cli import TINY, simulate

NAME = re.compile(r"pneumoniamnist_test_\[AUC\][01]\.\d{3}_\[ACC\]([01]\.\d{3})@(.+)\.csv")


@pytest.fixture(scope="module")
def small_set(tmp_path_factory) -> Path:
    """A small file under the name and in the layout of PneumoniaMNIST."""
    generator = np.random.default_rng(0)
    arrays = {}
    for part, count in (("train", 24), ("test", 9)):
        labels = np.arange(count) % 2
        drawn = generator.integers(0, 120, (count, 16, 16)) + 100 * labels[:, None, None]
        arrays[f"{part}_images"] = drawn.astype(np.uint8)
        arrays[f"{part}_labels"] = labels[:, None].astype(np.uint8)
    file = tmp_path_factory.mktemp("set") / "pneumoniamnist.npz"
    np.savez(file, **arrays)
    return file


@pytest.fixture(scope="module")
def model(small_set, tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("model") / "round 7.pt"
    simulate(small_set, file.with_suffix(".json"), "--save-model", str(file), mode="random")
    return file


def rows_of(file: Path) -> list[list[str]]:
    with file.open(newline="", encoding="utf-8") as stream:
        return list(csv.reader(stream))


def test_predict_writes_the_result_file_of_each_whole_part(small_set, model, tmp_path, capsys):
    words = ["predict", "--model", str(model), "--device", "cpu", "--out", str(tmp_path / "p.csv")]
    assert run([*words, "--medmnist", str(tmp_path / "out"), str(small_set)]) == 0
    train, test = sorted((tmp_path / "out").iterdir(), reverse=True)
    assert train.name.startswith("pneumoniamnist_train_[AUC]")
    accuracy, told = NAME.fullmatch(test.name).groups()
    assert told == "round-7"
    rows = np.array(rows_of(test), float)
    assert rows[:, 0].tolist() == list(range(9))
    assert np.mean((rows[:, 2] > 0.5) == np.arange(9) % 2) == pytest.approx(
        float(accuracy), abs=5e-4
    )
    assert f"written {test.name}" in capsys.readouterr().err


def test_one_command_trains_on_all_labels_and_holds_it_against_what_is_published(
    small_set, tmp_path, capsys
):
    words = ["--initial", "all", "--medmnist", str(tmp_path / "out")]
    found = simulate(small_set, tmp_path / "r.json", *words, mode="random")
    assert [one["labels"] for one in found["rounds"]] == [24]
    (file,) = (tmp_path / "out").iterdir()
    accuracy, told = NAME.fullmatch(file.name).groups()
    assert (float(accuracy), told) == (
        pytest.approx(found["rounds"][-1]["accuracy"], abs=5e-4), "random-0"
    )  # fmt: skip
    said = capsys.readouterr().out
    assert "MedMNIST test: AUC " in said
    assert "published: AUC 0.944, ACC 0.854 (ResNet-18, 28 pixels, all training labels" in said


def test_inspect_says_what_becomes_of_the_parts_of_a_set(small_set, tmp_path, capsys):
    assert run(["inspect", str(small_set)]) == 0
    sentence = "The set's own parts: 24 images to train are the pool, 9 to test the evaluation set"
    assert f"{sentence}.\n" in capsys.readouterr().out
    with np.load(small_set) as arrays:
        more = {f"val_{what}": arrays[f"test_{what}"] for what in ("images", "labels")}
        np.savez(tmp_path / "pneumoniamnist.npz", **arrays, **more)
    assert run(["inspect", str(tmp_path / "pneumoniamnist.npz")]) == 0
    assert f"{sentence}; 9 to validate are not used" in capsys.readouterr().out


def test_result_files_of_another_set_are_refused_before_any_work(model, tmp_path, capsys):
    words = ["predict", "--model", str(model), "--medmnist", str(tmp_path), "demo"]
    assert run(words) == 1
    assert "--medmnist is for MedMNIST sets" in capsys.readouterr().err


def test_evaluate_writes_the_result_file_of_the_last_model_of_each_run(small_set, tmp_path):
    changes = [word for change in TINY for word in ("--set", change)]
    words = ["evaluate", "--data", str(small_set), "--out", str(tmp_path), "--seeds", "1"]
    words += ["--methods", "random+cold", "--rounds", "1", "--initial", "12", "--batch", "4"]
    options = build_parser().parse_args([*words, *changes])
    setup, methods = setup_of(options), methods_of(options.methods, options.warm)
    found = open_set(SetJob("set", str(small_set), str(tmp_path / "w"), setup, tuple(methods), ()))
    (one,) = jobs_of(setup, [found], methods, 1)
    folders = Folders(tmp_path)
    record = carry_out(RunJob(one, one.target(folders.runs), None, folders.medmnist))
    (file,) = folders.medmnist.iterdir()
    accuracy, told = NAME.fullmatch(file.name).groups()
    confusion = np.array(record["rounds"][-1]["confusion"])
    assert float(accuracy) == pytest.approx(confusion.trace() / confusion.sum(), abs=5e-4)
    assert told == f"{methods[0].name.replace('+', '-')}-{one.seed}"
    assert f"{record['medmnist']['acc']:.3f}" == accuracy
    _, (result,) = read_results(folders.runs, setup.key)
    told = "".join("".join(part.itertext()) for part in medmnist_section(result))
    assert f"{record['medmnist']['auc']:.4f}" in told
    assert "published ResNet-18all0.9440.854" in told
    assert len(rows_of(file)) == 9
