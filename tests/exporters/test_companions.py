"""What is written beside a model: a card for people, the preparation for programs."""

import ast
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from autoal_gui.core.errors import CheckpointError
from autoal_gui.core.images.pixels import HIGH_PERCENTILE, LOW_PERCENTILE
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.measures.operating.decision import Threshold, decided
from autoal_gui.core.project.export_snapshot import Snapshot
from autoal_gui.core.registry import discover
from autoal_gui.core.trained_model import TrainedModel, scarce_classes, taught_sentences
from autoal_gui.exporters.companions import project_part
from autoal_gui.exporters.companions.files import companion_files, companions
from autoal_gui.exporters.companions.how_to_use import how_to_use
from autoal_gui.exporters.companions.model_card import IN_WEIGHTS, STARTS, model_card
from autoal_gui.exporters.companions.onnx_script import SCRIPT
from autoal_gui.exporters.companions.preparation import DECODE, preprocessing
from autoal_gui.exporters.companions.project_part import FEWEST, project_sections
from autoal_gui.learning.model.pretrained import told_weights
from autoal_gui.sources.pixels import square_pixels
from tests.support.paths import ROOT
from tests.support.project import new_project, result_of

EXPORTERS = discover("autoal_gui.exporters")
MODELS = [module for module in EXPORTERS.values() if module.KIND == "model"]
CARD = {
    "classes": ("gesund", "Läsion | *groß*\n<b>"),
    "input_size": 28,
    "channels": 1,
    "mean": (0.25,),
    "deviation": (0.125,),
    "stem": "3x3",
    "mode": "auto",
    "round_number": 3,
    "labels": 40,
    "data_hash": "ab" * 32,
    "confusion": ((3, 1), (0, 2)),
    "architecture": "resnet18",
    "versions": (("torch", "2"),),
}


@pytest.fixture
def model(tmp_path):
    return TrainedModel(tmp_path / "round.pt", CARD, {})


@pytest.mark.parametrize("exporter", MODELS, ids=lambda module: module.NAME)
def test_a_model_gets_a_card_and_its_preparation_under_its_own_whole_name(
    exporter, model, tmp_path
):
    target = tmp_path / f"größe{exporter.SUFFIX}"
    with companions(target, exporter, model, ""):
        target.write_bytes(b"weights")
    beside = companion_files(target, exporter)
    assert sorted(p for p in tmp_path.iterdir()) == sorted((target, *beside))
    assert all(file.name.startswith(target.name) for file in beside)
    assert [file.name[len(target.name) + 1 :] for file in beside][:2] == [
        "MODEL_CARD.md", "preprocessing.json",
    ]  # fmt: skip
    assert target.name in beside[0].read_text(encoding="utf-8")
    plain = json.loads(beside[1].read_text(encoding="utf-8"))
    assert plain == json.loads(json.dumps(preprocessing(CARD, exporter, target.name)))
    if exporter.SCRIPT:
        compile(beside[2].read_text(encoding="utf-8"), beside[2].name, "exec")


@pytest.mark.parametrize("fault", [CheckpointError("no"), KeyboardInterrupt()])
def test_a_model_that_is_not_written_leaves_nothing_beside_it(fault, model, tmp_path):
    target = tmp_path / "model.onnx"
    old = companion_files(target, EXPORTERS["onnx"])[0]
    old.write_text("older", encoding="utf-8")
    with pytest.raises(type(fault)), companions(target, EXPORTERS["onnx"], model, ""):
        raise fault
    assert list(tmp_path.iterdir()) == [old]
    assert old.read_text(encoding="utf-8") == "older"


def test_a_card_that_cannot_be_written_keeps_the_model_from_being_written(model, tmp_path):
    target = tmp_path / "model.pt"
    companion_files(target, EXPORTERS["pt"])[1].mkdir()
    with (
        pytest.raises(CheckpointError, match="could not be written"),
        companions(target, EXPORTERS["pt"], model, ""),
    ):
        target.write_bytes(b"weights")
    assert not target.exists()


