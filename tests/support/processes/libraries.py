"""Loads what takes seconds to load; for the server of `tests.support.processes.child`."""

import importlib

from autoal_gui.learning.sklearn_import import load_sklearn

load_sklearn()
for name in (
    "PySide6.QtWidgets",
    "pytest",
    "autoal_gui.cli",
    "autoal_gui.evaluation.command",
    "autoal_gui.learning.backend",
    "autoal_gui.learning.inference.export",
    "autoal_gui.learning.replay",
    "tests.support.project",
):
    importlib.import_module(name)
