"""What was found in a set, in numbers and in one sentence, before anything is made of it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from autoal_gui.core.images.source import ListedImage, Listing, OfficialSplit
from autoal_gui.core.language import clauses, mark, number, some_of, tr, tr_count
from autoal_gui.core.sets.layout import class_name, folder_at

NAMED = 3  # files that are named as examples
VALIDATION = mark("Validation images are left out, since the file has test images.")
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
    contradictions: tuple[tuple[str, ...], ...] = ()
    """Keys of images that have the same file, but known labels that differ."""

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


def left_out_text(
    unreadable: tuple[tuple[str, str], ...], passed_over: tuple[tuple[str, int], ...] = ()
) -> str:
    """Return what is left out, a line each: files with their reason, then kinds counted."""
    named = [f"{key}: {reason}" for key, reason in unreadable]
    return "\n".join([*named, *(f"{reason} ({count})" for reason, count in passed_over)])


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
        contradictions(images),
    )


def contradictions(images: tuple[ListedImage, ...]) -> tuple[tuple[str, ...], ...]:
    """Return the keys of images that have the same file, but known labels that differ."""
    same: dict[str, list[ListedImage]] = defaultdict(list)
    for image in images:
        if image.sha256 and image.label is not None:
            same[image.sha256].append(image)
    return tuple(
        tuple(image.key for image in found)
        for found in same.values()
        if len({image.label for image in found}) > 1
    )


def straddling_groups(images: tuple[ListedImage, ...]) -> tuple[str, ...]:
    """Return the groups that have images in more than one part of the set."""
    return _in_several_parts((image.group, image.part) for image in images)


def straddling_files(images: tuple[ListedImage, ...]) -> tuple[str, ...]:
    """Return the SHA-256 of the files that stand in more than one part of the set."""
    return _in_several_parts((image.sha256, image.part) for image in images)


def _in_several_parts(named: Iterable[tuple[str, OfficialSplit | None]]) -> tuple[str, ...]:
    parts: dict[str, set[str]] = defaultdict(set)
    for name, part in named:
        if name and part is not None:
            parts[name].add(part)
    return tuple(sorted(name for name, found in parts.items() if len(found) > 1))


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
    return tr("{words}.", words=clauses(words))


def parts_text(summary: SetSummary) -> str:
    """Say what becomes of the parts that a published set has; empty where it has none.

    Args:
        summary: its counts; a validation part that is left out counts among `left_out`.
    """
    train, validation, test = (summary.splits[part] for part in PARTS)
    if not train or not (validation or test):
        return ""
    if validation and not test:
        return tr(
            "The set's own parts: {train} images to train are the pool, {validation} to validate "
            "the evaluation set, since it has no test images.",
            train=number(train),
            validation=number(validation),
        )
    unused = summary.left_out.get(tr(VALIDATION), 0)
    if not unused:
        return tr(
            "The set's own parts: {train} images to train are the pool, {test} to test the "
            "evaluation set.",
            train=number(train),
            test=number(test),
        )
    return tr(
        "The set's own parts: {train} images to train are the pool, {test} to test the evaluation "
        "set; {validation} to validate are not used, so that nothing is tuned on them.",
        train=number(train),
        test=number(test),
        validation=number(unused),
    )


def folders_of_one_class(listing: Listing, level: int) -> tuple[str, ...]:
    """Return the classes that several folders name, in other letters that look the same.

    Args:
        listing: the set.
        level: of the folders that name classes; 0 for none.
    """
    named: dict[str, set[str]] = defaultdict(set)
    keys = (image.key for image in listing.images)
    for key in (*keys, *(f"{folder}/x" for folder in listing.folders)):
        folder = folder_at(key, level)
        named[class_name(folder)].add(folder)
    return tuple(name for name, folders in named.items() if len(folders) > 1)


def doubts(
    listing: Listing, summary: SetSummary, redrawn: bool = False, class_level: int = 0
) -> tuple[str, ...]:
    """Say what in a set makes numbers look better than they are, or labels doubtful.

    Args:
        listing: the set.
        summary: its counts.
        redrawn: whether the evaluation set is drawn anew, whatever parts the set has.
        class_level: of the folders that name classes; 0 for none.
    """
    lines = []
    if summary.straddling_groups:
        lines.append(_straddling(summary.straddling_groups, redrawn))
    if summary.duplicates:
        lines.append(
            tr_count(
                "{count} file has the same content as another one: the two stay together, so that "
                "no model is measured on an image that it has learned from.",
                "{count} files have the same content as another one: such files stay together, so "
                "that no model is measured on an image that it has learned from.",
                summary.duplicates,
            )
        )
    if files := straddling_files(listing.images):
        lines.append(
            tr_count(
                "{count} file stands in more than one part of the set.",
                "{count} files stand in more than one part of the set.",
                len(files),
            )
        )
    if summary.contradictions:
        lines.append(
            tr_count(
                "{count} file stands under more than one class: {names}.",
                "{count} files stand under more than one class: {names}.",
                len(summary.contradictions),
                names=some_of([" = ".join(keys[:NAMED]) for keys in summary.contradictions], NAMED),
            )
        )
    lines += [
        tr("These classes may be one: {names}.", names=", ".join(names))
        for names in twins(listing.classes)
    ]
    if same := folders_of_one_class(listing, class_level):
        names = ", ".join(same)
        lines.append(tr("Folders whose names look the same are one class: {names}.", names=names))
    return tuple(lines)


def _straddling(count: int, redrawn: bool) -> str:
    if redrawn:
        return tr_count(
            "{count} group is in more than one part of the set; a new evaluation set is drawn "
            "that keeps it whole.",
            "{count} groups are in more than one part of the set; a new evaluation set is drawn "
            "that keeps each whole.",
            count,
        )
    return tr_count(
        "{count} group is in more than one part of the set; it is kept whole where its first "
        "image stands.",
        "{count} groups are in more than one part of the set; each is kept whole where its first "
        "image stands.",
        count,
    )