@pytest.mark.parametrize("exporter", MODELS, ids=lambda module: module.NAME)
def test_each_step_of_the_preparation_is_to_be_done_once(exporter):
    plain = preprocessing(CARD, exporter, "m")
    before = [step["step"] for step in plain["before_the_model"]]
    inside = [step["step"] for step in plain["inside_the_model"]]
    after = [step["step"] for step in plain["after_the_model"]]
    assert [*before, *inside, *after] == [
        "decode", "grey values of DICOM", "square pixels", "8 bits", "channels", "resize", "scale",
        "normalise", "softmax", "decide",
    ]  # fmt: skip
    numbers = "mean" in json.dumps(plain["before_the_model"][4:])
    assert numbers is not exporter.PREPARES  # what the file does nobody is given to do again
    assert "0.125" not in json.dumps(plain["inside_the_model"])
    assert plain["input"]["type"] == ("uint8" if exporter.PREPARES else "float32")


def test_the_readme_shows_the_lines_that_a_card_gives():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert EXPORTERS["onnx"].USAGE.replace("MODEL_FILE", '"model.onnx"') in readme


def test_the_numbers_of_the_preparation_are_those_that_the_program_uses():
    steps = {step["step"]: step for step in DECODE}
    square, eight = steps["square pixels"], steps["8 bits"]
    assert (square["tolerance"], square["largest_ratio"]) == (
        square_pixels.ALIKE,
        square_pixels.MOST,
    )
    assert (eight["low_percentile"], eight["high_percentile"]) == (LOW_PERCENTILE, HIGH_PERCENTILE)


def sections(text):
    return re.findall(r"^## (.*)", text, re.MULTILINE)


def test_the_program_beside_onnx_gives_a_class_by_the_threshold_as_this_program_does():
    (own,) = (
        node
        for node in ast.parse(SCRIPT).body
        if isinstance(node, ast.FunctionDef) and node.name == "decided"
    )
    space = {"np": np}
    exec(compile(ast.Module([own], []), "script", "exec"), space)  # noqa: S102 - our own text
    rows = np.random.default_rng(0).dirichlet(np.ones(3), 200).astype(np.float32)
    for threshold in (None, Threshold(0, 0.2), Threshold(2, 0.7)):
        words = () if threshold is None else (threshold.class_index, threshold.value)
        given = [space["decided"](row, *words) for row in rows]
        assert np.array_equal(given, decided(rows, threshold))


@pytest.mark.parametrize("started_from", STARTS)
def test_a_card_tells_what_its_reader_must_know(model, started_from):
    model = replace(model, started_from=started_from)
    text = model_card(model, EXPORTERS["onnx"], "m.onnx", "")
    assert sections(text) == [
        "Intended use", "Performance", "Operating point", "How an image must be prepared",
        "How to use the file", "Licence", "Settings and versions",
    ]  # fmt: skip
    assert "no evidence for use on patients" in text
    assert "75.0% (30.1–95.4)" in text  # sensitivity with its interval
    assert STARTS[started_from] in text
    assert "28 x 28" in text


def test_a_class_that_the_model_has_never_seen_is_told_wherever_its_classes_are(model):
    told = "gesund: the model has never seen one."
    unseen = {**CARD, "unseen": (0,)}
    assert told in model_card(replace(model, card=unseen), EXPORTERS["onnx"], "m.onnx", "")
    assert "never seen" not in model_card(model, EXPORTERS["onnx"], "m.onnx", "")
    assert told in how_to_use(unseen, [EXPORTERS["pt"]])
    both = taught_sentences(("a", "b", "c"), (0, 2))
    assert both == "a, c: the model has never seen any of these."


def test_a_class_that_few_images_taught_is_told_wherever_its_classes_are(model):
    told = "gesund: the model has learned it from fewer than 5 images, so look yourself"
    by_window = "press “Model file…” and choose model"
    assert f"{by_window}.pt, then" in how_to_use(CARD, [EXPORTERS["pt"]])
    assert by_window not in how_to_use(CARD, [EXPORTERS["onnx"]])
    scarce = {**CARD, "scarce": (0,)}
    assert told in model_card(replace(model, card=scarce), EXPORTERS["onnx"], "m.onnx", "")
    assert told in how_to_use(scarce, [EXPORTERS["pt"]])
    both = taught_sentences(("a", "b", "c"), (1,), (0, 2))
    assert both.startswith("b: the model has never seen one. a, c: the model has learned each of")
    assert scarce_classes([2, 0, 0, 0, 0, 1, 1, 1, 1, 1]) == (0, 2)


