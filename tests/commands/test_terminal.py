"""No name commands a terminal, and a console, a pipe or a device that fails is no traceback."""

import io
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from autoal_gui.commands.terminal import Output, on_one_line, visible
from tests.support.long_form import first_of
from tests.support.paths import ROOT

ESCAPING = "\x1b]0;owned\x07\x1b[2J\u202egnp.elif\n.png"
posix = pytest.mark.skipif(os.name == "nt", reason="signals and devices are those of POSIX")


@given(st.text())
def test_what_is_visible_commands_nothing(text):
    shown = visible(text)
    allowed = {"\t", "\n", "\r"}
    assert all(letter in allowed or unicodedata.category(letter) != "Cc" for letter in shown)
    assert all(unicodedata.bidirectional(letter) not in BIDI for letter in shown)
    assert len(on_one_line(text).splitlines()) <= 1
    if text.isascii() and text.isprintable():
        assert shown == text


BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


CODE_PAGES = ("ascii", "cp437", "cp850", "cp1252", "cp932", "cp936", "koi8-r", "utf-8")


@pytest.mark.parametrize("code_page", CODE_PAGES)
@given(text=st.text(alphabet=st.characters(blacklist_categories=())))
def test_any_console_takes_any_text(code_page, text):
    raw = io.BytesIO()
    output = Output(raw, code_page, "backslashreplace")
    assert output.write(text) == len(text)
    output.flush()
    assert b"\x1b" not in raw.getvalue()


# -- predict, in a process of its own ----------------------------------------------------------


@pytest.fixture(scope="module")
def given_(tmp_path_factory):
    """A model, and images of which one has a name that commands a terminal, and one is broken."""
    from autoal_gui.learning.model.checkpoint import save_checkpoint
    from tests.support.learning import CARD, classifier

    place = tmp_path_factory.mktemp("predict")
    save_checkpoint(place / "model.pt", classifier().eval(), CARD)
    images = place / "images"
    images.mkdir()
    for name in ("不明.png", "größe.png", *([ESCAPING] if os.name != "nt" else ())):
        Image.new("L", (16, 16), 99).save(images / name)
    (images / f"broken{ESCAPING if os.name != 'nt' else '.png'}").write_bytes(b"\x89PNG\r\n\x1a\n")
    return place


def started(place: Path, stdout, **more: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "autoal_gui", "predict", "--device", "cpu",
               "--model", str(place / "model.pt"), str(place / "images")]  # fmt: skip
    return subprocess.Popen(
        command, stdout=stdout, stderr=subprocess.PIPE, cwd=ROOT, env={**os.environ, **more}
    )


@pytest.mark.slow
def test_a_console_of_few_characters_gets_the_same_table_as_a_file(given_, tmp_path):
    process = started(given_, subprocess.PIPE, PYTHONIOENCODING="cp1252")
    table, told = process.communicate(timeout=200)
    assert process.returncode == 0, told
    assert b"\x1b" not in told
    assert b"\\x1b]0;owned\\x07" in told or os.name == "nt"
    assert b"Traceback" not in told
    assert "不明.png" in table.decode("utf-8")
    assert table.count(b"\r\n") == (4 if os.name != "nt" else 3)


@posix
@pytest.mark.slow
@pytest.mark.parametrize("device", first_of("/dev/full", then=("closed pipe",)))
def test_an_output_that_fails_is_one_sentence_at_most(device, given_):
    if device == "/dev/full":
        with Path("/dev/full").open("wb") as full:
            process = started(given_, full)
            told = process.communicate(timeout=200)[1].decode()
        assert told.splitlines()[-1] == (
            "autoal-gui: The output cannot be written; is the disk full?"
        )
    else:
        reading, writing = os.pipe()
        process = started(given_, writing)
        os.close(reading)
        os.close(writing)
        told = process.communicate(timeout=200)[1].decode()
        assert "autoal-gui: The" not in told
    assert process.returncode == 1
    assert "Traceback" not in told
    assert "Exception ignored" not in told


INTERRUPTED = """
import os, signal, sys
from importlib.abc import MetaPathFinder
wanted = sys.argv[1]
class Interrupt(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == wanted:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGINT)
from autoal_gui.__main__ import main
sys.meta_path.insert(0, Interrupt())
sys.argv[0:2] = ["autoal-gui"]
sys.exit(main())
"""


@posix
@pytest.mark.slow
@pytest.mark.parametrize(
    "module", first_of("autoal_gui.core.system.memory", "torch", then=("argparse",))
)
def test_an_interruption_is_one_line_however_early(module, given_):
    """While the first modules are imported, and those that take seconds."""
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, module, "predict", "--device", "cpu",
         "--model", str(given_ / "model.pt"), str(given_ / "images")],
        capture_output=True, text=True, timeout=200, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.stderr == "autoal-gui: interrupted\n"
    assert done.returncode == 130


@posix
@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_into_a_full_device_is_one_sentence(arguments):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "autoal_gui", *arguments],
            stdout=full, stderr=subprocess.PIPE, timeout=100, check=False, cwd=ROOT,
        )  # fmt: skip
    assert done.stderr == b"autoal-gui: The output cannot be written; is the disk full?\n"
    assert done.returncode == 1
