"""No module binds, connects or looks up anything when it is imported; nor does a source."""

import subprocess
import sys

from tests.support.paths import ROOT

IMPORTER = """
import importlib, pkgutil, sys, traceback
from pathlib import Path
used = []
def watch(event, values):
    if event in ("socket.bind", "socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
        used.append(event)
        traceback.print_stack()
sys.addaudithook(watch)
import autoal_gui
for module in pkgutil.walk_packages(autoal_gui.__path__, "autoal_gui."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
from autoal_gui.core.registry import discover
from autoal_gui.selftest.selftest import check_source
for name in discover("autoal_gui.sources"):
    check_source(Path(sys.argv[1]), name)
import onnx, onnxscript, torch.export, torch.onnx
assert "urllib3" not in sys.modules
assert used == [], used
"""


def test_nothing_that_is_imported_touches_a_socket(tmp_path):
    """In a fresh process, where nothing has been imported yet."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORTER, str(tmp_path)],
        capture_output=True, text=True, timeout=280, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
