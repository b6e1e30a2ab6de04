"""The program beside an ONNX file predicts from raw files what this program predicts of them.

It runs in a process of its own and imports no part of this program.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from autoal_gui.commands.inspect import render
from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.messages import Predict
from autoal_gui.exporters.companions.files import SCRIPT
from autoal_gui.learning.inference.predict import Predictions, predict
from autoal_gui.sources.opening import list_images, open_images
from tests.support.dicom import write_dicom
from tests.support.learning import never
from tests.support.pictures import deep_png, tiff

pytestmark = pytest.mark.small_network

pytest.importorskip("onnxruntime", reason="onnxruntime is of the developers' tools")

one_way = pytest.mark.parametrize("checkpoint", [True], indirect=True, ids=["last layer"])
"""Of the two ways of training, the one whose model is decided."""
ROTATED = 6  # EXIF: the camera was turned
CLOSE = 2e-6  # half of the last digit that is printed, and float32


def disc(height, width, rng):
    """Draw a bright disc on a gradient with noise, in [0, 1]."""
    down, across = np.meshgrid(np.linspace(0, 1, height), np.linspace(0, 1, width), indexing="ij")
    found = 0.2 + 0.3 * down + 0.4 * (np.hypot(down - 0.4, across - 0.6) < 0.25)
    return found + rng.uniform(-0.1, 0.1, (height, width))


def draw(folder):
    """Draw pictures of 8 bits: grey, colour, transparent, a palette, turned, 1 bit."""
    rng = np.random.default_rng(0)
    grey = (disc(48, 31, rng) * 255).astype(np.uint8)
    colour = np.stack([grey, grey[::-1], grey[:, ::-1]], 2)
    clear = np.dstack([colour, np.where(colour[:, :, 0] > 90, 255, 60).astype(np.uint8)])
    turned = Image.Exif()
    turned[0x0112] = ROTATED
    Image.fromarray(grey).save(folder / "grey.png")
    Image.fromarray(colour).save(folder / "colour.png")
    Image.fromarray(clear).save(folder / "clear.png")
    Image.fromarray(colour).quantize(16).save(folder / "palette.png")
    Image.fromarray(grey).convert("1").save(folder / "bits.png")
    Image.fromarray(colour).save(folder / "turned.jpg", exif=turned.tobytes())
    Image.fromarray(colour).convert("CMYK").save(folder / "cmyk.jpg")
    Image.fromarray(colour).resize((16, 16)).save(folder / "small.bmp")


def draw_deep(folder):
    """Draw 16-bit grey, of few values and of many, not square."""
    rng = np.random.default_rng(1)
    values = disc(140, 200, rng)
    Image.fromarray((values * 4095).astype(np.uint16)).save(folder / "twelve.png")
    Image.fromarray((values * 60000).astype(np.uint16)).save(folder / "sixteen.png")
    flat = np.full((20, 30), 700, np.uint16)
    flat[3, 3:5] = 900
    Image.fromarray(flat).save(folder / "flat.png")


def draw_scans(folder):
    """Draw DICOM: a window, a slope and signs, turned over, oblong pixels, 8 bits."""
    rng = np.random.default_rng(2)
    values = disc(60, 44, rng)
    stored = (values * 3000 - 900).astype(np.int16)
    window = {"WindowCenter": 300, "WindowWidth": 1200}
    rescaled = {"RescaleSlope": 1.5, "RescaleIntercept": -200, "WindowCenter": [40.5, 1]}
    plain = (values * 4000).astype(np.uint16)
    write_dicom(folder / "window.dcm", stored, **window)
    write_dicom(folder / "rescaled.dcm", stored, **rescaled, WindowWidth=[1500, 2])
    write_dicom(folder / "none.dcm", plain)
    write_dicom(folder / "negative.dcm", plain, PhotometricInterpretation="MONOCHROME1")
    turned_over = {"PhotometricInterpretation": "MONOCHROME1", **window}
    write_dicom(folder / "both.dcm", plain, **turned_over, PixelSpacing=[0.3, 0.7])
    write_dicom(folder / "tall.dcm", stored, PixelSpacing=[1.7, 1], **window)
    write_dicom(folder / "aspect.dcm", plain, PixelAspectRatio=[1, 2])
    eight = (values * 250).astype(np.uint8)
    write_dicom(folder / "eight.dcm", eight)
    write_dicom(folder / "eight_window.dcm", eight, WindowCenter=128, WindowWidth=100)


KINDS = {
    "eight": ("folder", draw),
    "deep": ("folder", draw_deep),
    "scans": ("dicom", draw_scans),
}
"""By the name of their folder: as what this program opens them, and what draws them."""


def own(checkpoint, kind, folder, work):
    """Return the program's own probabilities of the files in a folder, by their names."""
    spec = SourceSpec(kind, str(folder))
    listing = list_images(spec, work, lambda done, total: None)
    pool = ImagePool.of_listing(listing, open_images(spec, work))
    ids = tuple(sorted(pool.images))
    *_, found = predict(Predict(0, pool, ids, str(checkpoint), str(work), "cpu"), never)
    assert isinstance(found, Predictions)
    assert len(found.image_ids) == len(list(folder.iterdir()))
    names = (Path(pool.images[i].key).name for i in found.image_ids)
    return dict(zip(names, found.probabilities, strict=True))


