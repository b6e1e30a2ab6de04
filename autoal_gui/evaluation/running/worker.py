"""What the processes of an evaluation do: open a set, start it warm, carry out a run.

Each is a function of one argument for `evaluation.running.worker_pool`. The learning package is
imported when they are called, so that whoever plans the work and writes the page loads no torch.
"""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, astuple, dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from autoal_gui.core.errors import SourceError
from autoal_gui.core.images.source import ImageReader, ListedImage, Listing
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.messages import Event, RoundFinished
from autoal_gui.core.sets.column_results import measured_as_plain
from autoal_gui.core.sets.partition import units_of
from autoal_gui.core.settings import RunSettings
from autoal_gui.core.system.files import write_json
from autoal_gui.core.system.scratch import ScratchFolder
from autoal_gui.evaluation.methods import Method
from autoal_gui.evaluation.plan import DataSet, Job, Setup, WarmJob
from autoal_gui.evaluation.records import program, read_json
from autoal_gui.evaluation.running.sampling import share_of
from autoal_gui.exporters.medmnist_results import write_medmnist_results
from autoal_gui.sources.medmnist import result_name
from autoal_gui.sources.npz_files.arrays import make_folder
from autoal_gui.sources.opening import list_images, open_images, spec_of

if TYPE_CHECKING:
    from autoal_gui.learning.replay import Replay, ReplaySet


@dataclass(frozen=True)
class SetJob:
    """A set to open."""

    name: str
    data: str
    workspace: str
    setup: Setup
    methods: tuple[Method, ...]
    options: tuple[tuple[str, str], ...] = ()
    """What the user said of its folders, names and table."""

    @property
    def scale(self) -> float:
        """The share of its images that takes part."""
        return self.setup.scale


@dataclass(frozen=True)
class RunJob:
    """A run, and where its parts lie."""

    job: Job
    target: Path
    warm: WarmJob | None
    medmnist: Path | None = None
    """Folder for the result files of MedMNIST sets."""


def open_set(job: SetJob) -> DataSet:
    """Check a set and decode all its images, so that no two processes do so later.

    Raises:
        SourceError: it cannot be opened, or has no images to measure on.
        SettingsError: a method does not exist.
    """
    from autoal_gui.learning.round import check_mode

    listing, _ = opened(job.data, job.workspace, job.options, job.scale)
    data = _replay_set(job, 0)
    if not data.evaluation:
        raise SourceError("The set has too few images to measure on.")
    labels = {i: image.label for i, image in enumerate(_labelled(listing), start=1)}
    shared = job.setup.fitted(data.side)
    variants = [job.setup.of_method(method, data.side, 0) for method in job.methods]
    for settings in variants:
        check_mode(settings)
    for size, own, backbone in {(s.input_size, s.own_side, s.backbone) for s in variants}:
        plain = shared.but(mode="random", input_size=size, own_side=own, backbone=backbone)
        _fill_caches(data, plain, Path(job.workspace), None)
    return DataSet(
        job.name,
        job.data,
        job.workspace,
        _content(listing),
        listing.classes,
        _counts((labels[i] for i in data.pool.ids("pool")), len(listing.classes)),
        _counts((c for _, c in data.evaluation), len(listing.classes)),
        data.side,
        job.options,
        job.scale,
    )


def start_warm(job: WarmJob) -> dict[str, Any]:
    """Learn features from a set's pool, unless that was done, and compute those of all images.

    Returns:
        What it took, as plain values, which are also kept beside the checkpoint.
    """
    from autoal_gui.learning.backend import TorchBackend
    from autoal_gui.learning.replay import learn_features

    workspace = Path(job.data_set.workspace)
    notes = job.target.with_suffix(".json")
    replay_set = _replay_set(job.data_set, job.seed)
    if read_json(notes) is None or not job.target.is_file():
        make_folder(job.target.parent)
        own = job.target.with_stem(f"{job.target.stem}-{job.shard}") if job.shard else job.target
        done = learn_features(
            replay_set, job.settings, workspace, own, TorchBackend(threads=1), _never, _unreported
        )
        _publish(own, job.target)
        found = {"epochs": done.epochs, "seconds": done.seconds, "sha256": done.checkpoint_sha256}
        if read_json(notes) is None:
            write_json(notes, found)
    _fill_caches(replay_set, job.settings, workspace, job.target)
    return read_json(notes) or {}


