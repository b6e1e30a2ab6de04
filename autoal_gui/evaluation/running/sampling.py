"""A smaller set of the same kind: a share of the images of each class and part."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from autoal_gui.core.images.source import ListedImage, Listing
from autoal_gui.core.sets.partition import join_groups


def share_of(listing: Listing, share: float) -> Listing:
    """Return a listing with a share of its labelled images, in their order.

    Each class of each part gives its share, and one image at least; groups and identical files stay
    together. The same share of the same set is the same images on every computer.

    Args:
        listing: what a source found; images without a label are left out.
        share: in (0, 1]; 1 leaves the listing as it is.
    """
    if share >= 1:
        return listing
    known = [image for image in listing.images if image.label is not None]
    units = join_groups([one.group for one in known], [one.sha256 for one in known])
    kept = _drawn(known, units, share)
    images = tuple(one for one, unit in zip(known, units, strict=True) if unit in kept)
    return replace(listing, images=images)


def _drawn(images: Sequence[ListedImage], units: Sequence[int], share: float) -> set[int]:
    """Return the units that are kept; one counts for its first image's class and part."""
    first: dict[int, tuple[str, int | None]] = {}
    for image, unit in zip(images, units, strict=True):
        first.setdefault(unit, (image.split, image.label))
    strata: dict[tuple[str, int | None], list[int]] = defaultdict(list)
    for unit, stratum in first.items():
        strata[stratum].append(unit)
    drawn = random.Random(0)  # noqa: S311 - no secret
    kept: set[int] = set()
    for stratum in sorted(strata, key=str):
        kept.update(drawn.sample(strata[stratum], max(1, round(share * len(strata[stratum])))))
    return kept
