"""What becomes of an image before a network sees it, as numbers and words for other programs.

The file `preprocessing.json` is for programs and those who write them, so that it is English alone.
Its steps stand in two lists: what is to be done before the model, and what the file of the model
does by itself, which must not be done twice.
"""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import autoal_gui
from autoal_gui.core.images.pixels import HIGH_PERCENTILE, LOW_PERCENTILE, LUMA
from autoal_gui.core.images.volumes import SLICES

FORMAT = "autoal-gui preprocessing 1"
DONE_INSIDE = ("input_size", "channels", "mean", "deviation")
"""Fields of a model's card by which whoever reads them would prepare an image a second time."""
SLICE = "(27 * depth + 2 * (i - 4) * max(27, 2 * depth)) // 54"
EXACT = "autoal-gui inspect IMAGE --render OUT.png"

IMAGES: dict[str, Any] = {
    "name": "image",
    "type": "uint8",
    "shape": ["batch", "height", "width", 3],
    "values": "0 to 255, red, green, blue; a grey image three times the same; any size, all "
    "images of a batch alike; not scaled, not normalised",
}
"""What a file takes that prepares images itself."""

DECODE: tuple[dict[str, Any], ...] = (
    {
        "step": "decode",
        "what": "The picture upright by its EXIF orientation; grey, or red, green and blue. "
        "Palettes, CMYK and YCbCr become RGB. What is transparent becomes black",
        "volumes": "An .npz file of volumes (volumes, depth, height, width): slices of each, side "
        "by side in reading order, three in a row, are its image",
        "shown_slices": {"i": f"0 to {SLICES - 1}", "slice": SLICE},
        "of_few_slices": f"Of {SLICES} slices and fewer all, in ceil(sqrt(slices)) columns; black "
        "where there is none left",
    },
    {
        "step": "grey values of DICOM",
        "what": "Modality LUT, or rescale slope and intercept; then the VOI LUT or the window of "
        "the file: linear windows as DICOM PS3.3 C.11.2.1.2 says, with black at "
        "centre - 0.5 - (width - 1) / 2 and white at that + width - 1. MONOCHROME1 is turned over. "
        "Padding is black and does not count in percentiles",
    },
    {
        "step": "square pixels",
        "when": "DICOM and NIfTI whose pixels are not as high as wide",
        "tolerance": 0.01,
        "largest_ratio": 16,
        "what": "Linear interpolation along the coarser side, so that pixels become square; "
        "pixel centres at (i + 0.5) * old / new - 0.5; rounded to whole numbers",
    },
    {
        "step": "8 bits",
        "when": "a window is known, or values have 16 bits; 8 bits without a window stay",
        "low_percentile": LOW_PERCENTILE,
        "high_percentile": HIGH_PERCENTILE,
        "what": "low and high are the window's ends, else the percentiles of this image's own "
        "values: the smallest value that has at least that share at or below it; where the two "
        "are equal, the minimum and maximum",
        "formula": "floor(((clip(v, low, high) - low) * 510 + (high - low)) / (2 * (high - low)))",
    },
)


def preprocessing(card: Mapping[str, Any], exporter: ModuleType, file: str) -> dict[str, Any]:
    """Return the whole of `preprocessing.json`.

    Args:
        card: of the model.
        exporter: of its format.
        file: name of the file of the model.
    """
    network = _to_network(card, full=not exporter.PREPARES)
    before = list(DECODE) if exporter.PREPARES else [*DECODE, *network]
    after: list[dict[str, Any]] = [
        {"step": "softmax", "what": "Outputs become probabilities that sum to 1"}
    ]
    decision = [_decision(card)]
    return {
        "format": FORMAT,
        "program": f"autoal-gui {autoal_gui.__version__}",
        "model": file,
        "classes": list(card["classes"]),
        "input": _input(card, exporter),
        "before_the_model": before,
        "inside_the_model": [*network, *after] if exporter.PREPARES else [],
        "after_the_model": decision if exporter.PREPARES else [*after, *decision],
        "done_by_whole_network": [] if exporter.PREPARES else [one["step"] for one in network],
        "steps_1_to_4_exactly": EXACT,
    }


def _decision(card: Mapping[str, Any]) -> dict[str, Any]:
    """Return how probabilities become a class."""
    threshold = card.get("threshold")
    if not threshold:
        return {
            "step": "decide",
            "what": "An image is given the class with the highest probability",
        }
    class_index, value = threshold
    return {
        "step": "decide",
        "class": card["classes"][class_index],
        "from_probability": value,
        "what": "An image is given this class where its probability is at least so high, else "
        "whichever of the others has the highest",
    }


def card_beside_images(card: Mapping[str, Any]) -> dict[str, Any]:
    """Return a model's card without what its file does by itself, and with what it takes."""
    kept = {name: value for name, value in card.items() if name not in DONE_INSIDE}
    return {**kept, "input": dict(IMAGES)}


def _input(card: Mapping[str, Any], exporter: ModuleType) -> dict[str, Any]:
    if exporter.PREPARES:
        return dict(IMAGES)
    side = card["input_size"]
    return {"type": "float32", "shape": ["batch", card["channels"], side, side]}


def _to_network(card: Mapping[str, Any], full: bool) -> list[dict[str, Any]]:
    """Return the steps from 8 bits to a network's input; `full` with the numbers of all."""
    channels, side = card["channels"], card["input_size"]
    grey = "Colour becomes grey: floor((r * w0 + g * w1 + b * w2 + 32768) / 65536)"
    colour = "Grey is repeated in red, green and blue"
    normalise = {"step": "normalise", "what": "Minus the mean, by the deviation, of each channel"}
    numbers = {"mean": list(card["mean"]), "deviation": list(card["deviation"])}
    return [
        {"step": "channels", "channels": channels, "what": grey, "weights": LUMA.tolist()}
        if channels == 1
        else {"step": "channels", "channels": channels, "what": colour},
        {
            "step": "resize",
            "height": side,
            "width": side,
            "what": "Both sides apart, proportions are not kept: Pillow's BILINEAR (a triangle, "
            "with antialiasing), across first, then down, whole numbers after each",
        },
        {"step": "scale", "divide_by": 255},
        {**normalise, **numbers} if full else normalise,
    ]