def _publish(own: Path, target: Path) -> None:
    """Move a shard's warm start to where all look for it, unless another has been faster."""
    if own != target and target.is_file():
        own.unlink()
    elif own != target:
        own.replace(target)


def carry_out(run: RunJob) -> dict[str, Any]:
    """Carry out a run and write its result, whole or not at all; return what was written."""
    from autoal_gui.learning.replay import Replay

    job, workspace = run.job, run.job.data_set.workspace
    make_folder(run.target.parent)
    data = _replay_set(job.data_set, job.warm_seed)
    with ScratchFolder() as folder:
        replay = Replay(data, job.settings, job.initial, folder)
        replay.workspace = Path(workspace)
        replay.warm_start = run.warm.target if run.warm else None
        found = list(_rounds(replay, job.setup.rounds))
    rounds = [plain for plain, _ in found]
    trained = [result for _, result in found if result.metrics]
    measured = measured_as_plain(data.measured(trained[-1]), data.columns) if trained else {}
    medmnist: dict[str, Any] = {}
    if trained and run.medmnist and job.data_set.scale == 1:
        medmnist = _write_medmnist(run, run.medmnist, data, trained[-1])
    record = {
        "setup": job.setup.key,
        "key": job.key,
        "set": job.data_set.facts,
        "method": {"name": job.method.name, **asdict(job.method)},
        "seed": job.seed,
        "warm": read_json(run.warm.target.with_suffix(".json")) if run.warm else None,
        "settings": asdict(job.settings),
        "program": {**program(), "device": found[-1][1].device},
        "rounds": rounds,
        "measured": measured,
        "medmnist": medmnist,
    }
    write_json(run.target, record)
    return record


