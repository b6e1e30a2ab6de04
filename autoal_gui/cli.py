"""The command line: everything the window does with data and models, without a window."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

import autoal_gui
from autoal_gui.benchmark.command import add_benchmark
from autoal_gui.commands.checks import add_checks
from autoal_gui.core.errors import AutoALError
from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.images.source import Listing
from autoal_gui.core.language import tr
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.messages import Event, Notice, Progress
from autoal_gui.core.registry import discover
from autoal_gui.core.settings import DEVICES, PRESETS, RunSettings, fitted_to, with_fixed_epochs
from autoal_gui.core.system.files import write_json
from autoal_gui.evaluation.command import add_evaluate
from autoal_gui.exporters.predictions import save_predictions, write_predictions

if TYPE_CHECKING:
    from autoal_gui.core.project.export_snapshot import Choices
    from autoal_gui.learning.inference.predict import Predictions

Handler = Callable[[argparse.Namespace], int]
DATA = (
    "an .npz file, a folder of images or of DICOM files, a DICOM file, a MedMNIST name such as "
    "pneumoniamnist or pneumoniamnist:64, demo, or synthetic"
)


def run(arguments: Sequence[str]) -> int:
    """Parse the command line, carry it out, and return the exit status.

    0: done; 1: it could not be done, with one sentence on standard error; 2: wrong usage;
    130: interrupted.
    """
    options = build_parser().parse_args(arguments)
    handler: Handler = options.handler
    try:
        return handler(options)
    except AutoALError as error:
        print(f"autoal-gui: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("autoal-gui: interrupted", file=sys.stderr)
        return 130


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of every command."""
    parser = argparse.ArgumentParser(
        prog="autoal-gui",
        description="Label the images that matter, train the classifier, take it away.",
    )
    parser.add_argument("--version", action="version", version=autoal_gui.__version__)
    parser.add_argument(
        "--self-test", dest="handler", action="store_const", const=_self_test, default=_window,
        help="check that every part of the installed program works, and exit",
    )  # fmt: skip
    parser.set_defaults(project=None, demo=False)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_window(commands)
    _add_simulate(commands)
    _add_predict(commands)
    _add_export(commands)
    _add_recover(commands)
    _add_desktop(commands)
    add_evaluate(commands, _count, _labels)
    add_checks(commands)
    add_benchmark(commands)
    return parser


def _add_window(commands: Any) -> None:
    window = commands.add_parser("window", help="open the window (the default)")
    window.add_argument("project", nargs="?", type=Path, help="a project folder to open")
    window.add_argument("--demo", action="store_true", help="start on the demo set")
    window.set_defaults(handler=_window)


def _add_simulate(commands: Any) -> None:
    simulate = commands.add_parser("simulate", help="replay a set with known labels as the reader")
    simulate.add_argument("--data", required=True, help=f"a set with known labels: {DATA}")
    strategies = ", ".join(discover("autoal_gui.strategies"))
    simulate.add_argument("--mode", default="auto", help=f"auto, paper, vote, {strategies}")
    simulate.add_argument("--rounds", type=_count, default=5, help="rounds to run")
    simulate.add_argument("--batch", type=_count, default=20, help="images asked for in a round")
    simulate.add_argument(
        "--initial", type=_labels, default=20, help="labels drawn at random first"
    )
    simulate.add_argument("--seed", type=int, default=0)
    simulate.add_argument("--preset", choices=sorted(PRESETS), default="cpu")
    simulate.add_argument("--device", choices=DEVICES, default="auto")
    simulate.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", dest="changes",
        help="change one hyper-parameter; may be given several times",
    )  # fmt: skip
    simulate.add_argument("--json", type=Path, metavar="OUT", help="write the result there")
    simulate.add_argument("--save-model", type=Path, metavar="FILE", help="keep the last model")
    simulate.set_defaults(handler=_simulate)


def _add_predict(commands: Any) -> None:
    predict = commands.add_parser("predict", help="apply a trained model to images, to CSV")
    predict.add_argument("--model", type=Path, required=True, help="a .pt or .safetensors file")
    predict.add_argument("--device", choices=DEVICES, default="auto")
    predict.add_argument("--out", type=Path, help="CSV to write; standard output by default")
    predict.add_argument("--split", choices=("all", "pool", "evaluation"), default="all")
    predict.add_argument("data", help=DATA)
    predict.set_defaults(handler=_predict)


