"""What a set's table says reaches what is measured: simulate, predict and evaluate, by column."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from autoal_gui.cli import build_parser, run
from autoal_gui.core.errors import SourceError
from autoal_gui.evaluation.methods import methods_of
from autoal_gui.evaluation.options import setup_of
from autoal_gui.evaluation.page import page
from autoal_gui.evaluation.plan import jobs_of
from autoal_gui.evaluation.results import read_results
from autoal_gui.evaluation.running.worker import RunJob, SetJob, carry_out, open_set
from autoal_gui.evaluation.tables import as_json, columns_as_csv
from autoal_gui.sources.opening import spec_of
from tests.commands.test_cli import TINY, simulate

SAID = ("--key-column", "file", "--label-column", "kind", "--group-column", "who")


@pytest.fixture(scope="module")
def sets(tmp_path_factory) -> tuple[Path, Path]:
    """A folder of images, and a table: 30 patients of two images, women and men."""
    folder = tmp_path_factory.mktemp("set")
    generator = np.random.default_rng(0)
    images, table = folder / "images", folder / "table.csv"
    images.mkdir()
    with table.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("file", "kind", "who", "sex"))
        for number in range(60):
            patient = number // 2
            pixels = generator.integers(0, 100, (16, 16)) + 100 * (patient % 2)
            Image.fromarray(pixels.astype(np.uint8)).save(images / f"{number}.png")
            rows.writerow(
                (f"{number}.png", "ab"[patient % 2], f"p{patient}", "FM"[patient % 3 > 0])
            )
    return images, table


@pytest.fixture(scope="module")
def simulated(sets, tmp_path_factory) -> tuple[dict, Path]:
    images, table = sets
    model = tmp_path_factory.mktemp("model") / "model.pt"
    words = ["--table", str(table), *SAID, "--save-model", str(model)]
    return simulate(images, model.with_suffix(".json"), *words, mode="random"), model


def test_a_replay_is_measured_by_column_and_by_patient(simulated):
    found = simulated[0]["measured"]
    assert found["images"] == 12
    assert found["by_group"]["images"] == 6
    sexes = found["by_column"]["sex"]
    assert list(sexes) == ["Women", "Men"]
    assert sum(part["images"] for part in sexes.values()) == 12
    assert sum(part["groups"] for part in sexes.values()) == 6
    last = simulated[0]["rounds"][-1]
    assert [last["accuracy"], *last["accuracy_interval"]] == found["accuracy"]


def test_images_elsewhere_are_measured_by_column_and_by_patient(sets, simulated, tmp_path, capsys):
    images, table = sets
    out = tmp_path / "measured.json"
    words = ["--model", str(simulated[1]), "--device", "cpu", "--out", str(tmp_path / "out.csv")]
    said = ["--table", str(table), *SAID]
    assert run(["predict", *words, "--json", str(out), str(images), *said]) == 0
    told = capsys.readouterr().err
    assert "60 labelled images of 30 groups: accuracy " in told
    assert "30 whole groups, by the mean over their images: accuracy " in told
    assert "by sex: " in told
    assert "  Women: " in told
    found = json.loads(out.read_text())
    assert found["images"] == 60
    assert found["by_group"]["images"] == 30
    assert found["by_column"]["sex"]["Women"]["groups"] == 10
    alone = tmp_path / "alone.json"
    assert run(["predict", *words, "--json", str(alone), str(images), *said[:-2]]) == 0
    width = [interval[2] - interval[1] for interval in (found["accuracy"], _accuracy(alone))]
    assert width[0] > width[1]  # of pairs less is known than of as many patients


def _accuracy(file: Path) -> list[float]:
    return json.loads(file.read_text())["accuracy"]


def test_images_without_a_label_are_not_measured(sets, simulated, tmp_path, capsys):
    out = tmp_path / "measured.json"
    words = ["--model", str(simulated[1]), "--device", "cpu", "--out", str(tmp_path / "out.csv")]
    assert run(["predict", *words, "--json", str(out), str(sets[0])]) == 0
    assert "60 images, none with a label that the model knows" in capsys.readouterr().err
    assert json.loads(out.read_text()) == {}


def test_an_evaluation_takes_the_table_and_tells_by_column(sets, tmp_path):
    images, table = sets
    changes = [word for change in TINY for word in ("--set", change)]
    words = ["evaluate", "--data", str(images), "--out", str(tmp_path), "--methods", "random+cold"]
    words += ["--seeds", "1", "--rounds", "1", "--initial", "20", "--batch", "5", *changes]
    options = build_parser().parse_args([*words, "--table", str(table), *SAID])
    assert options.set_options[0] == ("table", str(table))
    setup, methods = setup_of(options), methods_of(options.methods, options.warm)
    job = SetJob(
        "set", str(images), str(tmp_path / "w"), setup, tuple(methods), options.set_options
    )
    found = open_set(job)
    (one,) = jobs_of(setup, [found], methods, 1)
    carry_out(RunJob(one, one.target(tmp_path / "runs"), None))
    records, results = read_results(tmp_path / "runs", setup.key)
    women = records[0]["measured"]["by_column"]["sex"]["Women"]
    rows = list(csv.DictReader(columns_as_csv(results).splitlines()))
    assert [row["part"] for row in rows] == ["Women", "Men"]
    assert int(rows[0]["images"]) == women["images"]
    assert float(rows[0]["low"]) == pytest.approx(women["accuracy"][1], abs=1e-6)
    (plain,) = as_json(setup, results, [records[0]["program"]])["sets"][0]["methods"]
    assert plain["by_column"]["sex"]["Women"]["accuracy"] == women["accuracy"]
    text = page(setup, results, [records[0]["program"]])
    assert "By sex" in text
    assert "Women" in text


def test_another_table_is_another_set(sets, tmp_path):
    images, table = sets
    options = [("table", str(table)), ("key-column", "file"), ("label-column", "kind")]
    words = ["evaluate", "--data", str(images), "--out", str(tmp_path), "--methods", "random"]
    setup = setup_of(build_parser().parse_args(words))
    contents = {
        open_set(SetJob("s", str(images), str(tmp_path / str(n)), setup, (), said)).content
        for n, said in enumerate((tuple(options), (*options, ("group-column", "who"))))
    }
    assert len(contents) == 2


def test_options_of_a_set_without_files_are_refused(tmp_path):
    with pytest.raises(SourceError, match="folder of files alone"):
        spec_of("demo", (("class-level", "1"),))
