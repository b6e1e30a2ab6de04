"""RunSettings: every hyper-parameter of a round, in one frozen and validated place.

"paper" is the published schedule (Wang, Zhan & Huang, ICML 2025; see docs/METHOD.md for
our readings). "cpu" keeps every part of the method and shortens the schedules so that a round on
a two-core laptop without a GPU takes about a minute.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

from autoal_gui.core.errors import SettingsError
from autoal_gui.core.language import mark, tr

Stem = Literal["3x3", "3x3/2", "7x7"]
STEMS = ("3x3", "3x3/2", "7x7")
DEVICES = ("auto", "cpu", "cuda", "xpu", "mps")
PRECISIONS = ("auto", "fp32", "bf16")
CANDIDATES = (
    "entropy",
    "margin",
    "least_confidence",
    "kmeans",
    "bald",
    "variation_ratio",
    "mean_std",
)
"""The paper's seven query strategies, by the NAME of their plug-in."""
WARM_IMAGES = 20_000  # learned from in a warm start whose settings give a time, which varies
MOST_WARM_EPOCHS = 100
OWN_NETWORK = "resnet18"
"""The paper's network, which learns from the user's images; any other comes with weights."""
PRETRAINED_SIDE = 160  # pixels a side, at most, for a network that comes with weights
FIRST_IMAGES = 500
"""That the first batch is chosen among: seconds, however large the pool."""
SMALL_SIDE = 32  # pixels a side; of images up to it the 7x7 stem leaves too little


