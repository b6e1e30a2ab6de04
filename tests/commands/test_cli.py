"""The command line, from words to files; tiny schedules on small real images."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from autoal_gui.cli import run
from autoal_gui.core.settings import RunSettings
from tests.support.long_form import first_of
from tests.support.processes.child import run_child

pytestmark = pytest.mark.small_network

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


@pytest.fixture(scope="module")
def small_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write 60 pool and 30 test images of two kinds, dark and bright."""
    generator = np.random.default_rng(0)
    arrays = {}
    for split, count in (("train", 60), ("test", 30)):
        labels = np.arange(count) % 2
        images = generator.integers(0, 100, (count, 16, 16)) + 100 * labels[:, None, None]
        arrays[f"{split}_images"] = images.astype(np.uint8)
        arrays[f"{split}_labels"] = labels[:, None].astype(np.uint8)
    file = tmp_path_factory.mktemp("set") / "small.npz"
    np.savez(file, **arrays)
    return file


def simulate(data: Path, out: Path, *more: str, mode: str = "paper", seed: int = 0) -> dict:
    changes = [word for change in TINY for word in ("--set", change)]
    words = ["simulate", "--data", str(data), "--mode", mode, "--rounds", "2", "--batch", "5"]
    words += ["--initial", "20", "--seed", str(seed), "--device", "cpu", "--json", str(out)]
    assert run([*words, *changes, *more]) == 0
    return json.loads(out.read_text())


class Replays:
    """Simulations of one small set; the first of each kind is kept for every test."""

    def __init__(self, data: Path, folder: Path) -> None:
        self._data, self._folder = data, folder
        self._kept: dict[tuple[str, int, bool], dict] = {}

    def first(self, mode: str, seed: int = 0, *, warm: bool | None = None) -> dict:
        """Simulate a mode once; its model is left in `model_of`."""
        usual = RunSettings().in_mode(mode).warm_start
        key = (mode, seed, usual if warm is None else warm)
        if key not in self._kept:
            words = () if key[2] == usual else ("--set", f"warm_start={str(key[2]).lower()}")
            self._kept[key] = self.anew(mode, seed, *words, model=self.model_of(*key))
        return self._kept[key]

    def anew(self, mode: str, seed: int, *words: str, model: Path) -> dict:
        """Simulate a mode, whatever has been simulated."""
        out = self._folder / "out.json"
        return simulate(self._data, out, *words, "--save-model", str(model), mode=mode, seed=seed)

    def model_of(self, mode: str, seed: int, warm: bool = True) -> Path:
        """Where the last model of the first simulation of a kind is saved."""
        return self._folder / f"{mode}-{seed}-{warm}.pt"


@pytest.fixture(scope="module")
def replays(small_set: Path, tmp_path_factory: pytest.TempPathFactory) -> Replays:
    return Replays(small_set, tmp_path_factory.mktemp("replays"))


def without_seconds(report: dict) -> list[dict]:
    return [{k: v for k, v in r.items() if k != "seconds"} for r in report["rounds"]]


def test_simulate_writes_every_promised_field(replays: Replays) -> None:
    report = replays.first("paper")
    assert set(report) == {"data", "mode", "seed", "settings", "rounds", "measured"}
    assert [r["labels"] for r in report["rounds"]] == [20, 25]
    for record in report["rounds"]:
        assert {"round", "labels", "accuracy", "balanced_accuracy", "weights"} < set(record)
        assert {"queried", "seconds"} < set(record)
        assert len(set(record["queried"])) == 5
        assert sum(record["weights"].values()) == pytest.approx(1)
        assert set(record["weights"]) == set(report["settings"]["candidates"])


@pytest.mark.parametrize("mode", first_of("paper", "auto", then=("random", "kmeans")))
def test_the_same_seed_gives_the_same_numbers(replays: Replays, tmp_path: Path, mode: str) -> None:
    first = replays.first(mode)
    again = replays.anew(mode, 0, model=tmp_path / "model.pt")
    assert without_seconds(first) == without_seconds(again)
    assert first["settings"] == again["settings"]


def test_another_seed_gives_other_queries(replays: Replays) -> None:
    first, other = replays.first("random", 0), replays.first("random", 1)
    assert first["rounds"][0]["queried"] != other["rounds"][0]["queried"]


@pytest.mark.parametrize("warm", first_of(False, then=(True,)))
def test_every_mode_starts_from_the_same_first_point(replays: Replays, warm: bool) -> None:
    reports = [replays.first(mode, warm=warm) for mode in ("paper", "auto", "random")]
    firsts = {(r["rounds"][0]["accuracy"], r["rounds"][0]["balanced_accuracy"]) for r in reports}
    assert len(firsts) == 1


@pytest.mark.parametrize("suffix", first_of(".pt", then=(".safetensors",)))
def test_a_saved_model_predicts_in_a_fresh_process_what_the_round_measured(
    small_set: Path, replays: Replays, tmp_path: Path, suffix: str
) -> None:
    report, model, table = replays.first("random"), tmp_path / f"m{suffix}", tmp_path / "out.csv"
    if suffix == ".pt":
        model = replays.model_of("random", 0)
    else:
        report = replays.anew("random", 0, model=model)
    words = ["predict", "--model", str(model), "--split", "evaluation", "--device", "cpu"]
    done = run_child(["-m", "autoal_gui", *words, "--out", table, small_set])
    assert done.returncode == 0, done.stderr
    with table.open(newline="", encoding="utf-8-sig") as file:
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
    with table.open(newline="", encoding="utf-8-sig") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert any(cell.startswith("'=evil()") for cell in cells)
    assert not any(cell.startswith("=") for cell in cells)


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


def test_a_project_that_is_named_alone_opens_in_the_window(tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(
        "autoal_gui.launch.window.run_window", lambda project, demo: opened.append(project) or 0
    )
    (tmp_path / "project.autoal").touch()
    assert run([str(tmp_path)]) == 0
    assert opened == [tmp_path]
