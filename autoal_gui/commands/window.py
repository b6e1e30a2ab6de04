"""The command `window`, which is the default: the program with its window."""

import argparse
from pathlib import Path
from typing import Any


def add_window(commands: Any) -> None:
    """Add the command to the parser's."""
    window = commands.add_parser("window", help="open the window (the default)")
    window.add_argument("project", nargs="?", type=Path, help="a project folder to open")
    window.add_argument("--demo", action="store_true", help="start on the demo set")
    window.set_defaults(handler=open_window)


def open_window(options: argparse.Namespace) -> int:
    """Open the window and return the exit status once it was closed."""
    from autoal_gui.launch.window import run_window

    return run_window(options.project, options.demo)