def _add_export(commands: Any) -> None:
    export = commands.add_parser("export", help="write a project's labels or its last model")
    export.add_argument("project", type=Path, help="a project folder")
    names = sorted(discover("autoal_gui.exporters"))
    export.add_argument("--format", choices=names, required=True)
    export.add_argument("--out", type=Path, required=True, help="a new file or folder")
    export.add_argument(
        "--de-identified", action="store_true", help="numbers in the place of names of any kind"
    )
    export.add_argument("--unlabelled", action="store_true", help="images without an answer, too")
    export.add_argument(
        "--side", type=_count, default=0, help="scale images to so many pixels a side"
    )
    export.set_defaults(handler=_export)


def _add_recover(commands: Any) -> None:
    recover = commands.add_parser(
        "recover", help="read what is left of a damaged project; the damaged file is kept"
    )
    recover.add_argument("project", type=Path, help="a project folder")
    recover.add_argument("--images", metavar="DATA", help="where its images are, if that is lost")
    recover.set_defaults(handler=_recover)


def _add_desktop(commands: Any) -> None:
    desktop = commands.add_parser(
        "install-desktop", help="Linux: put the program into your menu, and open projects with it"
    )
    desktop.add_argument("--remove", action="store_true", help="take it out of the menu again")
    desktop.set_defaults(handler=_desktop)


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def _labels(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return value


def _window(options: argparse.Namespace) -> int:
    from autoal_gui.launch.window import run_window

    return run_window(options.project, options.demo)


def _self_test(options: argparse.Namespace) -> int:
    from autoal_gui.selftest.selftest import self_test

    return self_test(run)


def _simulate(options: argparse.Namespace) -> int:
    from autoal_gui.learning.backend import TorchBackend
    from autoal_gui.learning.replay import (
        Replay,
        ReplaySet,
        as_record,
        as_report,
        learn_features,
    )
    from autoal_gui.learning.round import check_mode
    from autoal_gui.sources.opening import list_images, open_images, spec_of

    with tempfile.TemporaryDirectory(prefix="autoal-gui-") as folder:
        spec, workspace = spec_of(options.data), Path(folder)
        listing = list_images(spec, workspace, _listed)
        data = ReplaySet.of(listing, open_images(spec, workspace), options.seed)
        settings = replay_settings(options, data.side)
        check_mode(settings)  # before the minutes of a warm start
        settings = with_fixed_epochs(settings, len(data.pool.ids("pool")))
        replay, backend = Replay(data, settings, options.initial, workspace), TorchBackend()
        if settings.warm_start:
            replay.warm_start = workspace / "warm-start.pt"
            learned = learn_features(
                data, settings, workspace, replay.warm_start, backend, _never, _show
            )
            print(f"warm start  {learned.epochs:.1f} epochs  {learned.seconds:.0f} s", flush=True)
        records = []
        rounds = replay.run(backend, options.rounds, _never, _show)
        for result in rounds:
            records.append(as_record(result))
            print(round_line(records[-1]), flush=True)
        if options.save_model:
            _copy_model(replay.checkpoint, options.save_model)
    if options.json:
        write_json(options.json, as_report(options.data, settings, records))
    return 0


def replay_settings(options: argparse.Namespace, side: int) -> RunSettings:
    """Return the settings that the command line asks for, fitted to images of `side` pixels."""
    settings = fitted_to(PRESETS[options.preset], side).in_mode(options.mode)
    settings = settings.but(batch_size=options.batch, seed=options.seed, device=options.device)
    return settings.changed_by(options.changes)


def round_line(record: dict[str, Any]) -> str:
    """Return one round of a replay as a line of text."""
    scores = "not trained yet"
    if record["accuracy"] is not None:
        scores = f"accuracy {record['accuracy']:.3f}  balanced {record['balanced_accuracy']:.3f}"
    weights = "  ".join(f"{name} {share:.2f}" for name, share in record["weights"].items())
    seconds = sum(record["seconds"].values())
    return (
        f"round {record['round']}  labels {record['labels']}  {scores}  {seconds:.0f} s  {weights}"
    )


def _show(event: Event) -> None:
    """Write progress over one line of a terminal; notices on lines of their own."""
    if isinstance(event, Notice):
        print(f"  {event.sentence}", file=sys.stderr)
    elif isinstance(event, Progress):
        _show_count(event.step, event.done, event.total)


def _never() -> bool:
    return False


def _listed(done: int, total: int) -> None:
    _show_count("reading", done, total)


def _show_count(what: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        end = "\r" if done < total else "\r\x1b[K"
        print(f"  {what} {done}/{total}", end=end, file=sys.stderr)


def _copy_model(checkpoint: Path, target: Path) -> None:
    from autoal_gui.learning.inference.export import export_model

    if not checkpoint.is_file():
        raise AutoALError("No model was trained, so there is none to save.")
    exporters = discover("autoal_gui.exporters")
    kinds = [n for n, e in exporters.items() if e.KIND == "model" and target.suffix == e.SUFFIX]
    if not kinds:
        endings = ", ".join(e.SUFFIX for e in exporters.values() if e.KIND == "model")
        raise AutoALError(f"A model's file name ends in one of: {endings}.")
    export_model(kinds[0], checkpoint, target)


def _predict(options: argparse.Namespace) -> int:
    from autoal_gui.learning.inference.predict import Predictions, predict
    from autoal_gui.learning.model.device import use_threads
    from autoal_gui.sources.opening import list_images, open_images, spec_of

    use_threads()
    with tempfile.TemporaryDirectory(prefix="autoal-gui-") as folder:
        spec, workspace = spec_of(options.data), Path(folder)
        listing = list_images(spec, workspace, _listed)
        pool = ImagePool.of_listing(listing, open_images(spec, workspace))
        ids = tuple(sorted(pool.images)) if options.split == "all" else pool.ids(options.split)
        for event in predict(options.model, pool, ids, workspace, options.device, _never):
            if isinstance(event, Predictions):
                _report_predictions(options, listing, event)
            else:
                _show(event)
    return 0


def _report_predictions(
    options: argparse.Namespace, listing: Listing, found: "Predictions"
) -> None:
    told = (listing, found.card.classes, found.image_ids, found.probabilities)
    if options.out is None:
        write_predictions(sys.stdout, *told)
    else:
        save_predictions(options.out, *told)
    broken = tuple((listing.images[i - 1].key, reason) for i, reason in found.unreadable)
    for key, reason in (*listing.unreadable, *broken):
        print(f"autoal-gui: left out {key}: {reason}", file=sys.stderr)
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


def _export(options: argparse.Namespace) -> int:
    from autoal_gui.core.project.export_snapshot import Snapshot
    from autoal_gui.core.project.project import Project
    from autoal_gui.learning.inference.export import export_model
    from autoal_gui.sources.opening import open_images

    exporter = discover("autoal_gui.exporters")[options.format]
    project = Project.open(options.project, open_images)
    try:
        if exporter.KIND != "model":
            labels = Snapshot.of(project)
            print(exporter.write(options.out, labels, export_choices(options, exporter), _listed))
        else:
            checkpoint = project.last_checkpoint()
            if checkpoint is None:
                raise AutoALError("The project has no trained model yet.")
            export_model(options.format, checkpoint, options.out)
    finally:
        project.close()
    return 0


def _desktop(options: argparse.Namespace) -> int:
    from platformdirs import user_data_path

    from autoal_gui.distribution import desktop

    if sys.platform != "linux":
        raise AutoALError(tr("This is for Linux alone."))
    if options.remove:
        desktop.remove(user_data_path())
    else:
        desktop.install(user_data_path(), desktop.this_program())
    return 0


def export_choices(options: argparse.Namespace, exporter: ModuleType) -> "Choices":
    """Return what the command line chose of an export.

    Raises:
        AutoALError: the format has no such choice.
    """
    from autoal_gui.core.project.export_snapshot import Choices

    given = {
        name: value
        for name in ("de_identified", "unlabelled", "side")
        if (value := getattr(options, name))
    }
    for name in given:
        if name not in exporter.OPTIONS:
            raise AutoALError(f"The format {exporter.NAME} has no --{name.replace('_', '-')}.")
    return Choices(**given)


def _recover(options: argparse.Namespace) -> int:
    from autoal_gui.core.recovery.recovery import recover
    from autoal_gui.sources.opening import list_images, spec_of

    images = spec_of(options.images) if options.images else None
    print(recover(options.project, list_images, _listed, images).sentence)
    return 0
