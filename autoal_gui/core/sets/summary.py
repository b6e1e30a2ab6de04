"""What was found in a set, in numbers and in one sentence, before anything is made of it."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from autoal_gui.core.images.source import ListedImage, Listing, OfficialSplit
from autoal_gui.core.language import number, tr, tr_count

PARTS: tuple[OfficialSplit, ...] = ("train", "validation", "test")


@dataclass(frozen=True)
class SetSummary:
    """Counts of a set."""

    images: int
    labelled: int
    classes: Mapping[str, int]
    """Images of each class, none included."""
    groups: int
    """Different groups; images that stand alone are none."""
    splits: Mapping[str, int]
    """Images in each part that the set itself names."""
    duplicates: int
    """Images whose file is the same as that of an earlier one."""
    straddling_groups: int
    """Groups with images in more than one part of the set."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """How many files or images are left out, by the sentence that says why."""

    def as_json(self, understood_as: str) -> dict[str, Any]:
        """Return what `autoal-gui inspect --json` writes."""
        return {
            "images": self.images,
            "labelled": self.labelled,
            "classes": dict(self.classes),
            "groups": self.groups,
            "splits": dict(self.splits),
            "duplicates": self.duplicates,
            "straddling_groups": self.straddling_groups,
            "left_out": dict(self.left_out),
            "understood_as": understood_as,
        }


def summarise(listing: Listing) -> SetSummary:
    """Count what a listing holds."""
    images = listing.images
    labels = Counter(image.label for image in images if image.label is not None)
    classes = {name: labels[index] for index, name in enumerate(listing.classes)}
    found = Counter(image.part for image in images if image.part is not None)
    hashes = Counter(image.sha256 for image in images if image.sha256)
    return SetSummary(
        len(images),
        sum(labels.values()),
        classes,
        len({image.group for image in images if image.group}),
        {part: found[part] for part in PARTS},
        sum(hashes.values()) - len(hashes),
        len(straddling_groups(images)),
        listing.left_out,
    )


def straddling_groups(images: tuple[ListedImage, ...]) -> tuple[str, ...]:
    """Return the groups that have images in more than one part of the set."""
    parts: dict[str, set[str]] = defaultdict(set)
    for image in images:
        if image.group and image.part is not None:
            parts[image.group].add(image.part)
    return tuple(sorted(group for group, found in parts.items() if len(found) > 1))


def twins(names: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Return names of classes that differ in case or blanks alone, which may be one class."""
    alike: dict[str, list[str]] = defaultdict(list)
    for name in names:
        alike[" ".join(name.casefold().split())].append(name)
    return tuple(tuple(found) for found in alike.values() if len(found) > 1)


def counts_text(summary: SetSummary) -> str:
    """Return the counts in one line: images, groups, classes, parts."""
    words = [tr_count("{count} image", "{count} images", summary.images)]
    if summary.groups:
        words.append(tr_count("{count} group", "{count} groups", summary.groups))
    if summary.classes:
        words.append(tr_count("{count} class", "{count} classes", len(summary.classes)))
    if any(summary.splits.values()):
        counts = {part: number(summary.splits[part]) for part in PARTS}
        words.append(tr("{train} to train, {validation} to validate, {test} to test", **counts))
    return f"{', '.join(words)}."
