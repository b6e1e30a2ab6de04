"""What is to be run: the settings that all runs share, the sets, and every run with its key."""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from autoal_gui.core.settings import (
    OWN_NETWORK,
    WARM_IMAGES,
    RunSettings,
    fitted_to,
    with_fixed_epochs,
)
from autoal_gui.evaluation.methods import Method

EDITION = 2  # raised when a run means something else, so that no old one is mistaken for it
DESIGN_OF_AUTO = 3  # likewise, where the mode "auto" alone asks for others


def plain_settings(settings: RunSettings) -> dict[str, Any]:
    """Return settings as plain values; what is as it was before it could be set is left out.

    Else a run of an earlier version would have another key, and not be found again.
    """
    values = asdict(settings)
    del values["before"]  # that of rounds which wait for the warm start: none does here
    values["infer_batch"] = values["infer_batch"] or 256  # what it was before memory decided on it
    before = {"backbone": OWN_NETWORK, "beside": "", "own_side": 0, "pool_teaches": "never"}
    return {n: v for n, v in values.items() if n not in before or v != before[n]}


@dataclass(frozen=True)
class Percent:
    """A share of the images of a set that can be asked for."""

    value: float
    """Above 0, at most 100."""

    def __str__(self) -> str:
        return f"{self.value:g}%"

    def of(self, pool: int) -> int:
        """Return how many images that is, at least one."""
        return max(1, round(pool * self.value / 100))


Budget = int | Percent
"""How many images: a number, or a share of each set's pool."""


@dataclass(frozen=True)
class Setup:
    """What the curves of one page have in common."""

    base: RunSettings
    """Of the preset, before they are fitted to a set's images."""
    initial: Budget
    """Labels drawn at random before the first round."""
    rounds: int
    warm_seeds: int = 1
    """Warm starts of each set, and splits where it has no test images; seeds take them in turn."""
    changes: tuple[str, ...] = ()
    """NAME=VALUE texts that hold for every set, whatever the size of its images."""
    batch: Percent | None = None
    """Images asked for in a round, in the place of the settings' `batch_size`."""
    scale: float = 1.0
    """The share of each set's images that takes part, in (0, 1]."""
    warm_images: int = WARM_IMAGES
    """Images that a warm start learns from, each time that it sees one."""

    def __post_init__(self) -> None:
        self.base.changed_by(self.changes)  # refuse what does not exist before anything runs

    @property
    def settings(self) -> RunSettings:
        """The settings of all runs, before a set, a method and a seed change them."""
        return self.base.changed_by(self.changes)

    def fitted(self, side: int) -> RunSettings:
        """Return the settings of all runs over a set's images of `side` pixels."""
        own = self.base.but(backbone=self.settings.backbone, beside=self.settings.beside)
        return fitted_to(own, side).changed_by(self.changes)

    def of_method(self, method: Method, side: int, seed: int) -> RunSettings:
        """Return a method's settings over such images; a network of its own has its own size.

        Where all that is changed is that no network stands beside, the images and with them the
        warm start stay those of the others.

        Raises:
            SettingsError: see `Method.settings`.
        """
        shared = self.fitted(side)
        own = method.settings(shared, seed)
        if own.backbone == shared.backbone and own.beside in (shared.beside, ""):
            return own
        texts = (*self.changes, *method.texts)
        sizes = [text for text in texts if text.startswith(("input_size=", "own_side=", "stem="))]
        return fitted_to(own, side).changed_by(sizes)

    @property
    def key(self) -> str:
        """16 hex digits; runs of another set-up are never on the same page."""
        return digest_of(self.as_plain())

    def as_plain(self) -> dict[str, Any]:
        """Return the set-up as plain values."""
        settings = plain_settings(self.settings)
        if self.batch:
            del settings["batch_size"]
        return {
            "edition": EDITION,
            "settings": settings,
            "initial": self.initial if isinstance(self.initial, int) else str(self.initial),
            "rounds": self.rounds,
            "warm_seeds": self.warm_seeds,
            **self.shares,
            **self.warming,
        }

    @property
    def shares(self) -> dict[str, Any]:
        """What of it is a share of a set, as plain values; empty where nothing is."""
        found = {
            "initial": str(self.initial) if isinstance(self.initial, Percent) else None,
            "batch": str(self.batch) if self.batch else None,
            "scale": self.scale if self.scale < 1 else None,
        }
        return {name: value for name, value in found.items() if value is not None}

    @property
    def warming(self) -> dict[str, int]:
        """How long warm starts are, where that is not as usual."""
        return {} if self.warm_images == WARM_IMAGES else {"warm_images": self.warm_images}

    @property
    def budgets(self) -> str:
        """How many images get a label, in words."""
        last, initial = self.rounds - 1, self.initial
        if isinstance(initial, int) and self.batch is None:
            each = self.settings.batch_size
            words = f"{each} at a time, from {initial} to {initial + last * each} labels"
        elif isinstance(initial, Percent) and self.batch:
            end = min(100.0, initial.value + last * self.batch.value)
            words = f"{self.batch} of the pool at a time, from {initial} to {Percent(end)}"
        else:
            first = f"{initial} of the pool" if isinstance(initial, Percent) else f"{initial}"
            more = f"{self.batch} of the pool" if self.batch else f"{self.settings.batch_size}"
            words = f"{first} at first and {more} after each of {last} rounds"
        share = f", of {Percent(100 * self.scale)} of each set" if self.scale < 1 else ""
        return words + share

    def initial_of(self, pool: int) -> int:
        """Return the labels drawn first from a pool of so many images."""
        return self.initial if isinstance(self.initial, int) else self.initial.of(pool)

    def batch_of(self, pool: int) -> int:
        """Return the images asked for in a round, of a pool of so many."""
        return self.batch.of(pool) if self.batch else self.settings.batch_size


