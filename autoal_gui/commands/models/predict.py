"""The command `predict`: trained models applied to images, as a table, and compared."""

import argparse
import contextlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autoal_gui.commands.arguments import (
    DATA,
    add_set_options,
    never,
    show_event,
    show_listed,
)
from autoal_gui.commands.models.comparison_lines import caution_lines, comparison_lines
from autoal_gui.commands.models.measured_lines import measured_lines
from autoal_gui.commands.models.medmnist_lines import medmnist_lines, medmnist_name
from autoal_gui.commands.models.rounds import chosen_model
from autoal_gui.commands.terminal import on_one_line, table_output
from autoal_gui.core.errors import AutoALError
from autoal_gui.core.images.learned import Learned
from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.images.source import Listing
from autoal_gui.core.images.volumes import about_volumes
from autoal_gui.core.measures.caution import Caution, Rule
from autoal_gui.core.messages import Predict
from autoal_gui.core.project.files.known_files import known_images
from autoal_gui.core.project.project import Project
from autoal_gui.core.sets.column_results import MeasuredImages, measured_as_plain
from autoal_gui.core.sets.comparison import (
    ModelAnswers,
    compared,
    comparison_as_plain,
    differing,
)
from autoal_gui.core.settings import DEVICES
from autoal_gui.core.system.files import write_json
from autoal_gui.core.system.safe_names import FreeNames
from autoal_gui.core.system.scratch import ScratchFolder
from autoal_gui.exporters.medmnist_results import write_medmnist_results
from autoal_gui.exporters.predictions import Own, Predicting, save_predictions, write_predictions

if TYPE_CHECKING:
    from autoal_gui.learning.inference.predict import Predictions

UNLABELLED = "none with a label that the model knows"
NO_MODEL = "Name a model (--model) or a project that has one (--project)."


def add_predict(commands: Any) -> None:
    """Add the command to the parser's."""
    predict = commands.add_parser(
        "predict",
        help="apply trained models to images, to CSV; measure and compare them on known labels",
    )
    predict.add_argument(
        "--model", type=Path, action="append", default=[], dest="models",
        help="a .pt or .safetensors file; give several to compare them with the first",
    )  # fmt: skip
    predict.add_argument(
        "--project", type=Path, metavar="FOLDER",
        help="apply the last model of a project, and say which images are unlike all that it "
        "learned from, and which classes are possible; it comes before any --model",
    )  # fmt: skip
    predict.add_argument(
        "--abstain-below", type=_share, metavar="SHARE",
        help="give no answer where the model is less certain, for example 0.7",
    )  # fmt: skip
    predict.add_argument(
        "--level", type=_level, default=Rule.level, metavar="SHARE",
        help="how often the possible classes are to hold the true one (default %(default)s); "
        "with --project",
    )  # fmt: skip
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
    predict.add_argument(
        "--split", choices=("all", "pool", "evaluation"), default="all",
        help="which part of the set, as its files or folders name it: evaluation, or pool, which "
        "is what is not named so",
    )  # fmt: skip
    predict.add_argument("data", help=DATA)
    add_set_options(predict)
    predict.set_defaults(handler=_predict)


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError("must be from 0 to 1")
    return value


