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
    "vote": mark("All strategies count the same."),
    "random": mark("Images drawn at random: any other strategy must do better than this."),
}
STRATEGY_NOTES = {
    "entropy": mark("images on which the model is undecided between all classes"),
    "margin": mark("images where its two likeliest classes are nearly as likely"),
    "least_confidence": mark("images whose likeliest class is still unlikely"),
    "kmeans": mark("images that together represent the whole pool"),
    "bald": mark("images on which versions of the model disagree"),
    "variation_ratio": mark("images that versions of the model put into different classes"),
    "mean_std": mark("images whose probabilities vary between versions of the model"),
    "random": mark("any image, at random"),
    "badge": mark("unsure images that differ from each other"),
    "coreset": mark("images far from all that have a label"),
    "lpl": mark("images on which a second model expects large errors"),
    "vaal": mark("images unlike those that have a label"),
    "ensvarr": mark("images on which several models disagree"),
    "ddu": mark("images in places where there are few labels"),
    "typiclust": mark("typical images of groups without a label"),
    "probcover": mark("images with many similar ones that have no label"),
    "uherding": mark("images that resemble many unsure ones without a label"),
    "maxherding": mark("images that resemble as much of the pool as possible"),
    "refine": mark("varied images among those that several strategies propose again and again"),
    "dropquery": mark("varied images that versions of the model put into different classes"),
    "falcun": mark("unsure images whose likeliest classes differ"),
    "tcm": mark("typical images at first, unsure ones once there are some labels"),
    "bait": mark("images that together would settle the model best for the whole pool"),
    "albl": mark("what the strategies propose that did well before"),
    "tailor": mark("what the strategies propose that found rare classes before"),
}
"""What each query strategy looks for."""
HESITATES = mark("the model hesitates between classes")
DISAGREE = mark("versions of the model disagree")
UNLIKE = mark("unlike anything you have labelled")
STANDS_FOR = mark("like many images without a label")
TELLS = mark("its class tells much about your other images")
VARIED = mark("the model is unsure, and the batch is to be varied")
REASONS = {
    **dict.fromkeys(("entropy", "margin", "least_confidence"), HESITATES),
    **dict.fromkeys(("bald", "variation_ratio", "mean_std", "ensvarr", "refine"), DISAGREE),
    **dict.fromkeys(("coreset", "vaal", "ddu"), UNLIKE),
    **dict.fromkeys(("kmeans", "typiclust", "probcover", "maxherding", "bait"), STANDS_FOR),
    **dict.fromkeys(("badge", "dropquery", "falcun", "uherding", "tcm"), VARIED),
    "lpl": mark("a second model expects an error"),
    "random": mark("drawn by chance"),
}
"""Why a strategy asks for an image, as the end of a sentence; others say what they look for."""


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
    return tr("Looks for {what} ({source}).", what=strategy_note(name), source=source)


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


def strategy_reason(name: str, mode: str = "", between: tuple[str, str] | None = None) -> str:
    """Say why a strategy asks for an image, as the end of a sentence.

    Args:
        name: of the strategy.
        mode: of asking; what "auto" asks for tells most about the rest.
        between: the classes that the model found likeliest, where the reader may know them.
    """
    if between is not None and REASONS.get(name) == HESITATES:
        first, second = between
        return tr("the model hesitates between {first} and {second}", first=first, second=second)
    if mode == "auto" and name == "kmeans":
        return tr(TELLS)
    if name in REASONS:
        return tr(REASONS[name])
    return tr("chosen by {strategy}", strategy=strategy_label(name))


def sentence_case(words: str) -> str:
    """Return words as they begin a line."""
    return words[:1].upper() + words[1:]


def strategy_note(name: str) -> str:
    """Say what a strategy looks for; its source, where that is all that is known."""
    if name in STRATEGY_NOTES:
        return tr(STRATEGY_NOTES[name])
    return str(getattr(discover("autoal_gui.strategies").get(name), "SOURCE", ""))
