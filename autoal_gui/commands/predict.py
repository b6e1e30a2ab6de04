"""The command `predict`: a trained model applied to images, as a table."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from autoal_gui.commands.arguments import (
    DATA,
    add_set_options,
    never,
    show_event,
    show_listed,
    understood_spec,
)
from autoal_gui.commands.terminal import on_one_line, table_output
from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.images.source import Listing
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.settings import DEVICES
from autoal_gui.core.system.scratch import ScratchFolder
from autoal_gui.exporters.predictions import save_predictions, write_predictions

if TYPE_CHECKING:
    from autoal_gui.learning.inference.predict import Predictions


def add_predict(commands: Any) -> None:
    """Add the command to the parser's."""
    predict = commands.add_parser("predict", help="apply a trained model to images, to CSV")
    predict.add_argument("--model", type=Path, required=True, help="a .pt or .safetensors file")
    predict.add_argument("--device", choices=DEVICES, default="auto")
    predict.add_argument("--out", type=Path, help="CSV to write; standard output by default")
    predict.add_argument("--split", choices=("all", "pool", "evaluation"), default="all")
    predict.add_argument("data", help=DATA)
    add_set_options(predict)
    predict.set_defaults(handler=_predict)


def _predict(options: argparse.Namespace) -> int:
    from autoal_gui.learning.inference.predict import Predictions, predict
    from autoal_gui.learning.model.device import use_threads
    from autoal_gui.sources.opening import list_images, open_images

    use_threads()
    with ScratchFolder() as workspace:
        spec = understood_spec(options, options.data)
        listing = list_images(spec, workspace, show_listed)
        pool = ImagePool.of_listing(listing, open_images(spec, workspace))
        ids = tuple(sorted(pool.images)) if options.split == "all" else pool.ids(options.split)
        for event in predict(options.model, pool, ids, workspace, options.device, never):
            if isinstance(event, Predictions):
                _report_predictions(options, listing, event)
            else:
                show_event(event)
    return 0


def _report_predictions(
    options: argparse.Namespace, listing: Listing, found: "Predictions"
) -> None:
    predicted = (listing, found.card.classes, found.image_ids, found.probabilities)
    if options.out is None:
        with table_output() as stream:
            write_predictions(stream, *predicted)
    else:
        save_predictions(options.out, *predicted)
    broken = tuple((listing.images[i - 1].key, reason) for i, reason in found.unreadable)
    for key, reason in (*listing.unreadable, *broken):
        print(f"autoal-gui: left out {on_one_line(key)}: {reason}", file=sys.stderr)
    for reason, count in listing.passed_over:
        print(f"autoal-gui: {reason} ({count})", file=sys.stderr)
    print(scores_line(listing, found), file=sys.stderr)


def scores_line(listing: Listing, found: "Predictions") -> str:
    """Return the accuracy over the images whose label is known, as a line of text."""
    places = {name: i for i, name in enumerate(found.card.classes)}
    pairs = [
        (places[listing.classes[image.label]], int(row.argmax()))
        for image_id, row in zip(found.image_ids, found.probabilities, strict=True)
        if (image := listing.images[image_id - 1]).label is not None
        and listing.classes[image.label] in places
    ]
    if not pairs:
        return f"{len(found.image_ids)} images, none with a label that the model knows"
    truth, predicted = np.array(pairs).T
    metrics = Metrics.of(truth, predicted, len(places))
    return (
        f"{metrics.total} labelled images: accuracy {metrics.accuracy:.4f}, "
        f"balanced accuracy {metrics.balanced_accuracy:.4f}"
    )
