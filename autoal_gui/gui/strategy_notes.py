"""What each query strategy looks for, in plain words; of a plug-in without any, its source."""

from autoal_gui.core.language import mark, tr
from autoal_gui.core.registry import discover

NOTES = {
    "entropy": mark("images where the model wavers between all classes"),
    "margin": mark("images where its two likeliest classes are nearly as likely"),
    "least_confidence": mark("images whose likeliest class is still unlikely"),
    "kmeans": mark("images that together stand for the whole pool"),
    "bald": mark("images on which versions of the model disagree"),
    "variation_ratio": mark("images that versions of the model put into different classes"),
    "mean_std": mark("images whose probabilities vary between versions of the model"),
    "random": mark("any image, by chance"),
    "badge": mark("unsure images that differ from each other"),
    "coreset": mark("images far from all that have a label"),
    "lpl": mark("images on which a second model expects large errors"),
    "vaal": mark("images unlike those that have a label"),
    "ensvarr": mark("images on which several models disagree"),
    "ddu": mark("images in places where there are few labels"),
    "typiclust": mark("typical images of groups without a label"),
    "probcover": mark("images with many near ones that have no label"),
    "albl": mark("what the strategies propose that did well before"),
    "tailor": mark("what the strategies propose that found rare classes before"),
}


def strategy_note(name: str) -> str:
    """Say what a strategy looks for; its source, where that is all that is known."""
    if name in NOTES:
        return tr(NOTES[name])
    return str(getattr(discover("autoal_gui.strategies").get(name), "SOURCE", ""))
