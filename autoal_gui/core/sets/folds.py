"""Labels dealt into folds of which no group is torn.

Near-alike images of one patient on both sides make a model look better than it is on the next one.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import partial


def are_alone(units: Sequence[int] | None) -> bool:
    """Say whether no two of some images belong together; None where nothing is known of that."""
    return units is None or len(set(units)) == len(units)


def deal_units(
    units: Sequence[int], classes: Sequence[int], folds: int, seed: int
) -> tuple[int, ...]:
    """Return the fold of each image, in [0, folds): whole units, and each class spread out.

    The larger units are dealt first, those of one size in random order, each to the fold that has
    the least of its classes.

    Args:
        units: the unit of each image, see `join_groups`.
        classes: the class of each image.
        folds: how many; no more than there are units are used.
        seed: the same seed deals alike.
    """
    holds: dict[int, Counter[int]] = defaultdict(Counter)
    for unit, known in zip(units, classes, strict=True):
        holds[unit][known] += 1
    totals = Counter(classes)
    order = sorted(holds)
    random.Random(seed).shuffle(order)  # noqa: S311 - no secret
    order.sort(key=lambda unit: -holds[unit].total())
    held: list[Counter[int]] = [Counter() for _ in range(min(folds, len(order)))]

    def crowded(unit: int, fold: int) -> tuple[float, int, int]:
        """Return how much of the unit's classes a fold has already, and how much of anything."""
        common = (held[fold][c] * n / totals[c] ** 2 for c, n in holds[unit].items())
        return sum(common), held[fold].total(), fold

    chosen: dict[int, int] = {}
    for unit in order:
        chosen[unit] = min(range(len(held)), key=partial(crowded, unit))
        held[chosen[unit]].update(holds[unit])
    return tuple(chosen[unit] for unit in units)
