"""What each arm of the program must not pull in, seen in a fresh process."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from tests.support.paths import ROOT

IMPORT_ALL = """
import importlib, json, pkgutil, sys
for name in sys.argv[1:]:
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(getattr(package, "__path__", []), name + "."):
        importlib.import_module(module.name)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def loaded_by(*packages):
    """Top-level names in `sys.modules` after every module of these packages is imported."""
    finished = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", IMPORT_ALL, *packages],
        capture_output=True, text=True, check=False, cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    return set(json.loads(finished.stdout.splitlines()[-1]))


def test_learning_loads_torch_and_never_qt():
    loaded = loaded_by("autoal_gui.learning")
    assert "torch" in loaded
    assert not loaded & {"PySide6", "shiboken6", "pyqtgraph"}


@pytest.mark.parametrize("packages", [
    ("autoal_gui.core", "autoal_gui.strategies", "autoal_gui.sources", "autoal_gui.exporters"),
    ("autoal_gui.engine", "autoal_gui.gui"),
    ("autoal_gui.__main__", "autoal_gui.cli"),
], ids=["core", "gui", "cli"])  # fmt: skip
def test_nothing_but_learning_loads_torch(packages):
    loaded = loaded_by(*packages)
    assert "autoal_gui" in loaded
    assert not loaded & {"torch", "torchvision", "sklearn", "medmnist", "pandas"}
    assert ("PySide6" in loaded) == ("autoal_gui.gui" in packages)


def test_a_round_loads_scikit_learn_without_pandas(tmp_path):
    images = np.random.default_rng(0).integers(0, 255, (60, 16, 16), dtype=np.uint8)
    labels = (np.arange(60) % 2)[:, None].astype(np.uint8)
    np.savez(
        tmp_path / "few.npz", train_images=images[:40], train_labels=labels[:40],
        test_images=images[40:], test_labels=labels[40:],
    )  # fmt: skip
    code = (
        "import sys\n"
        "from autoal_gui.cli import run\n"
        "words = 'simulate --mode kmeans --rounds 1 --set task_steps=1 --set warm_start=false'\n"
        "assert run([*words.split(), '--data', sys.argv[1]]) == 0\n"
        "print('sklearn' in sys.modules, 'pandas' in sys.modules)\n"
        "import pandas  # who wants it still has it\n"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "few.npz"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.splitlines()[-1] == "True False"
