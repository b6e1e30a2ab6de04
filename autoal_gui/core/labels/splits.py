"""Which images are set aside for evaluation."""

from autoal_gui.core.images.source import Listing, Split
from autoal_gui.core.sets.partition import join_groups, set_aside


def default_evaluation_size(images: int, known: bool, by_answers: bool) -> int:
    """Return how many images are set aside at random where a set has no test split.

    A fifth where the labels are known. Where the annotator must give them, none if the answers that
    a model learns from measure it, too (`RunSettings.measures_by_answers`), else `held_out_size`.
    """
    if known:
        return images // 5
    return 0 if by_answers else held_out_size(images)


def held_out_size(images: int) -> int:
    """Return how many images whose label is not known yet are set aside, where any are.

    A tenth, at least 20 and at most 100, and never more than a quarter of the images.
    """
    return min(max(20, min(100, images // 10)), images // 4)


def assign_splits(
    listing: Listing,
    known: bool,
    evaluation_images: int | None,
    seed: int,
    by_answers: bool = False,
) -> dict[int, Split]:
    """Return the split of each image id (1, 2, ... in the order of the listing).

    Groups and identical files stay on one side, and where classes are known each gives its share,
    see `set_aside`.

    Args:
        listing: what the source found; a test split of its own is kept.
        known: whether the listing's labels may serve to evaluate; then only images that have one
            are set aside.
        evaluation_images: how many to set aside at random where there is no test split; None for
            `default_evaluation_size`.
        seed: the same seed sets the same images aside.
        by_answers: whether the answers that a model learns from measure it, too.
    """
    splits: dict[int, Split] = {
        image_id: image.split for image_id, image in enumerate(listing.images, start=1)
    }
    if "evaluation" in splits.values():
        return splits
    images = listing.images
    units = join_groups([image.group for image in images], [image.sha256 for image in images])
    labels = {image_id: image.label for image_id, image in enumerate(images, start=1)}
    labelled = sum(label is not None for label in labels.values())
    known = known and labelled > 0
    if known:  # a group with images that nothing is known of cannot be measured on as a whole
        open_units = {units[i - 1] for i, label in labels.items() if label is None}
        eligible = {i: units[i - 1] for i in labels if units[i - 1] not in open_units}
    else:
        eligible, labels = {i: units[i - 1] for i in labels}, {}
    size = evaluation_images
    if size is None:
        size = default_evaluation_size(labelled if known else len(images), known, by_answers)
    for image_id in set_aside(eligible, labels, min(size, len(eligible)), seed):
        splits[image_id] = "evaluation"
    return splits
