"""What the window calls modes and strategies: the plug-ins' own labels."""

from autoal_gui.core.registry import discover
from autoal_gui.strategies.candidates import is_policy

SEARCHING_MODES = {"auto": "Auto", "paper": "AutoAL (paper)", "vote": "Uniform vote"}
"""Modes that weigh several strategies and are none themselves, and what the window calls them."""
RECOMMENDED = "auto"


def modes() -> tuple[tuple[str, str], ...]:
    """Return (name, label) of every mode to choose: the searches, then each strategy alone."""
    names = (*SEARCHING_MODES, *discover("autoal_gui.strategies"))
    words = {RECOMMENDED: " (recommended)"}
    return tuple((name, mode_label(name) + words.get(name, "")) for name in names)


def _of_itself(name: str, label: str) -> str:
    return label if is_policy(name) else f"{label} alone"


def gives_weights(mode: str) -> bool:
    """Whether a mode weighs several strategies."""
    return mode in SEARCHING_MODES or is_policy(mode)


def mode_label(name: str) -> str:
    """Return what the window calls a mode."""
    module = discover("autoal_gui.strategies").get(name)
    return _of_itself(name, module.LABEL) if module else SEARCHING_MODES.get(name, name)


def strategy_label(name: str) -> str:
    """Return what the window calls a strategy."""
    module = discover("autoal_gui.strategies").get(name)
    return str(module.LABEL) if module else name
