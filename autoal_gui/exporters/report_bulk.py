"""What the report says of labels that were not given singly, or to other pixels."""

from collections.abc import Iterable

from autoal_gui.core.labels.bulk_text import bulk_words, check_words
from autoal_gui.core.labels.journal import Entry
from autoal_gui.core.language import tr, tr_count
from autoal_gui.core.project.export_snapshot import Snapshot

BULK = "in bulk"


def answer_kind(entry: Entry) -> str:
    """Return how an answer is counted that is not among the known labels."""
    return f"{BULK} {entry.class_index}" if entry.purpose == "confirm" else entry.action


def in_bulk(labels: Snapshot) -> Iterable[tuple[str, str]]:
    """Yield the rows of the counts for them, one for each class that has any."""
    answers = labels.answers.values()
    found = {entry.class_index for entry in answers if entry.purpose == "confirm"}
    for index, name in enumerate(labels.classes):
        if index in found:
            yield f"{BULK} {index}", tr("Confirmed in bulk: {name}", name=name)


def bulk_lines(labels: Snapshot) -> list[str]:
    """Return how many there are and what the check of them says; nothing where there are none."""
    confirmed = _confirmed(labels)
    if not confirmed:
        return []
    return [bulk_words(confirmed, len(labels.confirmed)), check_words(labels.check)]


def _confirmed(labels: Snapshot) -> int:
    return sum(entry.purpose == "confirm" for entry in labels.answers.values())


def label_lines(labels: Snapshot) -> list[str]:
    """Say what labels there are besides those given singly, and which are of other pixels."""
    return [*came_lines(labels), *bulk_lines(labels), *other_pixels_lines(labels)]


def came_lines(labels: Snapshot) -> list[str]:
    """Say how many images came with a label and wait for no answer; nothing where none did."""
    came = len(labels.pool.images.keys() - labels.answers.keys() - set(labels.unanswered))
    if not came:
        return []
    return [
        tr_count(
            "{count} more image came with a label, and needs no answer.",
            "{count} more images came with a label, and need no answer.",
            came,
        )
    ]


def other_pixels_lines(labels: Snapshot) -> list[str]:
    """Say how many labels were given to a file that was replaced since; nothing for none."""
    if not labels.other_pixels:
        return []
    return [
        tr_count(
            "{count} label was given to other pixels than its image shows now.",
            "{count} labels were given to other pixels than their images show now.",
            len(labels.other_pixels),
        )
    ]
