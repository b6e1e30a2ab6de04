"""The command line, from words to files; tiny schedules on small real images."""

import csv
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from autoal_gui.cli import run

TINY = (
    "task_steps=3",
    "fit_steps=2",
    "search_steps=2",
    "search_batch=4",
    "stochastic_passes=2",
    "stem=7x7",
    "train_batch=8",
    "warm_epochs=1",
)


@pytest.fixture
def small_set(tmp_path: Path) -> Path:
    """Write 60 pool and 30 test images of two kinds, dark and bright."""
    generator = np.random.default_rng(0)
    arrays = {}
    for split, count in (("train", 60), ("test", 30)):
        labels = np.arange(count) % 2
        images = generator.integers(0, 100, (count, 16, 16)) + 100 * labels[:, None, None]
        arrays[f"{split}_images"] = images.astype(np.uint8)
        arrays[f"{split}_labels"] = labels[:, None].astype(np.uint8)
    file = tmp_path / "small.npz"
    np.savez(file, **arrays)
    return file


def simulate(data: Path, out: Path, *more: str, mode: str = "paper", seed: int = 0) -> dict:
    changes = [word for change in TINY for word in ("--set", change)]
    words = ["simulate", "--data", str(data), "--mode", mode, "--rounds", "2", "--batch", "5"]
    words += ["--initial", "20", "--seed", str(seed), "--device", "cpu", "--json", str(out)]
    assert run([*words, *changes, *more]) == 0
    return json.loads(out.read_text())


def without_seconds(report: dict) -> list[dict]:
    return [{k: v for k, v in r.items() if k != "seconds"} for r in report["rounds"]]


def test_simulate_writes_every_promised_field(small_set: Path, tmp_path: Path) -> None:
    report = simulate(small_set, tmp_path / "out.json")
    assert set(report) == {"data", "mode", "seed", "settings", "rounds"}
    assert [r["labels"] for r in report["rounds"]] == [20, 25]
    for record in report["rounds"]:
        assert {"round", "labels", "accuracy", "balanced_accuracy", "weights"} < set(record)
        assert {"queried", "seconds"} < set(record)
        assert len(set(record["queried"])) == 5
        assert sum(record["weights"].values()) == pytest.approx(1)
        assert set(record["weights"]) == set(report["settings"]["candidates"])


@pytest.mark.parametrize("mode", ["paper", "auto", "random", "kmeans"])
def test_the_same_seed_gives_the_same_numbers(small_set: Path, tmp_path: Path, mode: str) -> None:
    first = simulate(small_set, tmp_path / "1.json", mode=mode)
    again = simulate(small_set, tmp_path / "2.json", mode=mode)
    assert without_seconds(first) == without_seconds(again)
    assert first["settings"] == again["settings"]


def test_another_seed_gives_other_queries(small_set: Path, tmp_path: Path) -> None:
    first = simulate(small_set, tmp_path / "1.json", seed=0)
    other = simulate(small_set, tmp_path / "2.json", seed=1)
    assert first["rounds"][0]["queried"] != other["rounds"][0]["queried"]


@pytest.mark.parametrize("warm", ["false", "true"])
def test_every_mode_starts_from_the_same_first_point(
    small_set: Path, tmp_path: Path, warm: str
) -> None:
    start = ("--set", f"warm_start={warm}")
    reports = [
        simulate(small_set, tmp_path / "o", *start, mode=mode)
        for mode in ("paper", "auto", "random")
    ]
    firsts = {(r["rounds"][0]["accuracy"], r["rounds"][0]["balanced_accuracy"]) for r in reports}
    assert len(firsts) == 1


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
def test_a_saved_model_predicts_in_a_fresh_process_what_the_round_measured(
    small_set: Path, tmp_path: Path, suffix: str
) -> None:
    model, table = tmp_path / f"model{suffix}", tmp_path / "predictions.csv"
    report = simulate(small_set, tmp_path / "out.json", "--save-model", str(model))
    words = ["predict", "--model", str(model), "--split", "evaluation", "--device", "cpu"]
    done = fresh_process([*words, "--out", str(table), str(small_set)])
    assert done.returncode == 0, done.stderr
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 30
    right = sum(row["label"] == row["predicted"] for row in rows)
    assert right / len(rows) == report["rounds"][-1]["accuracy"]
    for row in rows:
        assert float(row["p(class 0)"]) + float(row["p(class 1)"]) == pytest.approx(1, abs=1e-4)


def test_no_cell_of_the_predictions_is_a_formula(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    folder = tmp_path / "images"
    for name, base in (("=evil()", 0), ("good", 150)):
        (folder / name).mkdir(parents=True)
        for number in range(16):
            pixels = generator.integers(0, 100, (16, 16)) + base
            Image.fromarray(pixels.astype(np.uint8)).save(folder / name / f"{number}.png")
    model, table = tmp_path / "model.pt", tmp_path / "predictions.csv"
    simulate(folder, tmp_path / "out.json", "--save-model", str(model), mode="random")
    words = ["predict", "--model", str(model), "--device", "cpu", "--out", str(table), str(folder)]
    assert run(words) == 0
    with table.open(newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert any(cell.startswith("'=evil()") for cell in cells)
    assert not any(cell.startswith("=") for cell in cells)


def fresh_process(words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "autoal_gui", *words], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["simulate", "--data", "no/such/folder"], "There is no such file or folder"),
        (["simulate", "--data", "nosuchset"], "There is no MedMNIST set"),
        (["simulate", "--data", "demo", "--set", "nonsense=1"], "no setting named nonsense"),
        (["simulate", "--data", "demo", "--set", "dropout=2"], "dropout is 2.0"),
        (["simulate", "--data", "demo", "--mode", "nonsense"], "no mode or strategy named"),
        (["predict", "--model", "no.pt", "demo"], "There is no such checkpoint"),
        (["export", "nowhere", "--format", "csv", "--out", "x.csv"], "There is no project"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == 1
    error = capsys.readouterr().err
    assert sentence in error
    assert len(error.strip().splitlines()) == 1


def test_the_command_line_imports_neither_torch_nor_qt_for_its_help() -> None:
    code = (
        "import sys\n"
        "from autoal_gui.cli import build_parser\n"
        "build_parser().format_help()\n"
        "print(sorted({'torch', 'PySide6', 'sklearn', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
