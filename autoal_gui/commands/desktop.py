"""The command `install-desktop`: the program in the menu of a Linux desktop."""

import argparse
import sys
from typing import Any

from autoal_gui.core.errors import AutoALError
from autoal_gui.core.language import tr


def add_desktop(commands: Any) -> None:
    """Add the command to the parser's."""
    desktop = commands.add_parser(
        "install-desktop", help="Linux: put the program into your menu, and open projects with it"
    )
    desktop.add_argument("--remove", action="store_true", help="take it out of the menu again")
    desktop.set_defaults(handler=_desktop)


def _desktop(options: argparse.Namespace) -> int:
    from platformdirs import user_data_path

    from autoal_gui.distribution import desktop

    if sys.platform != "linux":
        raise AutoALError(tr("This is for Linux alone."))
    if options.remove:
        desktop.remove(user_data_path())
    else:
        desktop.install(user_data_path(), desktop.this_program())
    return 0
