"""The whole program on real images: the loop without a display, and the self-test."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from autoal_gui.core.project.project import Project
from autoal_gui.learning.backend import TorchBackend
from autoal_gui.learning.replay import Replay, ReplaySet
from autoal_gui.selftest.selftest import TINY
from autoal_gui.sources.opening import list_images, open_images, spec_of
from tests.support.long_form import long_case
from tests.support.paths import SHARED_DATA
from tests.support.processes.child import run_child

needs_data = pytest.mark.skipif(
    not SHARED_DATA.is_dir(), reason="the folder with real images is absent"
)


@needs_data
@pytest.mark.slow
@pytest.mark.parametrize(
    ("steps", "least"),
    [pytest.param(20, 0.55, marks=pytest.mark.small_network), long_case(60, 0.6)],
)
def test_paper_mode_learns_on_real_x_rays(tmp_path: Path, steps: int, least: float) -> None:
    """Two short rounds on PneumoniaMNIST end above chance, with weights that moved.

    On a sixth of its images: most of the time goes into scoring those that nobody asks for.
    """
    spec = spec_of(str(SHARED_DATA / "medmnist" / "pneumoniamnist.npz"))
    listing = list_images(spec, tmp_path, lambda done, total: None)
    listing = replace(listing, images=listing.images[::6])
    data = ReplaySet.of(listing, open_images(spec, tmp_path), seed=0)
    settings = TINY.but(
        input_size=28, train_batch=32, task_steps=steps, fit_steps=10, search_steps=8, batch_size=20
    )
    replay = Replay(data, settings, initial=60, folder=tmp_path)
    results = list(replay.run(TorchBackend(1), 2, lambda: False, lambda event: None))
    assert [result.labels for result in results] == [60, 80]
    assert all(result.metrics is not None for result in results)
    assert max(r.metrics.balanced_accuracy for r in results if r.metrics) > least
    assert results[0].weights != results[1].weights


@needs_data
@pytest.mark.slow
@pytest.mark.small_network
def test_cells_are_labelled_in_folders_whose_names_are_the_hidden_truth(tmp_path: Path) -> None:
    spec = spec_of(str(SHARED_DATA / "wbc"))
    listing = list_images(spec, tmp_path, lambda done, total: None)
    data = ReplaySet.of(listing, open_images(spec, tmp_path), seed=0)
    replay = Replay(data, TINY.but(batch_size=10), initial=10, folder=tmp_path)
    results = list(replay.run(TorchBackend(1), 3, lambda: False, lambda event: None))
    assert [result.labels for result in results] == [10, 20, 30]
    asked = [query.image_id for result in results for query in result.queries]
    assert len(asked) == len(set(asked)) == 30


def play_without_display(tmp_path: Path, settings: str) -> str:
    """Play two rounds of the demo under settings given as code, and return what is printed."""
    without = {name: None for name in os.environ if "DISPLAY" in name or "QPA" in name}
    code = (
        "import sys\n"
        "from autoal_gui.launch import headless\n"
        "from autoal_gui.core import settings\n"
        "from autoal_gui.selftest.selftest import SMALL_DEMO, TINY\n"
        f"settings.PRESETS['cpu'] = {settings}\n"
        "sys.exit(headless.play_demo(2, demo=SMALL_DEMO))"
    )
    done = run_child(["-c", code], without, tmp_path)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.small_network
def test_without_a_display_the_demo_plays_and_leaves_a_picture(tmp_path: Path) -> None:
    printed = play_without_display(tmp_path, "TINY.but(mode='paper')")
    assert "No display was found" in printed
    assert re.search(r"round 1  labels 0  no model yet", printed)
    assert re.search(r"round 2  labels 8  accuracy 0\.\d+", printed)
    picture = tmp_path / "autoal-gui-window.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size > 20_000


@pytest.mark.slow
@pytest.mark.small_network
def test_the_demo_learns_from_its_images_before_the_first_round(tmp_path: Path) -> None:
    tiny = "TINY.in_mode('margin').but(warm_seconds=2.0, warm_batch=16, batch_size=12)"
    printed = play_without_display(tmp_path, tiny)
    assert re.search(r"warm start  images 120  epochs \d+\.\d  \d+ s", printed)
    assert "round 1  labels 0  no model yet" in printed
    assert re.search(r"round 2  labels 12  accuracy 0\.\d+", printed)
    assert re.search(r"round 3  labels 24  accuracy 0\.\d+", printed)


WITHOUT = """
import sys
from autoal_gui.cli import run
from autoal_gui.selftest import selftest
every, left_out = selftest.checks, tuple(sys.argv[1:])
selftest.checks = lambda *given: (one for one in every(*given) if not one[0].startswith(left_out))
sys.exit(run(["--self-test"]))
"""
DEAR = ("backbone", "exporter onnx", "exporter pt2")


@pytest.mark.slow
@pytest.mark.small_network
def test_the_self_test_passes_without_what_takes_longest(tmp_path: Path) -> None:
    done = run_child(["-c", WITHOUT, *DEAR], {"QT_QPA_PLATFORM": "offscreen"}, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip().endswith("self-test passed")
    for kind in ("source dicom", "round", "warm start", "exporter safetensors", "window"):
        assert f"ok      {kind}: " in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.long
def test_the_self_test_passes_and_writes_nothing_where_it_runs(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "autoal_gui", "--self-test"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip().endswith("self-test passed")
    assert "FAILED" not in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_project_of_the_demo_can_be_exported_from_the_command_line(tmp_path: Path) -> None:
    from autoal_gui.cli import run
    from autoal_gui.core.images.source import SourceSpec
    from autoal_gui.core.project.plan import ProjectPlan

    spec = SourceSpec("demo", options=(("images", "30"), ("evaluation", "10"), ("size", "32")))
    folder = tmp_path / "project"
    listing = list_images(spec, tmp_path, lambda done, total: None)
    plan = ProjectPlan("demo", spec, listing.classes, TINY)
    project = Project.create(folder, plan, listing, open_images)
    first = project.batches.ranking[0]
    project.labels.answer(first, "label", 2)
    project.close()
    target = tmp_path / "labels.csv"
    assert run(["export", str(folder), "--format", "csv", "--out", str(target)]) == 0
    lines = target.read_text().splitlines()
    assert len(lines) == 2
    assert lines[1].endswith(f",{first}")
    assert listing.classes[2] in lines[1]
