"""What the window calls modes and strategies: the plug-ins' own labels."""

from autoal_gui.core.registry import discover

SEARCHING_MODES = ("paper", "vote")
"""Modes that weigh several strategies."""


def modes() -> tuple[tuple[str, str], ...]:
    """Return (name, label) of every mode: the search, the vote, then each strategy alone."""
    strategies = discover("autoal_gui.strategies")
    return (
        ("paper", "AutoAL (paper)"),
        ("vote", "Uniform vote"),
        *((name, f"{module.LABEL} alone") for name, module in strategies.items()),
    )


def mode_label(name: str) -> str:
    """Return what the window calls a mode."""
    return dict(modes()).get(name, name)


def strategy_label(name: str) -> str:
    """Return what the window calls a strategy."""
    module = discover("autoal_gui.strategies").get(name)
    return str(module.LABEL) if module else name
