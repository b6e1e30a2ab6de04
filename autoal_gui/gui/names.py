"""What the window calls modes and strategies: the plug-ins' own labels."""

from autoal_gui.core.registry import discover
from autoal_gui.strategies.candidates import is_policy

SEARCHING_MODES = ("paper", "vote")
"""Modes that weigh several strategies and are none themselves."""


def modes() -> tuple[tuple[str, str], ...]:
    """Return (name, label) of every mode: the search, the vote, then each strategy alone."""
    strategies = discover("autoal_gui.strategies")
    return (
        ("paper", "AutoAL (paper)"),
        ("vote", "Uniform vote"),
        *((name, _of_itself(name, module.LABEL)) for name, module in strategies.items()),
    )


def _of_itself(name: str, label: str) -> str:
    return label if is_policy(name) else f"{label} alone"


def gives_weights(mode: str) -> bool:
    """Whether a mode weighs several strategies."""
    return mode in SEARCHING_MODES or is_policy(mode)


def mode_label(name: str) -> str:
    """Return what the window calls a mode."""
    return dict(modes()).get(name, name)


def strategy_label(name: str) -> str:
    """Return what the window calls a strategy."""
    module = discover("autoal_gui.strategies").get(name)
    return str(module.LABEL) if module else name
