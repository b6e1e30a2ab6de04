"""The command `simulate`: rounds on a set whose known labels answer in the reader's place."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autoal_gui.commands.arguments import (
    DATA,
    add_set_options,
    never,
    not_negative,
    positive,
    show_event,
    show_listed,
)
from autoal_gui.commands.models.measured_lines import (
    bulk_lines,
    compared_lines,
    measured_lines,
    percent_limit,
)
from autoal_gui.commands.models.medmnist_lines import medmnist_lines, medmnist_name
from autoal_gui.commands.terminal import on_one_line
from autoal_gui.core.errors import AutoALError
from autoal_gui.core.labels.bulk import LIMIT
from autoal_gui.core.measures.alike_text import alike_sentence
from autoal_gui.core.messages import RoundFinished
from autoal_gui.core.registry import discover
from autoal_gui.core.sets.column_results import MeasuredImages, measured_as_plain
from autoal_gui.core.settings import (
    DEVICES,
    PRESETS,
    SMALL_SIDE,
    RunSettings,
    fitted_to,
    with_fixed_epochs,
)
from autoal_gui.core.system.files import write_json
from autoal_gui.core.system.scratch import ScratchFolder
from autoal_gui.exporters.medmnist_results import write_medmnist_results

if TYPE_CHECKING:
    from autoal_gui.core.backend import Backend
    from autoal_gui.learning.bulk_replay import BulkReader
    from autoal_gui.learning.replay import Replay, ReplaySet


ALL = 2**31  # labels


def add_simulate(commands: Any) -> None:
    """Add the command to the parser's."""
    simulate = commands.add_parser("simulate", help="replay a set with known labels as the reader")
    simulate.add_argument("--data", required=True, help=f"a set with known labels: {DATA}")
    strategies = ", ".join(discover("autoal_gui.strategies"))
    simulate.add_argument("--mode", default="auto", help=f"auto, paper, vote, {strategies}")
    simulate.add_argument("--rounds", type=positive, default=5, help="rounds to run")
    simulate.add_argument("--batch", type=positive, default=20, help="images asked for in a round")
    simulate.add_argument(
        "--initial", type=labels, default=20,
        help="labels drawn at random first; all of them: all",
    )  # fmt: skip
    simulate.add_argument("--seed", type=int, default=0)
    simulate.add_argument("--preset", choices=sorted(PRESETS), default="cpu")
    simulate.add_argument("--device", choices=DEVICES, default="auto")
    simulate.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", dest="changes",
        help="change one hyper-parameter; may be given several times",
    )  # fmt: skip
    simulate.add_argument("--json", type=Path, metavar="OUT", help="write the result there")
    simulate.add_argument("--save-model", type=Path, metavar="FILE", help="keep the last model")
    simulate.add_argument(
        "--medmnist", type=Path, metavar="FOLDER",
        help="of a MedMNIST set, write the result file that its evaluator reads there",
    )  # fmt: skip
    simulate.add_argument(
        "--confirm-sure", type=percent_limit, metavar="PERCENT", nargs="?", const=LIMIT,
        help="after every round confirm in bulk what the model is sure of, with at most so many"
        " percent wrong (2), and compare with labelling singly for as long",
    )  # fmt: skip
    add_set_options(simulate)
    simulate.set_defaults(handler=_simulate)


def _simulate(options: argparse.Namespace) -> int:
    from autoal_gui.learning.backend import TorchBackend
    from autoal_gui.learning.bulk_replay import BulkReader
    from autoal_gui.learning.replay import (
        Replay,
        ReplaySet,
        as_record,
        as_report,
        learn_features,
    )
    from autoal_gui.learning.round import check_mode
    from autoal_gui.sources.opening import list_images, open_images, spec_of

    check_mode(replay_settings(options, SMALL_SIDE))  # before a large set is listed
    with ScratchFolder() as workspace:
        spec = spec_of(options.data, options.set_options)
        name = medmnist_name(spec) if options.medmnist else ""
        listing = list_images(spec, workspace, show_listed)
        data = ReplaySet.of(listing, open_images(spec, workspace), options.seed)
        settings = replay_settings(options, data.side)
        settings = with_fixed_epochs(settings, len(data.pool.ids("pool")))
        replay, backend = Replay(data, settings, options.initial, workspace), TorchBackend()
        if settings.learns_first:
            replay.warm_start = workspace / "warm-start.pt"
            learned = learn_features(
                data, settings, workspace, replay.warm_start, backend, never, show_event
            )
            print(f"warm start  {learned.epochs:.1f} epochs  {learned.seconds:.0f} s", flush=True)
        records, measured, last = [], None, None
        reader = BulkReader(replay, options.confirm_sure) if options.confirm_sure else None
        for result in replay.run(backend, options.rounds, never, show_event):
            records.append(as_record(result))
            print(round_line(records[-1]), flush=True)
            if reader:
                _read_in_bulk(reader, result, records[-1])
            if result.metrics:
                measured, last = data.measured(result), result
        if records and records[-1]["reason"]:
            print(on_one_line(records[-1]["reason"]))
        for line in _last_lines(options, name, data, measured, last):
            print(line)
        if reader and records:
            singly = replay.begun_anew(workspace / "singly")
            _compare_with_singly(singly, records[-1], backend, reader.limit)
        if options.save_model:
            _copy_model(replay.checkpoint, options.save_model)
    if options.json:
        plain = measured_as_plain(measured, data.columns) if measured else {}
        write_json(options.json, as_report(options.data, settings, records, plain))
    return 0


