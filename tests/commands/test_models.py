"""A project's model is handed over, and compared with others on new images, from a terminal."""

import contextlib
import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from autoal_gui.cli import run
from autoal_gui.core.project.project import Project
from autoal_gui.exporters.companions.how_to_use import HOW_TO_USE, REPORT
from autoal_gui.sources.opening import open_images
from tests.support.project import SETTINGS, draw_images, new_project, result_of

pytestmark = pytest.mark.small_network
CLASSES = ("abnormal", "normal")
PATIENT = "Mustermann"


def save_model(file, bias: float) -> None:
    """Write a model that leans to the first class."""
    import torch

    from autoal_gui.learning.model.checkpoint import save_checkpoint
    from tests.support.learning import CARD, classifier

    model = classifier()
    with torch.no_grad():
        model.head.bias += torch.tensor([bias, 0.0])
    card = replace(CARD, classes=CLASSES, settings=SETTINGS.to_json())
    save_checkpoint(file, model.eval(), card)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A project with a model, another model, and new images in folders by class."""
    place = tmp_path_factory.mktemp(PATIENT)
    project: Project = new_project(place, 15, label_use="labelled", evaluation_images=20)
    file = project.models_folder / "round-0001.pt"
    save_model(file, 0.0)
    number = project.rounds.begin()
    project.rounds.finish(result_of(project, number, checkpoint=str(file)))
    project.close()
    save_model(place / "other.pt", 9.0)
    shutil.copytree(draw_images(place / "drawn", 8), place / "new")
    return place


def rows_of(file):
    with file.open(newline="", encoding="utf-8-sig") as table:
        return list(csv.DictReader(table))


def test_a_model_is_compared_with_the_last_of_a_project_and_says_what_it_does_not_answer(
    place, tmp_path, capsys
):
    table, said = tmp_path / "out.csv", tmp_path / "said.json"
    words = ["predict", "--project", place / "project", "--model", place / "other.pt"]
    words += ["--abstain-below", "0.6", "--level", "0.8", "--device", "cpu"]
    assert run([*map(str, [*words, "--out", table, "--json", said, place / "new"])]) == 0
    told = capsys.readouterr().err
    assert "compared on 12 images whose class all models know:" in told
    assert "other against round-0001: accuracy " in told
    assert "(p " in told
    assert "Look at these first: " in told
    assert "Of the labelled images it answers" in told
    assert "Measured on 20 images that it has not learned from." in told
    rows = rows_of(table)
    assert {"stands_by", "look", "possible", "typical", "predicted by other"} < rows[0].keys()
    assert {row["predicted by other"] for row in rows} == {"abnormal"}
    assert {row["model"] for row in rows} == {"round-0001"}
    for row in rows:
        sure = max(float(row["p(normal)"]), float(row["p(abnormal)"])) >= 0.6
        assert sure or row["stands_by"] == ""
        assert row["stands_by"] in ("", row["predicted"])
    plain = json.loads(said.read_text())
    assert [one["name"] for one in plain["models"]] == ["round-0001", "other"]
    assert plain["against_the_first"][0]["images"] == 12


def test_the_table_tells_which_files_the_project_has(place, tmp_path):
    table, mixed = tmp_path / "out.csv", tmp_path / "mixed"
    shutil.copytree(place / "new", mixed)
    with contextlib.closing(Project.open(place / "project", open_images)) as project:
        spec, image = project.known.places[0].spec, next(iter(project.pool.images.values()))
    shutil.copy(Path(spec.location) / image.key, mixed / "normal" / "again.png")
    words = ["--project", place / "project", "--device", "cpu", "--out", table, mixed]
    assert run(["predict", *map(str, words)]) == 0
    told = {row["image"]: row["split"] for row in rows_of(table)}
    assert told.pop("normal/again.png") == "in the project"
    assert "new file" in told.values()


def test_a_model_alone_is_told_as_ever(place, tmp_path):
    table = tmp_path / "out.csv"
    words = ["--model", place / "other.pt", "--device", "cpu", "--out", table, place / "new"]
    assert run(["predict", *map(str, words)]) == 0
    assert list(rows_of(table)[0]) == [
        "image", "split", "label", "predicted", "p(abnormal)", "p(normal)", "model"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        ([], 1, "Name a model (--model) or a project"),
        (["--model", "x.pt", "--abstain-below", "2"], 2, "must be from 0 to 1"),
        (["--model", "x.pt", "--level", "1"], 2, "must be above 0 and below 1"),
        (["--project", "nowhere"], 1, "There is no project"),
    ],
)
def test_what_cannot_be_predicted_is_one_sentence(words, status, sentence, capsys):
    try:
        found = run(["predict", *words, "demo"])
    except SystemExit as end:
        found = end.code
    assert found == status
    assert sentence in capsys.readouterr().err


def test_a_project_is_handed_over_as_one_folder_without_a_name_of_its_own(place, tmp_path, capsys):
    target = tmp_path / "given"
    words = ["handover", str(place / "project"), str(target), "--formats", "safetensors", "pt"]
    assert run(words) == 0
    names = {path.name for path in target.iterdir()}
    assert {HOW_TO_USE, REPORT, "model.pt", "model.safetensors"} < names
    for path in target.iterdir():
        content = path.read_bytes()
        for name in (PATIENT, "000.png", "Study", str(place)):
            assert name.encode() not in content, (path.name, name)
    assert run(words) == 1
    assert "That folder exists; choose a new name for it." in capsys.readouterr().err
    assert {path.name for path in target.iterdir()} == names


def test_an_earlier_rounds_model_is_handed_over_and_told_as_that(place, tmp_path, capsys):
    folder = shutil.copytree(place / "project", tmp_path / "project")
    project = Project.open(folder, open_images)
    later = project.models_folder / "round-0002.pt"
    save_model(later, 3.0)
    number = project.rounds.begin()
    project.rounds.finish(result_of(project, number, checkpoint=str(later)))
    file = project.models_folder / "round-0001.pt"
    project.close()
    target = tmp_path / "given"
    words = ["handover", str(folder), str(target), "--formats", "pt", "--round"]
    assert run([*words, "1"]) == 0
    assert (target / "model.pt").read_bytes() == file.read_bytes()
    report = (target / REPORT).read_text(encoding="utf-8")
    assert "The model handed over with this report is of round 1 (" in report
    assert "whose last model is of round 2." in report
    shutil.rmtree(target)
    assert run([*words, "2"]) == 0
    assert "The model handed over" not in (target / REPORT).read_text(encoding="utf-8")
    alone = ["export", str(folder), "--format", "pt", "--out", str(tmp_path / "m.pt"), "--round"]
    assert run([*alone, "1"]) == 0
    assert (tmp_path / "m.pt").read_bytes() == file.read_bytes()
    assert run([*alone, "3"]) == 1
    said = capsys.readouterr().err
    assert "There is no model of round 3. There are models of: 1, 2." in said
    table = [*alone[:3], "csv", *alone[4:], "1"]
    assert run(table) == 1
    assert "The format csv has no --round." in capsys.readouterr().err