@pytest.mark.parametrize(("confirmed", "told"), [(0, ""), (12, "It also learned from 12 images")])
def test_a_card_counts_what_was_confirmed_in_bulk_apart(model, confirmed, told):
    card = {**CARD, "confirmed": confirmed}
    text = model_card(replace(model, card=card), EXPORTERS["onnx"], "m.onnx", "")
    assert "It learned from 40 labelled images" in text
    assert told in text
    assert ("in bulk" in text) == bool(confirmed)


def test_a_card_names_the_licence_of_weights_that_others_have_trained(model):
    told = "Tan & Le, EfficientNet, ICML 2019; licence: Apache-2.0"
    card = {**CARD, "architecture": "efficientnet_lite0", "weights": told}
    text = model_card(replace(model, card=card), EXPORTERS["onnx"], "m.onnx", "")
    assert "licence: Apache-2.0" in text
    assert "The network is EfficientNet-Lite0." in text
    assert STARTS[""] not in text


def test_a_card_tells_what_each_of_two_networks_has_learned_from(model):
    told = "Tan & Le, EfficientNet, ICML 2019; licence: Apache-2.0"
    card = {**CARD, "weights": told, "beside": "efficientnet_lite0"}
    text = model_card(replace(model, card=card), EXPORTERS["onnx"], "m.onnx", "")
    assert "side by side: ResNet-18 and EfficientNet-Lite0." in text
    assert f"- ResNet-18: {STARTS['']}" in text
    learned = "It has learned from photographs. Its weights began as those of"
    assert f"- EfficientNet-Lite0: {learned} {told}." in text
    assert "The network is" not in text


@pytest.mark.parametrize(
    ("strengths", "used", "unused"),
    [
        ((0.0, 1.0, 1.0), "EfficientNet-Lite0", "ResNet-18"),
        ((1.0, 0.0, 0.0), "ResNet-18", "EfficientNet-Lite0"),
    ],
)
def test_a_card_says_of_which_network_alone_the_model_goes(model, strengths, used, unused):
    arrays = {"strengths": np.array(strengths, np.float32)}
    found = replace(model, card={**CARD, "beside": "efficientnet_lite0"}, arrays=arrays)
    text = model_card(found, EXPORTERS["onnx"], "m.onnx", "")
    assert f"The model goes by {used} alone: the labels spoke against {unused}" in text
    assert "side by side" not in text


def test_what_a_file_says_of_weights_is_found_word_by_word():
    told = told_weights("efficientnet_lite0")
    assert all(words in told for words in IN_WEIGHTS[:2])  # else it would stay in English


def test_a_card_is_a_card_and_speaks_of_no_colour(model):
    text = model_card(model, EXPORTERS["onnx"], "m.onnx", "")
    assert "This card describes a model for research" in text
    assert "Confusion matrix: a row is the true class" in text
    assert "orange" not in text


def test_names_on_a_card_are_shown_as_they_are(model):
    text = model_card(model, EXPORTERS["pt"], "m.pt", "")
    rows = [line for line in text.splitlines() if line.startswith("| Läsion")]
    assert rows
    assert all(row.startswith("| Läsion \\| \\*groß\\* \\<b\\> |") for row in rows)


@pytest.mark.parametrize("name", ["pt", "safetensors", "onnx"])
def test_a_card_says_who_scales_an_image_so_that_nobody_does_it_twice(model, name):
    text = model_card(model, EXPORTERS[name], f"m.{name}", "")
    steps = [line for line in text.splitlines() if line.startswith(("| 5 |", "| 6 |", "| 7 |"))]
    found = preprocessing(model.card, EXPORTERS[name], f"m.{name}")
    assert len(steps) == 3
    if name == "onnx":
        assert all(step.endswith("the model itself |") for step in steps)
        assert not found["done_by_whole_network"]
    else:
        assert all("whole\\_network" in step or "whole_network" in step for step in steps)
        assert "do not scale or normalise the image before" in text
        assert found["done_by_whole_network"] == ["channels", "resize", "scale", "normalise"]