def _read_in_bulk(reader: "BulkReader", result: RoundFinished, record: dict[str, Any]) -> None:
    """Note and print what was confirmed before a round, and confirm by what its model says."""
    record["in_bulk"] = reader.record(result.labels)
    for line in bulk_lines(record["in_bulk"], reader.limit):
        print(line, flush=True)
    reader.read(result)
    record["then_in_bulk"] = reader.record(len(reader.replay.labels))


def _compare_with_singly(
    replay: "Replay", record: dict[str, Any], backend: "Backend", limit: float
) -> None:
    """Note and print what a reader has who labels singly for as long as until the last round."""
    from autoal_gui.learning.bulk_replay import singly_for
    from autoal_gui.learning.replay import as_record

    other = singly_for(record["in_bulk"]["seconds"], replay, backend, never, show_event)
    record["singly"] = as_record(other) if other else None
    print("in the end")
    for line in bulk_lines(record["then_in_bulk"], limit):
        print(line)
    for line in compared_lines(record, record["singly"]):
        print(line)


def _last_lines(
    options: argparse.Namespace,
    name: str,
    data: "ReplaySet",
    measured: MeasuredImages | None,
    last: RoundFinished | None,
) -> Iterator[str]:
    """Yield what is told of the last model that was measured; nothing where none was."""
    if measured is not None:
        yield from map(on_one_line, measured_lines(measured, data.columns))
    if last is None:
        return
    if last.nearly_alike and last.metrics:
        yield alike_sentence(last.nearly_alike, last.metrics)
    if name:
        yield from _medmnist(options, name, data, last)


def _medmnist(
    options: argparse.Namespace, name: str, data: "ReplaySet", last: RoundFinished
) -> Iterator[str]:
    """Write what the last model makes of a MedMNIST set's test images; yield what it has right."""
    keys = {i: image.key for i, image in data.pool.images.items()}
    told, found = f"{options.mode}-{options.seed}", last.measured
    ids, rows = found.image_ids.tolist(), found.probabilities
    truth = dict(data.evaluation)
    yield from medmnist_lines(
        write_medmnist_results(options.medmnist, name, told, keys, truth, ids, rows)
    )


def labels(text: str) -> int:
    """Return how many labels are drawn first; of "all" more than any set has.

    Raises:
        ArgumentTypeError: it is below 0; ValueError: it is no whole number.
    """
    return ALL if text == "all" else not_negative(text)


def replay_settings(options: argparse.Namespace, side: int) -> RunSettings:
    """Return the settings that the command line asks for, fitted to images of `side` pixels."""
    settings = PRESETS[options.preset].in_mode(options.mode)
    settings = settings.but(batch_size=options.batch, seed=options.seed, device=options.device)
    asked = settings.changed_by(options.changes)  # networks ask for sizes of their own
    own = settings.but(backbone=asked.backbone, beside=asked.beside)
    return fitted_to(own, side).changed_by(options.changes)


def round_line(record: dict[str, Any]) -> str:
    """Return one round of a replay as a line of text."""
    scores = "not trained yet"
    if record["accuracy"] is not None:
        scores = f"accuracy {record['accuracy']:.3f}  balanced {record['balanced_accuracy']:.3f}"
    if record["estimate"] is not None:
        low, high = record["estimate"]["accuracy_interval"]
        own = f"from its answers {record['estimate']['accuracy']:.3f} ({low:.3f} to {high:.3f})"
        scores = f"{scores}  {own}"
    weights = "  ".join(f"{name} {share:.2f}" for name, share in record["weights"].items())
    seconds = sum(record["seconds"].values())
    return (
        f"round {record['round']}  labels {record['labels']}  {scores}  {seconds:.0f} s  {weights}"
    )


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