@dataclass(frozen=True)
class RunSettings:
    """Hyper-parameters of a round. Times are optimiser steps unless a name says otherwise."""

    # What is asked
    mode: str = "paper"
    """"auto", "paper", "vote", or the name of one strategy ("random", "entropy", ...)."""
    batch_size: int = 20  # images asked for in a round, b; a clinician's two minutes
    candidates: tuple[str, ...] = CANDIDATES
    pinned_on: tuple[str, ...] = ()
    """Candidates that keep at least an equal share of the weight, whatever a search makes of them.
    Bandits (ALBL, TAILOR) weigh as they must to stay fair, and pass over it."""
    pinned_off: tuple[str, ...] = ()
    """Candidates that take no part."""
    seed: int = 0

    # Where it runs
    device: str = "auto"
    precision: str = "auto"  # bf16 where the device gains from it, else fp32

    # Images and backbone (shared by task model, FitNet and SearchNet)
    backbone: str = OWN_NETWORK
    """A plug-in of `autoal_gui.backbones`. Any but ResNet-18 comes with weights and is frozen."""
    before: str = ""
    """A backbone with weights that rounds use until the warm start has brought something, so that
    nobody waits for it; empty: none."""
    beside: str = ""
    """A backbone with weights whose views stand beside those of a warm start; empty: none does."""
    input_size: int = 28  # pixels a side; MedMNIST's own size
    own_side: int = 0
    """Pixels a side of what ResNet-18 sees of larger images, with a network beside it that wants
    them large; 0: it sees them as they are."""
    stem: Stem = "3x3"  # stride 1, usual for images below 64 pixels (He et al. 2016, CIFAR form)
    train_batch: int = 64
    infer_batch: int = 0
    """Images passed at a time where nothing is learned from them; 0: as many as the device's free
    memory holds, on the processor always the same number. How many are trained on at a time is
    never chosen by memory: it changes what a network learns."""
    augment: bool = True  # random flips and shifts while the task model trains

    # Task model T
    task_steps: int = 1000  # Adam; about 64 passes over 1,000 labels
    task_learning_rate: float = 1e-3
    weight_decay: float = 5e-4
    dropout: float = 0.5  # before the last layer: its only stochastic part
    stochastic_passes: int = 20  # R, Monte Carlo dropout passes of the last layer (Gal 2017)

    # Warm start: self-supervised learning on the pool, before there are labels
    warm_start: bool = False
    """Learn features from the pool first, and fit only the last layer to the labels."""
    all_layers: str = "measured"
    """On a warm start: whether a round trains every layer after all, and not the last alone.
    "measured" compares the two on labels held out, each time that the labels have doubled."""
    pool_teaches: str = "never"
    """Whether images without a label teach the last layer as well, see `learning.teachers`;
    "measured": where labels held out show that it helps."""
    warm_epochs: int = 0  # passes over the pool; 0: as many as `warm_seconds` allow
    warm_seconds: float = 180.0  # on a CPU; more than a few minutes measured little more
    warm_batch: int = 128  # images, of which two views each

    # Asking in mode "auto"
    audit_share: float = 0.2  # of each batch is drawn at random, to measure and to be safe

    # Search
    cycles: int = 2  # random splits of the labels into a fit part and a search part
    fit_steps: int = 200  # the paper's fit_epochs
    fit_learning_rate: float = 0.005  # Adam, the paper's
    search_steps: int = 400  # the paper's
    search_learning_rate: float = 0.005  # SGD, the paper's
    search_momentum: float = 0.9
    search_batch: int = 64  # B, images in a search batch
    count_penalty: float = 1.0  # lambda of L_re
    temperature: float = 0.5  # tau at the start, in standard deviations of s
    temperature_end: float = 0.1  # tau at the end
    patience: int = 50  # steps without movement before the search stops early
    rank_margin: float = 1.0  # xi of the pairwise ranking loss (Yoo & Kweon 2019)

    # To compare with
    placebo: str = ""
    """What a search has learned is made useless, see `learning.placebo`; modes auto and paper."""
    ablation: str = ""
    """Mode paper with a part of SearchNet alone: "backbone" learns no losses; "loss head" learns
    nothing else, and asks for the images whose predicted loss is highest (our reading)."""

    def __post_init__(self) -> None:
        self._check_kinds()
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise SettingsError(
                    tr(
                        "{name} is {value}; it must lie between {low} and {high}.",
                        name=name,
                        value=value,
                        low=low,
                        high=high,
                    )
                )
        for name, allowed in _CHOICES.items():
            if getattr(self, name) not in allowed:
                raise SettingsError(
                    tr(
                        "{name} must be one of: {values}.",
                        name=name,
                        values=", ".join(filter(None, allowed)),
                    )
                )
        self._check_strategies()

    def _check_kinds(self) -> None:
        for hyper_parameter in fields(self):
            kind = type(hyper_parameter.default)
            value = getattr(self, hyper_parameter.name)
            number = kind is float and type(value) is int
            if type(value) is not kind and not number:
                raise SettingsError(
                    tr("{name} must be {kind}.", name=hyper_parameter.name, kind=tr(_KINDS[kind]))
                )

    def _check_strategies(self) -> None:
        pinned = (*self.pinned_on, *self.pinned_off)
        names = (self.mode, *self.candidates, *pinned)
        if not all(isinstance(name, str) and name for name in names):
            raise SettingsError(tr("A mode and a query strategy are given by their names."))
        if not self.candidates:
            raise SettingsError(tr("At least one query strategy is needed."))
        if len(set(self.candidates)) != len(self.candidates):
            raise SettingsError(tr("A query strategy is named twice."))
        if len(set(pinned)) != len(pinned):
            raise SettingsError(tr("A query strategy is pinned twice."))
        if not self.weighed:
            raise SettingsError(tr("At least one query strategy must take part."))

    @property
    def weighed(self) -> tuple[str, ...]:
        """The candidates that take part: those that are not pinned off."""
        return tuple(name for name in self.candidates if name not in self.pinned_off)

    @property
    def is_pretrained(self) -> bool:
        """Whether the backbone comes with weights, so that it need not learn from the pool."""
        return self.backbone != OWN_NETWORK

    @property
    def learns_first(self) -> bool:
        """Whether the backbone learns from the pool before the first round."""
        return self.warm_start and not self.is_pretrained

    def at_once(self, side: int) -> "RunSettings":
        """Return the settings of a round before the warm start, for images of `side` pixels."""
        return fitted_to(self.but(backbone=self.before), side)

    @property
    def is_at_once(self) -> bool:
        """Whether these are the settings of such a round."""
        return bool(self.before) and self.backbone == self.before

    @property
    def measures_by_answers(self) -> bool:
        """Whether rounds estimate from the answers that they learn from.

        Only a last layer that is fitted alone is cheap enough to fit without each of them.
        """
        frozen = self.warm_start or self.is_pretrained
        return frozen and self.all_layers != "always" and self.mode != "paper"

    @property
    def seen_side(self) -> int:
        """Pixels a side of what ResNet-18 sees."""
        return min(self.own_side, self.input_size) if self.own_side else self.input_size

    @property
    def has_weights(self) -> bool:
        """Whether a network that comes with weights takes part."""
        return self.is_pretrained or bool(self.beside)

    def to_json(self) -> str:
        """Return the settings as one line of JSON, the inverse of `from_json`."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "RunSettings":
        """Read settings written by `to_json`; names that this version lacks are passed over.

        Raises:
            SettingsError: not such a text, or a value is out of range.
        """
        try:
            values: dict[str, Any] = json.loads(text)
            known = {f.name for f in fields(cls)}
            kept = {name: value for name, value in values.items() if name in known}
            lists = {n: tuple(v) for n, v in kept.items() if isinstance(v, list)}
            return cls(**{**kept, **lists})  # JSON knows no tuples
        except (TypeError, ValueError, AttributeError, RecursionError) as error:
            raise SettingsError(tr("The settings cannot be read.")) from error

    def changed_by(self, changes: Sequence[str]) -> "RunSettings":
        """Return a copy with changes given as NAME=VALUE texts.

        Raises:
            SettingsError: no such name, or no such value.
        """
        values: dict[str, Any] = {}
        for change in changes:
            name, _, text = change.partition("=")
            if name not in {f.name for f in fields(self)}:
                raise SettingsError(tr("There is no setting named {name}.", name=name))
            values[name] = _parsed(name, text, getattr(self, name))
        return self.but(**values)

    def in_mode(self, mode: str) -> "RunSettings":
        """Return a copy that asks in another way; "paper" has its own network and no warm start."""
        if mode == "paper":
            return self.but(mode=mode, warm_start=False, backbone=OWN_NETWORK, beside="")
        return self.but(mode=mode, warm_start=True)

    def but(self, **changes: Any) -> "RunSettings":
        """Return a copy with some values changed and checked."""
        return replace(self, **changes)


_KINDS: dict[type, str] = {
    bool: mark("true or false"),
    int: mark("a whole number"),
    float: mark("a number"),
    str: mark("a text"),
    tuple: mark("a list of names"),
}
_RANGES: dict[str, tuple[float, float]] = {
    "batch_size": (1, 10_000),
    "seed": (0, 2**31 - 1),
    "input_size": (16, 512),
    "own_side": (0, 512),
    "train_batch": (2, 4096),
    "infer_batch": (0, 8192),
    "task_steps": (1, 1_000_000),
    "task_learning_rate": (1e-7, 10.0),
    "weight_decay": (0.0, 1.0),
    "dropout": (0.0, 0.95),
    "stochastic_passes": (2, 1000),
    "warm_epochs": (0, 100_000),
    "warm_seconds": (1.0, 1e6),
    "warm_batch": (4, 4096),
    "audit_share": (0.0, 1.0),
    "cycles": (1, 100),
    "fit_steps": (1, 1_000_000),
    "fit_learning_rate": (1e-7, 10.0),
    "search_steps": (1, 1_000_000),
    "search_learning_rate": (1e-7, 10.0),
    "search_momentum": (0.0, 0.999),
    "search_batch": (4, 4096),
    "count_penalty": (0.0, 1000.0),
    "temperature": (1e-3, 100.0),
    "temperature_end": (1e-3, 100.0),
    "patience": (1, 1_000_000),
    "rank_margin": (0.0, 100.0),
}
_CHOICES: dict[str, tuple[str, ...]] = {
    "stem": STEMS,
    "device": DEVICES,
    "precision": PRECISIONS,
    "all_layers": ("measured", "never", "always"),
    "pool_teaches": ("never", "measured"),
    "placebo": ("", "uniform", "frozen", "permuted", "masks"),
    "ablation": ("", "backbone", "loss head"),
}


_TRUTHS = {
    "true": True, "yes": True, "on": True, "1": True,
    "false": False, "no": False, "off": False, "0": False,
}  # fmt: skip
"""What true and false may be written as, in whatever case."""


def _parsed(name: str, text: str, example: object) -> object:
    """Read the value of a setting, of the example's type."""
    if isinstance(example, tuple):
        return tuple(part for part in text.split(",") if part)
    if isinstance(example, bool):
        return _truth(name, text)
    try:
        return type(example)(text)  # type: ignore[call-arg]
    except ValueError:
        raise SettingsError(tr("{text!r} is not a value for that setting.", text=text)) from None


