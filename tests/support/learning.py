"""What the tests of the learning package share: tiny images, commands, and how to compare."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path

import numpy as np
import torch

from autoal_gui.core.errors import ImageUnreadable
from autoal_gui.core.images.pool import ImagePool, PoolImage
from autoal_gui.core.images.source import Pixels
from autoal_gui.core.messages import Event, Predicted, Progress, RoundFinished, RunRound
from autoal_gui.core.settings import RunSettings
from autoal_gui.learning.data.context import Context, Feed
from autoal_gui.learning.data.image_cache import ImageCache
from autoal_gui.learning.model.device import choose_device
from autoal_gui.learning.model.model_card import ModelCard
from autoal_gui.learning.model.networks import Classifier
from autoal_gui.learning.progress import ProgressTracker
from autoal_gui.learning.round import run_round
from autoal_gui.learning.training.training import same_start

SIDE = 16
TINY = RunSettings(
    mode="vote",
    batch_size=3,
    device="cpu",
    precision="fp32",
    input_size=SIDE,
    stem="7x7",
    train_batch=4,
    infer_batch=64,
    task_steps=2,
    stochastic_passes=3,
    cycles=1,
    fit_steps=1,
    search_steps=2,
    search_batch=4,
)


def never() -> bool:
    return False


@dataclass
class Pictures:
    """A reader over arrays; keeps count, and cannot read what is in `broken`."""

    arrays: Mapping[str, Pixels]
    broken: set[str] = field(default_factory=set)
    reads: list[str] = field(default_factory=list)

    def read(self, key: str) -> Pixels:
        self.reads.append(key)
        if key in self.broken:
            raise ImageUnreadable("That image is broken.")
        return self.arrays[key]


def picture(class_index: int, number: int, side: int = SIDE) -> Pixels:
    """A noisy grey square, the brighter the higher its class."""
    rng = np.random.default_rng([class_index, number, side])
    return (60 + 60 * class_index + rng.integers(0, 50, (side, side))).astype(np.uint8)


def pool_of(arrays: Sequence[Pixels], evaluation: Sequence[int] = (), first: int = 1) -> ImagePool:
    """Images `first`, `first` + 1, ...; those named in `evaluation` stand in that split."""
    images = [
        PoolImage(
            image_id,
            str(image_id),
            hashlib.sha256(array.tobytes()).hexdigest(),
            "evaluation" if image_id in evaluation else "pool",
        )
        for image_id, array in enumerate(arrays, start=first)
    ]
    reader = Pictures({str(i): array for i, array in enumerate(arrays, start=first)})
    return ImagePool.of(images, reader)


def command_of(
    folder: Path,
    settings: RunSettings = TINY,
    labels: int = 12,
    unlabelled: int = 9,
    evaluation: int = 6,
    classes: int = 2,
) -> RunRound:
    """A round over two-class images: first the labelled, then the unlabelled, then the held out."""
    total = labels + unlabelled + evaluation
    arrays = [picture(i % classes, i) for i in range(total)]
    held_out = range(labels + unlabelled + 1, total + 1)
    folder.mkdir(parents=True, exist_ok=True)
    return RunRound(
        request_id=7,
        round_number=1,
        pool=pool_of(arrays, held_out),
        classes=tuple("abcdefgh"[:classes]),
        labelled=tuple((i, (i - 1) % classes) for i in range(1, labels + 1)),
        unlabelled=tuple(range(labels + 1, labels + unlabelled + 1)),
        evaluation=tuple((i, (i - 1) % classes) for i in held_out),
        settings=settings,
        workspace=str(folder),
        checkpoint=str(folder / "model.pt"),
    )


def events_of(command: RunRound, cancelled: Callable[[], bool] = never) -> list[Event]:
    return list(run_round(command, cancelled))


def result_of(command: RunRound) -> RoundFinished:
    result = events_of(command)[-1]
    assert isinstance(result, RoundFinished)
    return result


def same_results(first: RoundFinished, second: RoundFinished, apart: Sequence[str] = ()) -> None:
    """Assert that two results are equal bit by bit, but for their times and `apart`."""
    for part in fields(RoundFinished):
        if part.name in ("seconds", "checkpoint", *apart):
            continue
        one, other = getattr(first, part.name), getattr(second, part.name)
        if isinstance(one, Predicted):
            np.testing.assert_array_equal(one.image_ids, other.image_ids, err_msg=part.name)
            np.testing.assert_array_equal(one.probabilities, other.probabilities, part.name)
            continue
        if isinstance(one, np.ndarray):
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one, other, err_msg=part.name)
        else:
            assert one == other, part.name


def context_of(
    folder: Path,
    pool: ImagePool,
    settings: RunSettings = TINY,
    cancelled: Callable[[], bool] = never,
) -> Context:
    """What the steps of a round share, with every image decoded."""
    cache = ImageCache.open(pool, settings.input_size, folder)
    for _ in cache.fill(sorted(pool.images)):
        pass
    device = choose_device(settings)
    feed = Feed(cache, cache.normalisation(cache.readable(sorted(pool.images))), device)
    return Context(feed, settings, ProgressTracker(7, cancelled, device.label, 1.0))


CARD = ModelCard(
    classes=("healthy", "größer"),
    input_size=16,
    channels=1,
    mean=(0.3,),
    deviation=(0.2,),
    stem="7x7",
    dropout=0.5,
    mode="paper",
    round_number=4,
    labels=80,
    data_hash="ab" * 32,
    confusion=((5, 1), (0, 4)),
    settings=TINY.to_json(),
)


def classifier(classes: int = 2, seed: int = 0, dropout: float = 0.5, stem="7x7") -> Classifier:
    return same_start(partial(Classifier, 1, classes, stem, dropout), seed)


def exhausted(generator):
    """Run a generator of progress to its end; return its value."""
    while True:
        try:
            assert isinstance(next(generator), Progress)
        except StopIteration as stop:
            return stop.value


def state_of(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    """A copy of parameters and buffers."""
    return {name: value.detach().clone() for name, value in model.state_dict().items()}


def same_state(first: Mapping[str, torch.Tensor], second: Mapping[str, torch.Tensor]) -> bool:
    return first.keys() == second.keys() and all(torch.equal(first[n], second[n]) for n in first)


def finite_differences(function, at: torch.Tensor, step: float = 1e-6) -> torch.Tensor:
    """Central differences of a function of one tensor: the outputs' shape, then the input's."""
    columns = []
    for position in range(at.numel()):
        shift = torch.zeros(at.numel(), dtype=at.dtype)
        shift[position] = step
        shift = shift.view_as(at)
        columns.append((function(at + shift) - function(at - shift)) / (2 * step))
    stacked = torch.stack(columns, -1)
    return stacked.reshape(*stacked.shape[:-1], *at.shape)


def drained(steps: Iterator[object]) -> int:
    return sum(1 for _ in steps)
