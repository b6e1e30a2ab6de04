"""The command `predict`: a trained model applied to images, as a table."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autoal_gui.commands.arguments import (
    DATA,
    add_set_options,
    never,
    show_event,
    show_listed,
)
from autoal_gui.commands.measured_lines import measured_lines
from autoal_gui.commands.medmnist_lines import medmnist_lines, medmnist_name
from autoal_gui.commands.terminal import on_one_line, table_output
from autoal_gui.core.errors import AutoALError
from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.images.source import Listing
from autoal_gui.core.sets.column_results import MeasuredImages, measured_as_plain
from autoal_gui.core.settings import DEVICES
from autoal_gui.core.system.files import write_json
from autoal_gui.core.system.scratch import ScratchFolder
from autoal_gui.exporters.medmnist_results import write_medmnist_results
from autoal_gui.exporters.predictions import save_predictions, write_predictions

if TYPE_CHECKING:
    from autoal_gui.learning.inference.predict import Predictions

UNLABELLED = "none with a label that the model knows"


def add_predict(commands: Any) -> None:
    """Add the command to the parser's."""
    predict = commands.add_parser(
        "predict", help="apply a trained model to images, to CSV, and measure it on known labels"
    )
    predict.add_argument("--model", type=Path, required=True, help="a .pt or .safetensors file")
    predict.add_argument("--device", choices=DEVICES, default="auto")
    predict.add_argument("--out", type=Path, help="CSV to write; standard output by default")
    predict.add_argument(
        "--json", type=Path, metavar="OUT", help="write what was measured on known labels there"
    )
    predict.add_argument(
        "--medmnist", type=Path, metavar="FOLDER",
        help="of a MedMNIST set, write the result files that its evaluator reads there",
    )  # fmt: skip
    predict.add_argument(
        "--likeliest", action="store_true",
        help="give each image its likeliest class, whatever threshold the model carries",
    )  # fmt: skip
    predict.add_argument("--split", choices=("all", "pool", "evaluation"), default="all")
    predict.add_argument("data", help=DATA)
    add_set_options(predict)
    predict.set_defaults(handler=_predict)


def _predict(options: argparse.Namespace) -> int:
    from autoal_gui.learning.inference.predict import Predictions, predict
    from autoal_gui.learning.model.checkpoint import load_model
    from autoal_gui.learning.model.device import use_threads
    from autoal_gui.sources.opening import list_images, open_images, spec_of

    use_threads()
    load_model(options.model)  # refused before a large set is listed
    with ScratchFolder() as workspace:
        spec = spec_of(options.data, options.set_options)
        name = medmnist_name(spec) if options.medmnist else ""
        listing = list_images(spec, workspace, show_listed)
        pool = ImagePool.of_listing(listing, open_images(spec, workspace))
        ids = tuple(sorted(pool.images)) if options.split == "all" else pool.ids(options.split)
        for event in predict(options.model, pool, ids, workspace, options.device, never):
            if isinstance(event, Predictions):
                if options.medmnist:
                    _write_medmnist(options, name, listing, event)
                _report(options, listing, pool, event)
            else:
                show_event(event)
    return 0


def _report(
    options: argparse.Namespace, listing: Listing, pool: ImagePool, found: "Predictions"
) -> None:
    threshold = None if options.likeliest else found.card.decision
    predicted = (listing, found.card.classes, found.image_ids, found.probabilities, threshold)
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
    rows = dict(zip(found.image_ids, found.probabilities, strict=True))
    classes = found.card.classes
    measured = MeasuredImages.of_listing(listing, pool.images, classes, rows, threshold)
    if threshold is not None:
        name = on_one_line(classes[threshold.class_index])
        words = f"given from a probability of {threshold.value:.4f} on, as the model says"
        print(f"autoal-gui: {name} is {words}", file=sys.stderr)
    if not measured.images:
        print(f"{len(found.image_ids)} images, {UNLABELLED}", file=sys.stderr)
    else:
        for line in measured_lines(measured, listing.columns):
            print(on_one_line(line), file=sys.stderr)
    if options.json is not None:
        write_json(options.json, measured_as_plain(measured, listing.columns))


def _write_medmnist(
    options: argparse.Namespace, name: str, listing: Listing, found: "Predictions"
) -> None:
    known = found.card.classes
    if set(listing.classes) - set(known):
        raise AutoALError("The model does not know all classes of the set.")
    images = dict(enumerate(listing.images, start=1))
    keys = {i: image.key for i, image in images.items()}
    truth = {i: image.label for i, image in images.items() if image.label is not None}
    shares = found.probabilities[:, [known.index(one) for one in listing.classes]]
    run = options.model.stem
    parts = (options.medmnist, name, run, keys, truth, found.image_ids, shares)
    for line in medmnist_lines(write_medmnist_results(*parts)):
        print(f"autoal-gui: {line}", file=sys.stderr)
