"""The command `backbones`: what each network is, where its weights are from, and their licence."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autoal_gui.backbones.weight_files import (
    UNKNOWN,
    is_there,
    keep_brought,
    keep_weights,
    kept,
    look_at,
    missing_package,
    users_folder,
)
from autoal_gui.commands.arguments import show_listed
from autoal_gui.core.errors import AutoALError
from autoal_gui.core.registry import discover

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
    which.add_argument(
        "--add", type=Path, metavar="FILE", help="keep a file with weights, .pth or .safetensors"
    )
    backbones.add_argument(
        "--unknown", action="store_true", help="also where its SHA-256 is not a known one"
    )
    backbones.set_defaults(handler=_backbones)


def _backbones(options: argparse.Namespace) -> int:
    if options.get:
        print(_fetched(discover("autoal_gui.backbones")[options.get]))
    elif options.add:
        print(_added(options.add, options.unknown))
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
    if is_there(weights) and not kept(weights).is_own:
        return f"The weights of {backbone.LABEL} are here already."
    keep_weights(weights, fetch(weights.url, folder, show_listed))
    return f"The weights of {backbone.LABEL} are here now, under the licence {weights.licence}."


def _added(file: Path, unknown: bool) -> str:
    """Keep a file in the user's folder; which network it is for, its tensors tell.

    Args:
        file: that the user names.
        unknown: whether it may be another one than the published one.

    Raises:
        AutoALError: it cannot be read, fits no network, or is not known.
    """
    networks = [one for _, one in _with_weights() if not one.WEIGHTS.package]
    brought = look_at(networks, file, show_listed)
    label = brought.backbone.LABEL
    if not (brought.is_published or unknown):
        told = UNKNOWN.format(label=label, sha256=brought.sha256)
        raise AutoALError(f"{told} Add --unknown to keep it.")
    keep_brought(brought, show_listed)
    known = "" if brought.is_published else ", of which neither source nor licence is known"
    return f"These are weights of {label}{known}; they are here now."


def told(backbone: Any) -> str:
    """Return what a backbone is, a line a fact."""
    lines = [backbone.NAME, f"  {backbone.LABEL}: {backbone.SHORT}", f"  {backbone.ABOUT}"]
    weights = backbone.WEIGHTS
    if weights is None:
        lines.append("  weights: none; it starts from chance")
    else:
        there = kept(weights)
        lines += [
            f"  weights: {weights.size / 1e6:.0f} MB, licence {weights.licence}, "
            f"{'here' if is_there(weights) else 'not on this computer'}",
            f"  from: {f'the package {weights.package}' if weights.package else weights.url}",
            f"  SHA-256: {weights.sha256}",
            f"  file: {there.file}",
        ]
        if there.is_own:
            lines.append(f"  in their place: a file of yours, SHA-256 {there.sha256}")
    if lacking := missing_package(backbone):
        lines.append(f"  {lacking}")
    return "\n".join([*lines, f"  {backbone.CITATION}"])