def _truth(name: str, text: str) -> bool:
    found = _TRUTHS.get(text.strip().lower())
    if found is None:
        raise SettingsError(
            tr("{name} must be one of: {values}.", name=name, values=", ".join(_TRUTHS))
        )
    return found


def fitted_to(settings: RunSettings, side: int) -> RunSettings:
    """Return settings whose input size and stem suit images of `side` pixels.

    Small images keep their size under a 3x3 stem. Larger ones are scaled down, to 224 pixels
    (ImageNet's) under a schedule as long as the paper's and to 64 under a shorter one, with the
    7x7 stem. What the settings were fitted to before makes no difference: size and stem follow
    from the schedule, the backbone and the side alone, since the 7x7 stem does not tell which it
    replaced. A network that comes with weights has been made for images of 100 to 224 pixels; with
    one beside it ResNet-18 sees them in its own size.
    """
    for_weights = min(max(16, side), PRETRAINED_SIDE)
    if settings.is_pretrained:
        return settings.but(input_size=for_weights, own_side=0)
    short = settings.task_steps < RunSettings.task_steps
    if side <= SMALL_SIDE:
        own = settings.but(input_size=max(16, side), stem="3x3/2" if short else "3x3")
    else:
        own = settings.but(input_size=min(side, 64 if short else 224), stem="7x7")
    if not settings.beside or own.input_size >= for_weights:
        return own.but(own_side=0)
    return own.but(input_size=for_weights, own_side=own.input_size)


def with_fixed_epochs(settings: RunSettings, pool: int, images: int = WARM_IMAGES) -> RunSettings:
    """Return settings whose warm start does not depend on how fast the computer is.

    Sets of all sizes get about the same time: a small pool is passed over more often, until so
    many images have been learned from.
    """
    if settings.warm_epochs:
        return settings
    epochs = min(MOST_WARM_EPOCHS, -(-images // max(1, pool)))
    return settings.but(warm_epochs=epochs)


PRESETS: dict[str, RunSettings] = {
    "paper": RunSettings(),
    # A quarter of the arithmetic by a stride in the stem, and schedules that stop where the
    # curves of a few hundred labels have flattened.
    "cpu": RunSettings(
        mode="auto",
        warm_start=True,
        before="efficientnet_lite0",
        stem="3x3/2",
        train_batch=32,
        task_steps=200,
        stochastic_passes=10,
        cycles=1,
        fit_steps=60,
        search_steps=60,
        search_batch=32,
        patience=20,
    ),
}
