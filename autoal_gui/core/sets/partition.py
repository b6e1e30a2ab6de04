"""Which images are set aside together: whole groups, and every class where that can be.

A group (a patient, a slide) never stands on both sides, or a model is measured on what it has
seen. Identical files count as one group.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence

from autoal_gui.core.images.pool import PoolImage

Class = int | None
"""The class of an image; None where it is not known."""


def join_groups(groups: Sequence[str], hashes: Sequence[str]) -> tuple[int, ...]:
    """Return the number of the unit that each image belongs to, counted from 0.

    Images of one group are one unit, identical files are too, and so are groups that share a file.

    Args:
        groups: the group of each image; empty where it stands alone.
        hashes: the SHA-256 of each image; empty where it is not known.
    """
    parents = list(range(len(groups)))

    def root(image: int) -> int:
        while parents[image] != image:
            parents[image] = parents[parents[image]]
            image = parents[image]
        return image

    first: dict[tuple[str, str], int] = {}
    for kind, names in (("group", groups), ("hash", hashes)):
        for image, name in enumerate(names):
            if name:
                parents[root(image)] = root(first.setdefault((kind, name), image))
    numbers: dict[int, int] = {}
    return tuple(numbers.setdefault(root(image), len(numbers)) for image in range(len(groups)))


def units_of(images: Mapping[int, PoolImage], image_ids: Sequence[int]) -> tuple[int, ...]:
    """Return the number of the unit that each of some images belongs to, see `join_groups`.

    Args:
        images: the pool's, by image id.
        image_ids: which of them, in the order of what is returned.
    """
    asked = [images[image_id] for image_id in image_ids]
    return join_groups([one.group for one in asked], [one.sha256 for one in asked])


def set_aside(
    units: Mapping[int, Hashable], classes: Mapping[int, Class], wanted: int, seed: int
) -> frozenset[int]:
    """Return about `wanted` images to measure on: whole units, and each class by its share.

    A class keeps at least one unit to learn from; a class of two units or more gives one to
    measure on, where it is not torn from its group by that.

    Args:
        units: the unit of each image that may be set aside, see `join_groups`.
        classes: the class of each image, None where it is not known.
        wanted: how many images; what comes back differs by less than the largest unit, or by what
            the classes ask for.
        seed: the same seed sets the same images aside.
    """
    members: dict[Hashable, list[int]] = defaultdict(list)
    for image, unit in units.items():
        members[unit].append(image)
    holds = {
        unit: Counter(classes.get(image) for image in found) for unit, found in members.items()
    }
    totals = Counter(classes.get(image) for image in units)
    standing = Counter(c for found in holds.values() for c in found)
    order = sorted(members, key=str)
    random.Random(seed).shuffle(order)  # noqa: S311 - no secret
    rarest = sorted(totals, key=lambda c: (c is None, standing[c], str(c)))
    goals = _goals(totals, standing, wanted)
    chosen: set[Hashable] = set()
    left = Counter(standing)
    held: Counter[Class] = Counter()
    for rare in rarest:
        for unit in order:
            missing = goals[rare] - held[rare]
            if missing <= 0:
                break
            size = holds[unit][rare]
            if not size or unit in chosen or (held[rare] and size > 2 * missing):
                continue
            if any(known is not None and left[known] < 2 for known in holds[unit]):
                continue  # nothing of a class would be left to learn from
            chosen.add(unit)
            held.update(holds[unit])
            left.subtract(set(holds[unit]))
    return frozenset(image for unit in chosen for image in members[unit])


def _goals(
    totals: Mapping[Class, int], standing: Mapping[Class, int], wanted: int
) -> dict[Class, int]:
    """Return how many images of each class are set aside, by largest remainders.

    A class in two units or more gives one at least; one in a single unit gives none.
    """
    images = sum(totals.values())
    exact = {known: wanted * total / images for known, total in totals.items()} if images else {}
    goals = {known: int(share) for known, share in exact.items()}
    order = sorted(exact, key=lambda known: (goals[known] - exact[known], str(known)))
    for known in order[: wanted - sum(goals.values())]:
        goals[known] += 1
    for known in goals:
        if known is not None and wanted:
            goals[known] = max(1, goals[known]) if standing[known] > 1 else 0
    return goals