def run(script, *files):
    """Run a program on a console that knows few letters."""
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, script, *files], capture_output=True, text=True, check=False,
        cwd=script.parent, env={**environment, "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip


def script_of(model):
    return model.with_name(f"{model.name}.{SCRIPT}")


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    """A folder with a folder of raw files for each of `KINDS`."""
    folder = tmp_path_factory.mktemp("raw")
    for name, (_, make) in KINDS.items():
        (folder / name).mkdir()
        make(folder / name)
    return folder


@one_way
def test_the_script_beside_the_model_predicts_of_raw_files_as_the_program_does(
    checkpoint, exported, raw, tmp_path
):
    expected = {}
    for name, (kind, _) in KINDS.items():
        expected |= own(checkpoint, kind, raw / name, tmp_path / name)
    files, script = sorted(raw.rglob("*.*")), script_of(exported("onnx"))
    assert "autoal_gui" not in script.read_text(encoding="utf-8")
    done = run(script, *files)
    assert done.returncode == 0, done.stderr
    head, *lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert head == ["file", "class", "p(healthy)", "p(gr\\xf6\\xdfer)"]
    assert [Path(line[0]).name for line in lines] == [file.name for file in files]
    for name, label, *shares in lines:
        mine = expected[Path(name).name]
        np.testing.assert_allclose(np.array(shares, float), mine, atol=CLOSE, err_msg=name)
        assert label in ("healthy", "gr\\xf6\\xdfer")
    assert np.ptp([shares[0] for shares in expected.values()]) > 0.01  # they are told apart


@one_way
def test_what_the_script_cannot_prepare_it_refuses_and_a_rendered_picture_helps(
    checkpoint, exported, tmp_path
):
    script = script_of(exported("onnx"))
    values = np.random.default_rng(0).integers(0, 4000, (40, 30, 3)).astype(np.uint16)
    folder = tmp_path / "files"
    padded = write_dicom(folder / "padded.dcm", values[:, :, 0], PixelPaddingValue=0)
    deep = folder / "deep.png"
    deep.write_bytes(deep_png(values))
    others = tmp_path / "others"
    signed = write_dicom(others / "signed.dcm", values[:, :, 0].astype(np.int16))
    short = write_dicom(others / "short.dcm", values[:, :, 0])
    colours, text = others / "colours.tif", others / "text.png"
    colours.write_bytes(tiff(values, photometric="rgb"))
    text.write_text("no picture")
    short.write_bytes(short.read_bytes()[:-300])  # cut off
    for file in (padded, deep, signed, short, colours, text):
        done = run(script, file)
        assert done.returncode == 1
        assert "autoal-gui inspect IMAGE --render OUT.png" in done.stderr
    padded.unlink()
    spec = SourceSpec("folder", str(folder))
    picture = ImagePool.of_listing(
        list_images(spec, tmp_path, lambda done, total: None), open_images(spec, tmp_path)
    ).picture(1)
    render(picture, tmp_path / "rendered.png")
    done = run(script, tmp_path / "rendered.png")
    shares = np.array(done.stdout.splitlines()[1].split("\t")[2:], float)
    expected = own(checkpoint, "folder", folder, tmp_path / "work")["deep.png"]
    np.testing.assert_allclose(shares, expected, atol=CLOSE)