@dataclass(frozen=True)
class DataSet:
    """A set of images with known labels, as it was found."""

    name: str
    data: str
    """What the user named: a file, a folder, or a name."""
    workspace: str
    """Folder of its caches."""
    content: str
    """SHA-256 of images, labels and split; lower-case hex."""
    classes: tuple[str, ...]
    pool: tuple[int, ...]
    """Images of each class that can be asked for."""
    evaluation: tuple[int, ...]
    """Images of each class that measure."""
    side: int
    """Pixels of the longer side."""
    options: tuple[tuple[str, str], ...] = ()
    """What the user said of its folders, names and table."""
    scale: float = 1.0
    """The share of its images that takes part."""

    @property
    def facts(self) -> dict[str, Any]:
        """What a result tells of the set: nothing of where it lies."""
        names = ("name", "content", "classes", "pool", "evaluation", "side")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class WarmJob:
    """One warm start of one set."""

    data_set: DataSet
    seed: int
    settings: RunSettings
    target: Path
    shard: str = ""
    """A mark of whoever learns it beside others in the same folder."""


@dataclass(frozen=True)
class Job:
    """One run: a method on a set with a seed."""

    setup: Setup
    data_set: DataSet
    method: Method
    seed: int

    @property
    def settings(self) -> RunSettings:
        """The settings of its rounds."""
        return self._kind.settings.but(seed=self.seed)

    @property
    def _kind(self) -> "_Kind":
        return _kind(self.setup, self.data_set, self.method)

    @property
    def pool(self) -> int:
        """How many images can be asked for."""
        return sum(self.data_set.pool)

    @property
    def initial(self) -> int:
        """Labels drawn at random before its first round."""
        return self.setup.initial_of(self.pool)

    @property
    def warm_seed(self) -> int:
        """Which warm start and which split it takes."""
        return self.seed % self.setup.warm_seeds

    @cached_property
    def key(self) -> str:
        """16 hex digits over all that decides on its numbers."""
        return self._kind.key(self.seed, self.warm_seed)

    def target(self, folder: Path) -> Path:
        """Return the file of its result in the folder of runs."""
        words = slug(f"{self.data_set.name}-{self.method.name}")
        return folder / f"{words}-{self.seed}-{self.key}.json"

    def warm_job(self, folder: Path) -> WarmJob | None:
        """Return the warm start that it needs, which it shares with others; None without one."""
        return self._kind.warm_job(folder, self.warm_seed)


class _Kind:
    """What the runs of a method on a set have in common, worked out once: a plan may be long."""

    def __init__(self, setup: Setup, data_set: DataSet, method: Method) -> None:
        self._data_set = data_set
        pool = sum(data_set.pool)
        own = setup.of_method(method, data_set.side, 0)
        if setup.batch:
            own = own.but(batch_size=setup.batch_of(pool))
        self.settings = with_fixed_epochs(own, pool, setup.warm_images)
        content = {
            "edition": EDITION,
            "content": data_set.content,
            "split": "<split>",
            "settings": {**plain_settings(self.settings), "seed": "<seed>"},
            "initial": setup.initial_of(pool),
            "rounds": setup.rounds,
        }
        if self.settings.mode == "auto":
            content["design"] = DESIGN_OF_AUTO
        if shares := setup.shares:  # of another page than the run with those numbers
            content["shares"] = shares
        self._decisive = json.dumps(content, sort_keys=True)
        self._warm: dict[tuple[Path, int], WarmJob | None] = {}

    def key(self, seed: int, split: int) -> str:
        """Return 16 hex digits over all that decides on a run's numbers."""
        text = self._decisive.replace('"<seed>"', str(seed)).replace('"<split>"', str(split))
        return _digest(text)

    def warm_job(self, folder: Path, seed: int) -> WarmJob | None:
        """Return the warm start with a seed; None where the method begins without."""
        if not self.settings.learns_first:
            return None
        if (folder, seed) not in self._warm:
            self._warm[folder, seed] = self._planned_warm_job(folder, seed)
        return self._warm[folder, seed]

    def _planned_warm_job(self, folder: Path, seed: int) -> WarmJob:
        settings = plain_settings(self.settings.but(seed=seed))
        decisive = {name: value for name, value in settings.items() if decides(name)}
        content = self._data_set.content
        key = digest_of({"edition": EDITION, "content": content, **decisive})
        target = folder / f"{slug(self._data_set.name)}-{seed}-{key}.pt"
        # What else a method changes must not make another command of the same warm start.
        plain = RunSettings(mode="random", **decisive)
        return WarmJob(self._data_set, seed, plain, target)


_kind = lru_cache(maxsize=None)(_Kind)


def decides(name: str) -> bool:
    """Say whether a setting decides on what a warm start learns."""
    return name.startswith("warm_") or name in (
        "seed", "device", "precision", "input_size", "own_side", "stem"
    )  # fmt: skip


def jobs_of(
    setup: Setup, sets: Sequence[DataSet], methods: Sequence[Method], seeds: int
) -> Iterator[Job]:
    """Yield every run, seed by seed, so that what is finished early can be compared in pairs."""
    for seed in range(seeds):
        for data_set in sets:
            for method in methods:
                yield Job(setup, data_set, method, seed)


def digest_of(content: dict[str, Any]) -> str:
    """Return 16 hex digits that stand for plain values."""
    return _digest(json.dumps(content, sort_keys=True))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def slug(name: str) -> str:
    """Return a name as part of a file's name, cut where it is long."""
    return re.sub(r"[^A-Za-z0-9+=,.-]+", "_", name).strip("._")[:80] or "set"
