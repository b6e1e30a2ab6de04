"""A model that is handed over: one folder, whole or not at all, whose own lines predict."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from autoal_gui.core.errors import CheckpointError
from autoal_gui.core.registry import discover
from autoal_gui.exporters.companions.how_to_use import HOW_TO_USE, REPORT, how_to_use, usage
from autoal_gui.exporters.contract import USUAL
from autoal_gui.learning.inference.export import hand_over, whole_network

pytestmark = pytest.mark.small_network
MODELS = [name for name, one in discover("autoal_gui.exporters").items() if one.KIND == "model"]
MOST_LINES = 6


@pytest.fixture
def folder(checkpoint, exported, tmp_path, monkeypatch):
    """A folder with every format; what takes seconds to compute was computed for other tests."""
    for name in ("onnx", "pt2"):
        content = exported(name).read_bytes()
        exporter = discover("autoal_gui.exporters")[name]
        monkeypatch.setattr(exporter, "file_content", lambda *given, content=content: content)
    list(hand_over(MODELS, checkpoint, tmp_path / "given", "## Data\n", "<html>report</html>"))
    return tmp_path / "given"


def test_each_part_is_named_before_it_is_written(checkpoint, tmp_path):
    target, seen = tmp_path / "given", []
    for done, total, sentence in hand_over(["pt"], checkpoint, target, "", "<html></html>"):
        seen.append((done, total, sentence))
        assert not target.exists()  # it is put in place whole
    assert [(done, total) for done, total, _ in seen] == [(0, 3), (1, 3), (2, 3)]
    assert "(.pt)" in seen[1][2]
    assert target.exists()


def programs(text: str) -> list[str]:
    """Return the indented parts of a page of Markdown."""
    parts: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.startswith("    "):
            parts[-1].append(line[4:])
        elif parts[-1]:
            parts.append([])
    return ["\n".join(lines) for lines in parts if lines]


@pytest.mark.parametrize("checkpoint", [True], indirect=True, ids=["last layer"])
def test_the_six_lines_of_each_format_give_what_the_program_gives(
    checkpoint, folder, monkeypatch, capsys
):
    pytest.importorskip("onnxruntime", reason="onnxruntime is of the developers' tools")
    monkeypatch.chdir(folder)
    values = np.random.default_rng(0).integers(0, 255, (30, 20, 3), np.uint8)
    Image.fromarray(values).save("IMAGE.png")
    network = whole_network(checkpoint)
    with torch.no_grad():
        expected = network(torch.from_numpy(values)[None])[0].tolist()
    found = programs(Path(HOW_TO_USE).read_text(encoding="utf-8"))
    assert len(found) == len(MODELS)
    for lines in found:
        assert len(list(filter(None, map(str.strip, lines.splitlines())))) <= MOST_LINES
        exec(compile(lines, HOW_TO_USE, "exec"), {})  # noqa: S102 - our own lines
        (printed,) = capsys.readouterr().out.strip().splitlines()
        told = eval(printed)  # noqa: S307 - a dictionary that they have printed
        assert list(told) == list(network.classes)
        assert list(told.values()) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("checkpoint", [True], indirect=True, ids=["last layer"])
@pytest.mark.parametrize("above", [False, True], ids=["below", "as likely"])
def test_the_lines_give_the_class_by_the_threshold_of_the_model(
    checkpoint, folder, above, monkeypatch, capsys
):
    pytest.importorskip("onnxruntime", reason="onnxruntime is of the developers' tools")
    monkeypatch.chdir(folder)
    Image.new("RGB", (30, 20), (90, 90, 90)).save("IMAGE.png")
    network = whole_network(checkpoint)
    with torch.no_grad():
        shares = network(torch.full((1, 20, 30, 3), 90, dtype=torch.uint8))[0].tolist()
    order = sorted(range(len(shares)), key=shares.__getitem__)
    # what the likeliest class alone would give is wrong both times
    own, value = (order[0], 0.0) if above else (order[-1], 1.0)
    expected = network.classes[order[0] if above else order[-2]]
    card = {"classes": network.classes, "threshold": (own, value)}
    exporters = discover("autoal_gui.exporters")
    for name in MODELS:
        lines = usage(card, exporters[name], f"model{exporters[name].SUFFIX}")
        exec(compile(lines, name, "exec"), {})  # noqa: S102 - our own lines
        assert capsys.readouterr().out.strip().endswith(f"}} {expected}"), name


@pytest.mark.parametrize("checkpoint", [True], indirect=True, ids=["last layer"])
def test_the_page_names_every_file_and_the_threshold(checkpoint, folder):
    card = {"classes": ("normal", "pneumonia"), "threshold": (1, 0.46)}
    modules = [discover("autoal_gui.exporters")[name] for name in MODELS]
    told = how_to_use(card, modules)
    assert "is given “pneumonia” where its probability is 46.0% or more" in told
    assert told.count("if shares['pneumonia'] >= 0.46") == len(MODELS)
    files = {path.name for path in folder.iterdir()} - {HOW_TO_USE}
    assert all(name in told for name in files if not name.endswith(".preprocessing.json"))
    assert "preprocessing.json" in told
    assert "threshold" not in how_to_use({"classes": card["classes"]}, modules)


@pytest.mark.parametrize("checkpoint", [True], indirect=True, ids=["last layer"])
def test_a_folder_is_whole_and_names_no_place_of_this_computer(checkpoint, folder):
    names = {path.name for path in folder.iterdir()}
    assert {HOW_TO_USE, REPORT, "model.pt", "model.onnx", "model.onnx.predict.py"} <= names
    assert all(f"model{discover('autoal_gui.exporters')[n].SUFFIX}.MODEL_CARD.md" in names
               for n in MODELS)  # fmt: skip
    assert [path.name for path in folder.parent.iterdir()] == ["given"]
    assert (folder / REPORT).read_text(encoding="utf-8") == "<html>report</html>"
    assert "## Data" in (folder / "model.pt.MODEL_CARD.md").read_text(encoding="utf-8")
    for path in folder.iterdir():
        content = path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as members:
                content += b"".join(map(members.read, members.namelist()))
        for place in ("canary", str(checkpoint.parent), str(folder.parent), str(Path.home())):
            assert place.encode() not in content, (path.name, place)


@pytest.mark.parametrize("there", ["folder", "file"])
def test_what_is_there_is_refused_in_one_sentence_and_kept(any_checkpoint, tmp_path, there):
    target = tmp_path / "given"
    if there == "folder":
        target.mkdir()
    else:
        target.write_text("mine")
    with pytest.raises(CheckpointError, match="exists; choose a new name"):
        list(hand_over(["pt"], any_checkpoint, target, "", ""))
    assert list(tmp_path.iterdir()) == [target]
    assert target.is_dir() or target.read_text() == "mine"


@pytest.mark.parametrize(
    ("formats", "sentence"),
    [
        (["pt", "safetensors"], "could not be written"),
        ([], "Choose at least one format"),
        (["pt", "nonsense"], "no model format named nonsense"),
    ],
)
def test_a_folder_that_cannot_be_finished_is_not_there(
    any_checkpoint, tmp_path, monkeypatch, formats, sentence
):
    def full(target, model):
        raise OSError

    monkeypatch.setattr(discover("autoal_gui.exporters")["safetensors"], "write", full)
    with pytest.raises(CheckpointError, match=sentence):
        list(hand_over(formats, any_checkpoint, tmp_path / "given", "", ""))
    assert list(tmp_path.iterdir()) == []


def test_the_usual_formats_are_models():
    assert set(USUAL) <= set(MODELS)
