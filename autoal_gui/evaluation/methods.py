"""What is compared: a mode, with or without a warm start, and with settings of its own.

A method is written MODE[+warm|+cold][:NAME=VALUE]..., for instance "margin", "paper+warm",
"paper:cycles=2:candidates=entropy,margin" or, where the others have a network beside what they
learn, "random:beside=". Its name is always written the same way: the settings in the order of
their names, and the start only where it is not the one that the mode has in the window.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from autoal_gui.core.errors import SettingsError
from autoal_gui.core.registry import discover
from autoal_gui.core.settings import CANDIDATES, RunSettings

WARM, COLD = "+warm", "+cold"
SHARED = ("mode", "seed", "batch_size", "warm_start", "warm_seconds")
"""Settings that no method may have of its own: the curves could not be compared."""


@dataclass(frozen=True)
class Method:
    """One line of the comparison."""

    mode: str
    warm: bool
    changes: tuple[tuple[str, str], ...] = ()
    """(name, value) of settings of its own, ascending by name."""

    @property
    def name(self) -> str:
        """How it is written; two methods that do the same have the same name."""
        start = "" if self.warm == _usually_warm(self.mode) else WARM if self.warm else COLD
        return self.mode + start + "".join(f":{name}={value}" for name, value in self.changes)

    @property
    def plain(self) -> "Method":
        """The same without settings of its own."""
        return Method(self.mode, self.warm)

    def settings(self, shared: RunSettings, seed: int) -> RunSettings:
        """Return what a run of this method is done with.

        Raises:
            SettingsError: a setting that does not exist or has no such value.
        """
        own = shared.in_mode(self.mode).but(warm_start=self.warm, seed=seed)
        return own.changed_by(self.texts)

    @property
    def texts(self) -> list[str]:
        """Its own settings as NAME=VALUE texts."""
        return [f"{name}={value}" for name, value in self.changes]


def method_of(text: str, warm: bool | None = None) -> Method:
    """Read a method.

    Args:
        text: as the module says.
        warm: whether it begins with a warm start where the text does not say; None for what its
            mode does in the window.

    Raises:
        SettingsError: it is not written so, or its settings do not exist.
    """
    head, *changes = text.split(":")
    mode = head.removesuffix(WARM).removesuffix(COLD)
    if head != mode:
        warm = head == mode + WARM
    elif warm is None:
        warm = _usually_warm(mode)
    pairs = []
    for change in changes:
        name, said, value = change.partition("=")
        if name in SHARED or not said:
            raise SettingsError(f"A method cannot have {name!r} as a setting of its own.")
        pairs.append((name, value))
    method = Method(mode, warm, tuple(sorted(pairs)))
    method.settings(RunSettings(), 0)
    return method


@cache
def _usually_warm(mode: str) -> bool:
    """Say whether a mode begins with a warm start in the window."""
    return RunSettings().in_mode(mode).warm_start


GROUPS: dict[str, tuple[str, ...]] = {
    "candidates": CANDIDATES,
    # Strategies that look at unlike things come first, or one more would be no more. The modes
    # themselves have all seven, and both parts of SearchNet.
    "ablations": (
        *(
            f"{mode}:candidates={','.join(names)}"
            for mode in ("paper", "auto")
            for names in (
                ("entropy",),
                ("entropy", "kmeans", "bald"),
                ("entropy", "kmeans", "bald", "margin", "mean_std"),
            )
        ),
        "paper:ablation=backbone",
        "paper:ablation=loss head",
    ),
    "placebos": tuple(
        f"{mode}:placebo={kind}"
        for mode in ("paper", "auto")
        for kind in ("uniform", "frozen", "permuted", "masks")
    ),
}
"""Words that stand for several methods; "strategies" is every strategy there is."""


def methods_of(words: Sequence[str], warm: bool | None = None) -> tuple[Method, ...]:
    """Read methods and groups of them, each method once, in the order given.

    Raises:
        SettingsError: see `method_of`.
    """
    methods = [method_of(text, warm) for word in words for text in _members(word)]
    return tuple(dict.fromkeys(methods))


def _members(word: str) -> Iterable[str]:
    if word == "strategies":
        return discover("autoal_gui.strategies")
    return GROUPS.get(word, (word,))


def reference(method: Method, mode: str, methods: Iterable[Method]) -> Method | None:
    """Return the method of that mode that another is held against: with the same start, plain."""
    found = Method(mode, method.warm)
    return found if found != method and found in methods else None
