"""Every command of the command line, over small projects, models and images made for it."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from autoal_gui.core.database.schema import FILE_NAME
from tests.support import project as project_support
from tests.support.paths import ROOT

LIGHT = ("inspect", "export", "export a model", "merge", "agreement", "audit", "recover",
         "images", "labels", "relocate", "evaluation-set", "operating-point", "handover",
         "backbones", "forecasts", "version", "help")  # fmt: skip
HEAVY = ("predict", "simulate", "evaluate", "benchmark", "self-test")
SECONDS = 1500.0  # that a command may take to end on a busy machine
TINY = ("--rounds", "2", "--batch", "4", "--initial", "4", "--device", "cpu",
        "--set", "input_size=16", "--set", "task_steps=3")  # fmt: skip


def prepare(place: Path, folder: Path | None = None) -> dict[str, list[str]]:
    """Make what the commands work on, in an empty folder; return the commands by name."""
    project = project_support.new_project(place, per_class=12)
    for image in tuple(project.pool.images)[:12]:
        project.labels.answer(image, "label", image % 2)
    project.close()
    own, other, damaged = place / "project", place / "other", place / "damaged"
    shutil.copytree(own, other)
    shutil.copytree(own, damaged)
    with closing(sqlite3.connect(damaged / FILE_NAME)) as db, db:
        db.execute("UPDATE setting SET value=x'ff' WHERE name='name'")
    images, out, table = str(place / "images"), place / "out", place / "table.csv"
    out.mkdir()
    named = sorted(Path(images).rglob("*.png"))[-6:]
    rows = (f"{one.relative_to(images)},{one.parent.name}" for one in named)
    table.write_text("\n".join(("file,label", *rows)))
    return {
        "inspect": ["inspect", images],
        "export": ["export", str(own), "--format", "html", "--out", str(out / "labels.html")],
        "export a model": ["export", str(own), "--format", "pt", "--out", str(out / "model.pt")],
        "merge": ["merge", str(own), str(other)],
        "agreement": ["agreement", str(own)],
        "audit": ["audit", str(own)],
        "recover": ["recover", str(damaged)],
        "images": ["images", str(own), "--add"],
        "labels": ["labels", str(own), str(table), "--as", "known"],
        "relocate": ["relocate", str(own), images],
        "evaluation-set": ["evaluation-set", str(own), "--images", "4"],
        "operating-point": ["operating-point", str(own)],
        "handover": ["handover", str(own), str(out / "handed over"), "--formats", "pt"],
        "backbones": ["backbones"],
        "forecasts": ["forecasts", str(out)],
        "version": ["--version"],
        "help": ["--help"],
        "predict": ["predict", "--device", "cpu", "--model", str(place / "model.pt"), images],
        "simulate": ["simulate", "--data", images, "--mode", "random", *TINY],
        "evaluate": ["evaluate", "--data", images, "--methods", "random+cold", "--seeds", "1",
                     "--jobs", "1", "--out", str(out / "evaluated"), *TINY],
        "benchmark": ["benchmark", "--data", images, "--only", "scoring", "--quick"],
        "self-test": ["--self-test"],
    }  # fmt: skip


def make_model(place: Path) -> None:
    """Write the model that `predict` applies; it computes, so that nothing may fork after it."""
    from autoal_gui.learning.model.checkpoint import save_checkpoint
    from tests.support.learning import CARD, classifier

    save_checkpoint(place / "model.pt", classifier().eval(), CARD)


def started(
    arguments: list[str], stdout: int, temporary: Path, more: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a command whose temporary files go into a folder of its own."""
    temporary.mkdir(parents=True, exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-m", "autoal_gui", *arguments],
        env={**os.environ, "TMPDIR": str(temporary), "QT_QPA_PLATFORM": "offscreen",
             **(more or {})},
        stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE, cwd=ROOT,
        start_new_session=True,
    )  # fmt: skip


def ended(process: subprocess.Popen[bytes]) -> tuple[int, str] | None:
    """Return the exit status and what was told once it has ended; None where it does not."""
    try:
        _, told = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return None
    return process.returncode, told.decode(errors="replace")


def left_in(temporary: Path) -> list[str]:
    """Return the temporary folders of the program that are left, once its workers have ended."""
    end = time.monotonic() + 20
    while any(temporary.glob("autoal-gui-*")) and time.monotonic() < end:
        time.sleep(0.1)
    return sorted(path.name for path in temporary.glob("autoal-gui-*"))
