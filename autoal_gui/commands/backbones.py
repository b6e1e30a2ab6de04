"""The command `backbones`: what each network is, where its weights are from, and their licence."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autoal_gui.backbones.weight_files import (
    blocks_of,
    is_there,
    keep_weights,
    users_folder,
    weights_file,
)
from autoal_gui.commands.arguments import show_listed
from autoal_gui.core.errors import AutoALError
from autoal_gui.core.registry import discover
from autoal_gui.core.system.foreign_files import sha256_of
from autoal_gui.core.trained_model import LARGEST_MODEL

EPILOG = "Use one with --set backbone=NAME, or in the settings of a project."


def add_backbones(commands: Any) -> None:
    """Add the command to the parser's."""
    backbones = commands.add_parser(
        "backbones",
        help="list the networks: what each is, from where, its licence",
        epilog=EPILOG,
    )
    fetched = [name for name, one in _with_weights() if one.WEIGHTS.url]
    which = backbones.add_mutually_exclusive_group()
    which.add_argument(
        "--get", choices=fetched, metavar="NAME", help="fetch its weights: " + ", ".join(fetched)
    )
    which.add_argument("--add", type=Path, metavar="FILE", help="keep a file with its weights")
    backbones.set_defaults(handler=_backbones)


def _backbones(options: argparse.Namespace) -> int:
    if options.get:
        print(_fetched(discover("autoal_gui.backbones")[options.get]))
    elif options.add:
        print(_added(options.add))
    else:
        print("\n\n".join(told(one) for one in discover("autoal_gui.backbones").values()))
        print(f"\n{EPILOG}")
    return 0


def _with_weights() -> Iterator[tuple[str, Any]]:
    found = discover("autoal_gui.backbones")
    return ((name, backbone) for name, backbone in found.items() if backbone.WEIGHTS)


def _fetched(backbone: Any) -> str:
    from autoal_gui.sources.downloads.network import fetch

    weights, folder = backbone.WEIGHTS, users_folder()
    if is_there(weights):
        return f"The weights of {backbone.LABEL} are here already."
    keep_weights(weights, fetch(weights.url, folder, show_listed))
    return f"The weights of {backbone.LABEL} are here now, under the licence {weights.licence}."


def _added(file: Path) -> str:
    """Keep a file in the user's folder; which one it is, its sum tells.

    Raises:
        AutoALError: it cannot be read, or is none that is known.
    """
    try:
        digest = sha256_of(file, LARGEST_MODEL)
    except OSError as error:
        raise AutoALError("That file cannot be read.") from error
    for _, backbone in _with_weights():
        weights = backbone.WEIGHTS
        if digest.startswith(weights.sha256) and not weights.package:
            keep_weights(weights, blocks_of(file, show_listed))
            return f"These are the weights of {backbone.LABEL}; they are here now."
    raise AutoALError("That file has the weights of no network that is known here.")


def told(backbone: Any) -> str:
    """Return what a backbone is, a line a fact."""
    lines = [backbone.NAME, f"  {backbone.LABEL}: {backbone.SHORT}", f"  {backbone.ABOUT}"]
    weights = backbone.WEIGHTS
    if weights is None:
        lines.append("  weights: none; it starts from chance")
    else:
        lines += [
            f"  weights: {weights.size / 1e6:.0f} MB, licence {weights.licence}, "
            f"{'here' if is_there(weights) else 'not on this computer'}",
            f"  from: {f'the package {weights.package}' if weights.package else weights.url}",
            f"  file: {weights_file(weights)}",
            f"  SHA-256: {weights.sha256}",
        ]
    return "\n".join([*lines, f"  {backbone.CITATION}"])
