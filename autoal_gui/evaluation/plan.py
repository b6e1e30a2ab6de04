"""What is to be run: the settings that all runs share, the sets, and every run with its key."""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autoal_gui.core.settings import OWN_NETWORK, RunSettings, fitted_to, with_fixed_epochs
from autoal_gui.evaluation.methods import Method

EDITION = 2  # raised when a run means something else, so that no old one is mistaken for it


def plain_settings(settings: RunSettings) -> dict[str, Any]:
    """Return settings as plain values; what is as it was before it could be set is left out.

    Else a run of an earlier version would have another key, and not be found again.
    """
    values = asdict(settings)
    if settings.backbone == OWN_NETWORK:
        del values["backbone"]
    return values


@dataclass(frozen=True)
class Setup:
    """What the curves of one page have in common."""

    base: RunSettings
    """Of the preset, before they are fitted to a set's images."""
    initial: int
    """Labels drawn at random before the first round."""
    rounds: int
    warm_seeds: int = 1
    """Warm starts of each set, and splits where it has no test images; seeds take them in turn."""
    changes: tuple[str, ...] = ()
    """NAME=VALUE texts that hold for every set, whatever the size of its images."""

    def __post_init__(self) -> None:
        self.base.changed_by(self.changes)  # refuse what does not exist before anything runs

    @property
    def settings(self) -> RunSettings:
        """The settings of all runs, before a set, a method and a seed change them."""
        return self.base.changed_by(self.changes)

    def fitted(self, side: int) -> RunSettings:
        """Return the settings of all runs over a set's images of `side` pixels."""
        own = self.base.but(backbone=self.settings.backbone)
        return fitted_to(own, side).changed_by(self.changes)

    def of_method(self, method: Method, side: int, seed: int) -> RunSettings:
        """Return a method's settings over such images; a network of its own has its own size.

        Raises:
            SettingsError: see `Method.settings`.
        """
        shared = self.fitted(side)
        own = method.settings(shared, seed)
        if own.backbone == shared.backbone:
            return own
        texts = (*self.changes, *method.texts)
        sizes = [text for text in texts if text.startswith(("input_size=", "stem="))]
        return fitted_to(own, side).changed_by(sizes)

    @property
    def key(self) -> str:
        """16 hex digits; runs of another set-up are never on the same page."""
        return digest_of(self.as_plain())

    def as_plain(self) -> dict[str, Any]:
        """Return the set-up as plain values."""
        return {
            "edition": EDITION,
            "settings": plain_settings(self.settings),
            "initial": self.initial,
            "rounds": self.rounds,
            "warm_seeds": self.warm_seeds,
        }


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
        own = self.setup.of_method(self.method, self.data_set.side, self.seed)
        return with_fixed_epochs(own, sum(self.data_set.pool))

    @property
    def warm_seed(self) -> int:
        """Which warm start and which split it takes."""
        return self.seed % self.setup.warm_seeds

    @property
    def key(self) -> str:
        """16 hex digits over all that decides on its numbers."""
        return digest_of(
            {
                "edition": EDITION,
                "content": self.data_set.content,
                "split": self.warm_seed,
                "settings": plain_settings(self.settings),
                "initial": self.setup.initial,
                "rounds": self.setup.rounds,
            }
        )

    def target(self, folder: Path) -> Path:
        """Return the file of its result in the folder of runs."""
        words = slug(f"{self.data_set.name}-{self.method.name}")
        return folder / f"{words}-{self.seed}-{self.key}.json"

    def warm_job(self, folder: Path) -> WarmJob | None:
        """Return the warm start that it needs, which it shares with others; None without one."""
        settings = self.settings.but(seed=self.warm_seed)
        if not settings.learns_first:
            return None
        decisive = {name: value for name, value in asdict(settings).items() if decides(name)}
        key = digest_of({"edition": EDITION, "content": self.data_set.content, **decisive})
        target = folder / f"{slug(self.data_set.name)}-{self.warm_seed}-{key}.pt"
        # What else a method changes must not make another command of the same warm start.
        plain = RunSettings(mode="random", **decisive)
        return WarmJob(self.data_set, self.warm_seed, plain, target)


def decides(name: str) -> bool:
    """Say whether a setting decides on what a warm start learns."""
    return name.startswith("warm_") or name in (
        "seed", "device", "precision", "input_size", "stem"
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
    text = json.dumps(content, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def slug(name: str) -> str:
    """Return a name as part of a file's name, cut where it is long."""
    return re.sub(r"[^A-Za-z0-9+=,.-]+", "_", name).strip("._")[:80] or "set"
