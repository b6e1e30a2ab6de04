"""Which images are set aside for evaluation."""

import random

from autoal_gui.core.images.source import Listing, Split


def default_evaluation_size(images: int, known: bool) -> int:
    """Return how many images are set aside at random where a set has no test split.

    A fifth where the labels are known; where the annotator must give them first, a tenth, at
    least 20 and at most 100, and never more than a quarter of the images.
    """
    if known:
        return images // 5
    return min(max(20, min(100, images // 10)), images // 4)


def assign_splits(
    listing: Listing, known: bool, evaluation_images: int | None, seed: int
) -> dict[int, Split]:
    """Return the split of each image id (1, 2, ... in the order of the listing).

    Args:
        listing: what the source found; a test split of its own is kept.
        known: whether the listing's labels may serve to evaluate; then only images that have one
            are set aside.
        evaluation_images: how many to set aside at random where there is no test split; None for
            `default_evaluation_size`.
        seed: the same seed sets the same images aside.
    """
    splits: dict[int, Split] = {
        image_id: image.split for image_id, image in enumerate(listing.images, start=1)
    }
    if "evaluation" in splits.values():
        return splits
    labelled = [i for i, image in enumerate(listing.images, start=1) if image.label is not None]
    known = known and bool(labelled)
    eligible = labelled if known else list(splits)
    size = evaluation_images
    if size is None:
        size = default_evaluation_size(len(eligible), known)
    drawn = random.Random(seed)  # noqa: S311 - no secret
    for image_id in drawn.sample(eligible, min(size, len(eligible))):
        splits[image_id] = "evaluation"
    return splits
