"""The task model that every round starts from, with the weights that it starts from."""

import copy
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from autoal_gui.backbones.weight_files import kept
from autoal_gui.core.messages import MapImages, RunRound
from autoal_gui.core.registry import discover
from autoal_gui.core.settings import RunSettings
from autoal_gui.learning.data.context import Context
from autoal_gui.learning.model.device import Device
from autoal_gui.learning.model.networks import Classifier, SideBySide
from autoal_gui.learning.model.normalisation import Normalisation
from autoal_gui.learning.model.pretrained import BACKBONES, beside, load_pretrained, own_scale
from autoal_gui.learning.model.start_weights import load_weights
from autoal_gui.learning.training.training import same_start

Identity = tuple[str, int, int]
"""Path, bytes and time of a file: it is another once one of them is."""


def warm_checkpoint(command: RunRound | MapImages) -> str:
    """Return the checkpoint whose features the round uses frozen; empty where it uses none.

    A checkpoint that the user gave to start from takes the place of the project's own warm start.
    """
    return (command.start_from or command.warm_start) if command.settings.learns_first else ""


def is_frozen(command: RunRound | MapImages) -> bool:
    """Say whether the round's features are those of a backbone that no longer changes."""
    return bool(warm_checkpoint(command)) or command.settings.is_pretrained


def untrained(context: Context, command: RunRound | MapImages, unit: bool = False) -> Classifier:
    """Return the task model that every mode starts from, on the device.

    A frozen backbone is read once: rounds that start from the same files share it.

    Args:
        context: images and settings.
        command: names the checkpoints to start from.
        unit: whether its features are scaled to unit length, which suits a frozen backbone.

    Raises:
        CheckpointError: the weights that it starts from are missing or damaged.
    """
    settings, warm = context.settings, warm_checkpoint(command)
    start = _Start(
        settings=settings.but(mode="random", placebo="", ablation=""),
        channels=context.feed.cache.channels,
        classes=command.classes,
        file=warm or command.start_from,
        beside=beside(settings) if unit and warm else "",
        unit=unit,
        scale=context.feed.normalise,
        device=context.device,
    )
    if not unit:
        return start.made()
    found = _made(start, start.identities)
    # All but the backbone, which no round changes, is this round's own.
    return copy.deepcopy(found, {id(found.backbone): found.backbone})


@dataclass(frozen=True)
class _Start:
    """All that decides on the model that a round starts from."""

    settings: RunSettings
    channels: int
    classes: tuple[str, ...]
    file: str
    """The checkpoint that it starts from; empty where there is none."""
    beside: str
    unit: bool
    scale: Normalisation
    device: Device

    @property
    def identities(self) -> tuple[Identity | None, ...]:
        """Of the files that are read."""
        names = filter(None, (self.settings.backbone, self.beside))
        weights = (discover(BACKBONES)[name].WEIGHTS for name in names)
        files = [Path(self.file)] if self.file else []
        files += [kept(one).file for one in weights if one is not None]
        return tuple(_identity(file) for file in files)

    def made(self) -> Classifier:
        """Build it and read its weights.

        Raises:
            CheckpointError: see `untrained`.
        """
        settings, other = self.settings, self.beside
        build = partial(
            Classifier,
            self.channels,
            len(self.classes),
            settings.stem,
            settings.dropout,
            unit=self.unit,
            backbone=settings.backbone,
            beside=other,
            own_side=settings.own_side,
        )
        model = same_start(build, settings.seed)
        if self.file:
            load_weights(model, Path(self.file), self.classes, settings.stem, settings.backbone)
        else:
            load_pretrained(model.backbone, settings.backbone)
        if isinstance(model.backbone, SideBySide):
            load_pretrained(model.backbone.other, other)
            scale = own_scale(other, self.channels) or self.scale
            model.backbone.scale_other(self.scale, scale)
        return self.device.place(model)


@lru_cache(maxsize=1)  # of the open project; another takes its place
def _made(start: _Start, _: tuple[Identity | None, ...]) -> Classifier:
    return start.made()


def _identity(file: Path) -> Identity | None:
    try:
        found = file.stat()
    except OSError:
        return None  # whoever reads it says why
    return str(file), found.st_size, found.st_mtime_ns