def _level(text: str) -> float:
    value = float(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError("must be above 0 and below 1")
    return value


def _predict(options: argparse.Namespace) -> int:
    from autoal_gui.learning.model.checkpoint import load_model
    from autoal_gui.learning.model.device import use_threads
    from autoal_gui.sources.opening import list_images, open_images, spec_of

    use_threads()
    with _own_model(options.project) as own, ScratchFolder() as workspace:
        files = [*([own[0]] if own else []), *options.models]
        if not files:
            raise AutoALError(NO_MODEL)
        loaded = [load_model(file) for file in files]  # refused before a large set is listed
        spec = spec_of(options.data, options.set_options)
        name = medmnist_name(spec) if options.medmnist else ""
        listing = list_images(spec, workspace, show_listed)
        pool = ImagePool.of_listing(listing, open_images(spec, workspace))
        ids = tuple(sorted(pool.images)) if options.split == "all" else pool.ids(options.split)
        found = []
        for place, (file, one) in enumerate(zip(files, loaded, strict=True)):
            learned = own[1] if own and place == 0 else None
            command = Predict(
                0, pool, ids, str(file), str(workspace), options.device, learned=learned
            )
            found.append(_carried_out(command, one))
        if options.medmnist:
            _write_medmnist(options.medmnist, files[0].stem, name, listing, found[0])
        _report(options, listing, pool, files, found, _own_images(own, spec.location, listing))
    return 0


@contextlib.contextmanager
def _own_model(folder: Path | None) -> Iterator[tuple[Path, Learned, Project] | None]:
    """Give the last model of a project, what it learned from, and the project; or None.

    Raises:
        AutoALError: it cannot be opened, or has no model yet.
    """
    if folder is None:
        yield None
        return
    from autoal_gui.core.project.measured_images import what_it_learned
    from autoal_gui.sources.opening import open_images

    project = Project.open(folder, open_images)
    try:
        model = chosen_model(project)
        yield model.file, what_it_learned(project, model), project
    finally:
        project.close()


def _own_images(own: tuple[Path, Learned, Project] | None, location: str, listing: Listing) -> Own:
    """Return what the project has of the images listed at a place."""
    if own is None:
        return Own()
    file, _, project = own
    return Own.of(project, known_images(project.known, location, listing.images), file)


def _carried_out(command: Predict, loaded: Any) -> "Predictions":
    from autoal_gui.learning.inference.predict import Predictions, predict

    for event in predict(command, never, loaded):
        if isinstance(event, Predictions):
            return event
        show_event(event)
    raise AssertionError("a prediction ends with its result")


def _report(
    options: argparse.Namespace,
    listing: Listing,
    pool: ImagePool,
    files: Sequence[Path],
    found: "Sequence[Predictions]",
    own: Own,
) -> None:
    first, models = found[0], _named(options, files, found)
    classes, threshold = first.card.classes, models[0].threshold
    caution = _caution(options, first, models)
    shares = first.image_ids, first.probabilities
    rest = models[1:], models[0].name
    table = Predicting(listing, classes, *shares, threshold, caution, *rest, own)
    if options.out is None:
        with table_output() as stream:
            write_predictions(stream, table)
    else:
        save_predictions(options.out, table)
    _tell_left_out(listing, first)
    if volumes := about_volumes(pool.reader):
        print(f"autoal-gui: {volumes}", file=sys.stderr)
    measuring = listing.without_labels(own.taught)  # what taught the model says nothing of it
    measured = MeasuredImages.of_listing(
        measuring, pool.images, classes, models[0].rows, threshold, first.card.unseen
    )
    plain = measured_as_plain(measured, listing.columns)
    lines = list(measured_lines(measured, listing.columns)) if measured.images else []
    if caution is not None:
        lines += caution_lines(caution, first, measured, _rule(options, first))
    if threshold is not None:
        name = on_one_line(classes[threshold.class_index])
        words = f"given from a probability of {threshold.value:.4f} on, as the model says"
        print(f"autoal-gui: {name} is {words}", file=sys.stderr)
    if len(models) > 1 and (comparison := compared(measuring, pool.images, models)) is not None:
        lines += comparison_lines(comparison)
        plain |= comparison_as_plain(comparison)
    if not measured.images:
        print(f"{len(first.image_ids)} images, {UNLABELLED}", file=sys.stderr)
    for line in lines:
        print(on_one_line(line), file=sys.stderr)
    if options.json is not None:
        write_json(options.json, plain)


def _named(
    options: argparse.Namespace, files: Sequence[Path], found: "Sequence[Predictions]"
) -> list[ModelAnswers]:
    """Return what each model says, under the name of its file; of the same name with a number."""
    names = FreeNames()
    return [
        ModelAnswers(
            names.take(file.stem),
            one.card.classes,
            dict(zip(one.image_ids, one.probabilities, strict=True)),
            None if options.likeliest else one.card.decision,
            one.card.unseen,
        )
        for file, one in zip(files, found, strict=True)
    ]


def _rule(options: argparse.Namespace, first: "Predictions") -> Rule:
    return Rule(options.abstain_below or 0.0, options.level, first.card.scarce)


def _caution(
    options: argparse.Namespace, first: "Predictions", models: Sequence[ModelAnswers]
) -> Caution | None:
    """Return what to make of the answers, where anybody asked for that."""
    asked = options.abstain_below is not None or options.project is not None
    if not asked and len(models) == 1:
        return None
    rule = _rule(options, first)
    differ = differing(models, first.image_ids) if len(models) > 1 else None
    measure = first.calibration, first.distances
    return Caution.of(first.probabilities, rule, *measure, differ, models[0].threshold)


def _tell_left_out(listing: Listing, found: "Predictions") -> None:
    broken = tuple((listing.images[i - 1].key, reason) for i, reason in found.unreadable)
    for key, reason in (*listing.unreadable, *broken):
        print(f"autoal-gui: left out {on_one_line(key)}: {reason}", file=sys.stderr)
    for reason, count in listing.passed_over:
        print(f"autoal-gui: {reason} ({count})", file=sys.stderr)


def _write_medmnist(
    folder: Path, run: str, name: str, listing: Listing, found: "Predictions"
) -> None:
    known = found.card.classes
    if set(listing.classes) - set(known):
        raise AutoALError("The model does not know all classes of the set.")
    images = dict(enumerate(listing.images, start=1))
    keys = {i: image.key for i, image in images.items()}
    truth = {i: image.label for i, image in images.items() if image.label is not None}
    shares = found.probabilities[:, [known.index(one) for one in listing.classes]]
    parts = (folder, name, run, keys, truth, found.image_ids, shares)
    for line in medmnist_lines(write_medmnist_results(*parts)):
        print(f"autoal-gui: {line}", file=sys.stderr)
