"""What the window calls modes and strategies: the plug-ins' own labels, and a sentence for each."""

from autoal_gui.core.language import mark, tr
from autoal_gui.core.registry import discover, label_of
from autoal_gui.strategies.candidates import is_policy

SEARCHING_MODES = {
    "auto": mark("Auto"),
    "paper": mark("AutoAL (paper)"),
    "vote": mark("Uniform vote"),
}
"""Modes that weigh several strategies and are none themselves, and what the window calls them."""
RECOMMENDED = "auto"
MODE_NOTES = {
    "auto": mark(
        "Spreads each batch over your images, and trusts a query strategy only as far as your "
        "labels show that it helps."
    ),
    "paper": mark(
        "The published method: networks learn in every round which strategies to trust for which "
        "image. Slower, and without learning from all images first."
    ),
    "vote": mark("Every strategy counts the same."),
    "random": mark("Images by chance: what any other way of asking must beat."),
}


def modes() -> tuple[tuple[str, str], ...]:
    """Return (name, label) of every mode to choose: the searches, then each strategy alone."""
    names = (*SEARCHING_MODES, *discover("autoal_gui.strategies"))
    words = {RECOMMENDED: tr("{mode} (recommended)", mode=mode_label(RECOMMENDED))}
    return tuple((name, words.get(name, mode_label(name))) for name in names)


def mode_note(name: str) -> str:
    """Say in plain words how a mode asks."""
    if name in MODE_NOTES:
        return tr(MODE_NOTES[name])
    source = getattr(discover("autoal_gui.strategies").get(name), "SOURCE", "")
    if is_policy(name):
        return tr("Learns from round to round which strategies to trust ({source}).", source=source)
    return tr("Asks by this one query strategy ({source}).", source=source)


def _of_itself(name: str, label: str) -> str:
    if is_policy(name):
        return label
    return tr("Random images") if name == "random" else tr("{strategy} alone", strategy=label)


def gives_weights(mode: str) -> bool:
    """Whether a mode weighs several strategies."""
    return mode in SEARCHING_MODES or is_policy(mode)


def mode_label(name: str) -> str:
    """Return what the window calls a mode."""
    module = discover("autoal_gui.strategies").get(name)
    if module:
        return _of_itself(name, strategy_label(name))
    return tr(SEARCHING_MODES.get(name, name))


def strategy_label(name: str) -> str:
    """Return what the window calls a strategy."""
    return label_of("autoal_gui.strategies", name)