# -- what the project tells --------------------------------------------------------------------


@pytest.fixture
def project(tmp_path):
    project = new_project(tmp_path, label_use="labelled", evaluation_images=4)
    yield project
    project.close()


def with_images(project, columns, changed):
    """Return a snapshot of a project whose images are changed as a function says."""
    snapshot = Snapshot.of(project)
    images = {i: changed(image) for i, image in snapshot.pool.images.items()}
    return replace(snapshot, pool=replace(snapshot.pool, images=images), columns=columns)


def finished(project, metrics=None):
    project.rounds.finish(replace(result_of(project, project.rounds.begin()), metrics=metrics))
    return project.rounds.finished()[-1]


METRICS = Metrics(((2, 0), (1, 1)))


def test_without_groups_a_card_says_that_nobody_can_know(project):
    text = project_sections(Snapshot.of(project), finished(project, METRICS))
    assert "No groups are known" in text
    assert sections(text) == ["Images and classes", "Groups and split", "Performance"]
    assert "normal" in text
    assert "abnormal" in text


@pytest.mark.parametrize("torn", [False, True])
def test_a_card_counts_groups_and_says_whether_one_is_on_both_sides(project, torn):
    record = finished(project, METRICS)
    snapshot = with_images(
        project,
        (),
        lambda i: replace(i, group="one" if torn else f"{i.split}{i.image_id % 2}", part="train"),
    )
    text = project_sections(snapshot, record)
    assert ("1 group is on both sides" in text) is torn
    assert ("No group is on both sides" in text) is not torn
    assert (
        "of the part that the set itself names for training, 0 of that for validation, 0 of" in text
    )
    assert "one" not in text.replace("None", "").split()  # no group is named


def test_a_card_says_that_the_evaluation_set_is_not_the_sets_own_test_part(project):
    record = finished(project, METRICS)
    snapshot = with_images(
        project,
        (),
        lambda i: replace(i, group=i.split, part=("train", "test")[i.image_id % 2]),
    )
    text = project_sections(snapshot, record)
    assert "The set puts 2 groups into several parts; each is kept whole" in text


def test_columns_are_told_by_value_and_no_value_of_a_few_patients(project, monkeypatch):
    monkeypatch.setattr(project_part, "MOST_VALUES", 4)
    record = finished(project, METRICS)
    rare = max(project.pool.images)
    count = len(project.pool.images)

    def changed(image):
        site = "Jane Doe" if image.image_id == rare else "north | south"
        return replace(image, columns=(site, str(20 + image.image_id), f"t{image.image_id}"))

    text = project_sections(with_images(project, ("site", "age", "note"), changed), record)
    assert "Jane" not in text
    assert "| site | north \\| south |" in text
    assert "| site | (rare values) |" in text
    assert count >= 2 * FEWEST
    assert "| age | quartiles" in text
    assert f"| note | {count} different values |" in text


def test_a_value_that_many_images_of_one_patient_have_is_not_told(project):
    record = finished(project, METRICS)
    snapshot = with_images(
        project, ("site",), lambda i: replace(i, group="of one", columns=("Doctor Who",))
    )
    text = project_sections(snapshot, record)
    assert "Who" not in text
    assert "| site | (rare values) |" in text


def test_a_card_tells_labels_that_came_after_its_model(project):
    snapshot, record = Snapshot.of(project), finished(project, METRICS)
    images = snapshot.pool.images
    now = sum(images[i].split == "pool" for i, _ in snapshot.labelled)
    early = project_sections(snapshot, replace(record, labels=now - 1))
    assert f"learned from {now - 1} labelled images" in early
    assert f"with {now} labelled images to learn from" in early
    assert "The model learned from" not in project_sections(snapshot, replace(record, labels=now))


def test_numbers_of_an_earlier_model_are_said_to_be_of_one(project):
    finished(project, METRICS)
    first = project_sections(Snapshot.of(project), project.rounds.finished()[-1])
    later = finished(project)
    text = project_sections(Snapshot.of(project), later)
    assert "an earlier one" in text
    assert "an earlier one" not in first
