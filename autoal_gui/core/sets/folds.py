"""Labels dealt into folds of which no group is torn.

Near-alike images of one patient on both sides make a model look better than it is on the next one.
"""

import random
from collections import Counter
from collections.abc import Sequence


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
    holds: dict[int, dict[int, int]] = {unit: {} for unit in units}
    for unit, known in zip(units, classes, strict=True):
        holds[unit][known] = holds[unit].get(known, 0) + 1
    totals = Counter(classes)
    order = sorted(holds)
    random.Random(seed).shuffle(order)  # noqa: S311 - no secret
    sizes = Counter(units)
    order.sort(key=lambda unit: -sizes[unit])
    numbers = range(min(folds, len(order)))
    held = {known: [0 for _ in numbers] for known in totals}
    full = [0 for _ in numbers]

    def common(unit: int) -> Sequence[float]:
        """Return how much of a unit's classes each fold has already, in the order of these."""
        (known, *others) = holds[unit]
        if not others:  # the most usual unit: its own factor changes no order
            return held[known]
        parts = [
            [there * count / totals[known] ** 2 for there in held[known]]
            for known, count in holds[unit].items()
        ]
        return [sum(fold) for fold in zip(*parts, strict=True)]

    chosen: dict[int, int] = {}
    for unit in order:
        _, _, fold = min(zip(common(unit), full, numbers, strict=True))
        chosen[unit] = fold
        full[fold] += sizes[unit]
        for known, count in holds[unit].items():
            held[known][fold] += count
    return tuple(chosen[unit] for unit in units)