def one_round(
    listing: Listing, reader: ImageReader, settings: RunSettings, labels: int, folder: Path
) -> tuple[dict[str, Any], int]:
    """Carry out a first round of which nothing is kept.

    Args:
        listing: the set.
        reader: opens its images.
        settings: of the round.
        labels: how many are drawn first, at most two thirds of the pool.
        folder: for caches and the model.

    Returns:
        The round as plain values, and how many images the model passed over.
    """
    from autoal_gui.learning.replay import Replay, ReplaySet

    data = ReplaySet.of(listing, reader, 0)
    pool = len(data.pool.ids("pool"))
    labels = min(labels, max(1, 2 * pool // 3))
    ((plain, _),) = _rounds(Replay(data, settings, labels, folder), 1)
    return plain, pool - labels + len(data.evaluation)


def _write_medmnist(
    run: RunJob, folder: Path, data: "ReplaySet", last: RoundFinished
) -> dict[str, Any]:
    """Write what the last model makes of the test images of a MedMNIST set.

    Returns:
        The set's `name`, `auc` and `acc` as MedMNIST's evaluator computes them, and `labels`; empty
        for another set.
    """
    found, job = last.measured, run.job
    name = result_name(spec_of(job.data_set.data, job.data_set.options))
    if name:
        keys = {i: image.key for i, image in data.pool.images.items()}
        told = f"{job.method.name}-{job.seed}"
        ids = found.image_ids.tolist()
        for one in write_medmnist_results(
            folder, name, told, keys, dict(data.evaluation), ids, found.probabilities
        ):
            if one.part == "test":
                return {"name": name, "labels": last.labels, **asdict(one.scores)}
    return {}


def _rounds(replay: "Replay", count: int) -> Iterator[tuple[dict[str, Any], RoundFinished]]:
    """Carry out rounds; yield each as plain values, and as it is."""
    from autoal_gui.learning.backend import TorchBackend
    from autoal_gui.learning.replay import as_record

    started, worked = time.perf_counter(), time.process_time()
    for result in replay.run(TorchBackend(threads=1), count, _never, _unreported):
        took = {
            "wall": time.perf_counter() - started,
            "processor": time.process_time() - worked,  # the same beside other work
        }
        metrics = result.metrics or _untrained_metrics(replay, {q.image_id for q in result.queries})
        # Who knows one class alone ranks no image before another.
        blind = {"auroc": (0.5, 0.5, 0.5)} if metrics and not result.metrics else {}
        if result.metrics and result.metrics.unlearned:  # methods are compared on the same classes
            measured = replace(replay.data.measured(result), learned=None).metrics
            blind = {"auroc": astuple(measured.auroc.macro)} if measured.auroc else {}
        confusion = metrics.confusion if metrics else None
        yield {**as_record(result), **blind, "confusion": confusion, **took}, result
        started, worked = time.perf_counter(), time.process_time()


def _untrained_metrics(replay: "Replay", asked: set[int]) -> Metrics | None:
    """Return how one does who knows a single class and always says it; None before any label."""
    known = [c for i, c in sorted(replay.labels.items()) if i not in asked]
    if not known:
        return None
    ids, truth = np.array(replay.data.evaluation).T
    units = np.array(units_of(replay.data.pool.images, ids.tolist()))
    return Metrics.of(truth, np.full_like(truth, known[0]), len(replay.data.classes), units)


def _fill_caches(
    data: "ReplaySet", settings: RunSettings, workspace: Path, warm: Path | None
) -> None:
    """Let a first round without labels leave in `workspace` what later ones only read."""
    from autoal_gui.learning.replay import Replay

    with ScratchFolder() as folder:
        plain = settings.but(batch_size=1, warm_start=warm is not None)
        for _ in _rounds(Replay(data, plain, 0, folder, workspace, warm), 1):
            pass


def _replay_set(found: SetJob | DataSet, split: int) -> "ReplaySet":
    """Return a set of which no label has been asked for yet."""
    from autoal_gui.learning.replay import ReplaySet

    return ReplaySet.of(*opened(found.data, found.workspace, found.options, found.scale), split)


@cache
def opened(
    data: str, workspace: str, options: tuple[tuple[str, str], ...], scale: float
) -> tuple[Listing, ImageReader]:
    """List a set once in the life of a process, since that hashes every image; open its images.

    Args:
        data: what the user named.
        workspace: folder of its caches.
        options: what the user said of its folders, names and table.
        scale: the share of its images that takes part.

    Raises:
        SourceError: it cannot be opened.
    """
    spec, folder = spec_of(data, options), Path(workspace)
    make_folder(folder)
    listing = list_images(spec, folder, lambda done, total: None)
    return share_of(listing, scale), open_images(spec, folder)


def _labelled(listing: Listing) -> list[ListedImage]:
    return [image for image in listing.images if image.label is not None]


def _content(listing: Listing) -> str:
    """Return the SHA-256 of what a replay sees of a set, lower-case hex.

    A set that knows neither groups nor columns has the one that it had before there were any.
    """
    known = _labelled(listing)
    seen: list[Any] = [listing.classes, [(one.sha256, one.label, one.split) for one in known]]
    if listing.columns or any(one.group for one in known):
        seen += [listing.columns, [(one.group, one.columns) for one in known]]
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()


def _counts(labels: Iterable[int | None], classes: int) -> tuple[int, ...]:
    counts = Counter(labels)
    return tuple(counts[c] for c in range(classes))


def _never() -> bool:
    return False


def _unreported(event: Event) -> None:
    """Nobody watches a single round of so many."""
