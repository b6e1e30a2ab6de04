"""The command `inspect`: what a file is, or why it cannot be used, and how it would be shown."""

import json

import numpy as np
import pytest
from PIL import Image

from autoal_gui.cli import run
from tests.support.dicom import write_dicom
from tests.support.pictures import deep_png, tiff

SCENE = np.arange(1200, dtype=np.uint16).reshape(30, 40)


def test_a_file_is_described_and_written_as_it_would_be_shown(tmp_path, capsys):
    (tmp_path / "deep.png").write_bytes(deep_png(np.dstack([SCENE] * 3)))
    target = tmp_path / "out.png"
    assert run(["inspect", str(tmp_path / "deep.png"), "--render", str(target)]) == 0
    assert capsys.readouterr().out == "One image: colour, 40 x 30 pixels, 16 bits.\n"
    with Image.open(target) as image:
        shown = np.asarray(image)
    assert shown.dtype == np.uint8
    assert (shown.min(), shown.max()) == (0, 255)


def test_one_page_of_several_is_written(tmp_path):
    pages = np.stack([np.full((4, 5), value, np.uint8) for value in (10, 20, 30)])
    (tmp_path / "pages.tif").write_bytes(tiff(pages, photometric="minisblack"))
    target = tmp_path / "out.png"
    words = ["inspect", str(tmp_path / "pages.tif"), "--render", str(target), "--number"]
    assert run([*words, "3"]) == 0
    assert Image.open(target).getpixel((0, 0)) == 30
    assert run([*words, "4"]) == 1


def test_a_set_is_counted_and_what_is_left_out_is_said(tmp_path, capsys):
    for name in ("a/1.png", "b/2.png"):
        (tmp_path / name).parent.mkdir()
        Image.fromarray(SCENE.astype(np.uint8)).save(tmp_path / name)
    (tmp_path / "labels.csv").write_text("name,label")
    assert run(["inspect", str(tmp_path)]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "2 images in 2 classes; one of them: grey, 40 x 30 pixels, 8 bits."
    assert told[-1] == "Left out (1): Files ending in .csv are not treated as images."


def test_how_volumes_are_shown_is_said(tmp_path, capsys):
    np.savez(tmp_path / "set.npz", images=np.zeros((2, 12, 5, 4, 1), np.uint8))
    assert run(["inspect", str(tmp_path / "set.npz")]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "2 images; one of them: grey, 12 x 15 pixels, 8 bits."
    assert told[1] == "Each volume is one image: it is shown as nine slices around its middle."
    assert run(["inspect", "--json", str(tmp_path / "set.npz")]) == 0
    assert json.loads(capsys.readouterr().out)["volumes"] == told[1]


@pytest.mark.parametrize("name", ["seg.dcm", "set.zip"])
def test_why_a_file_cannot_be_used(tmp_path, capsys, name):
    if name == "set.zip":
        (tmp_path / name).write_bytes(b"PK\3\4" + bytes(50))
    else:
        write_dicom(tmp_path / name, SCENE, Modality="SEG")
    assert run(["inspect", str(tmp_path / name)]) == 1
    told = capsys.readouterr()
    assert not told.out
    assert "segmentation" in told.err or "archive" in told.err


def test_an_image_that_cannot_be_written_is_one_sentence(tmp_path, capsys):
    (tmp_path / "a.png").write_bytes(deep_png(SCENE))
    assert (
        run(["inspect", str(tmp_path / "a.png"), "--render", str(tmp_path / "no" / "b.png")]) == 1
    )
    assert "could not be written" in capsys.readouterr().err
