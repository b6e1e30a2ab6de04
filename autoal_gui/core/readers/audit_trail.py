"""The journal as an audit trail: what each line changed, before and after."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from autoal_gui.core.images.pool import PoolImage
from autoal_gui.core.labels.journal import UNSEALED, Entry, Journal, sealed

COLUMNS = (
    "line",
    "at",
    "annotator",
    "action",
    "purpose",
    "image_id",
    "image",
    "before",
    "after",
    "round",
    "suggested",
    "confidence",
    "suggestion_shown",
    "takes_back",
    "seal",
)
"""Of the table; `seal` is SHA-256 over the seal before and the line's fields, see `sealed`."""


@dataclass(frozen=True)
class Change:
    """One line of the journal and what it changed."""

    entry: Entry
    before: Entry | None
    """What stood in its place before; None where nothing did."""
    after: Entry | None
    """What stands since."""


def changes(entries: Iterable[Entry]) -> tuple[Change, ...]:
    """Replay a journal, ascending by sequence, and return what each line changed."""
    journal = Journal()
    found = []
    for entry in entries:
        slot = journal.replaced_by(entry)
        before = journal.standing(slot, entry.image_id)
        journal.apply(entry)
        found.append(Change(entry, before, journal.standing(slot, entry.image_id)))
    return tuple(found)


def rows(
    entries: Sequence[Entry], images: Mapping[int, PoolImage], classes: Sequence[str]
) -> Iterator[tuple[object, ...]]:
    """Yield a journal as rows of a table with `COLUMNS`, ascending by sequence.

    Args:
        entries: the whole journal.
        images: the project's images by id.
        classes: class names by index.
    """
    seal = UNSEALED
    for change in changes(entries):
        entry = change.entry
        seal = sealed(entry, seal)
        yield (
            entry.sequence,
            entry.at,
            entry.annotator,
            entry.action,
            entry.purpose,
            entry.image_id,
            images[entry.image_id].key,
            state(change.before, classes),
            state(change.after, classes),
            entry.round_number,
            "" if entry.suggested is None else classes[entry.suggested],
            "" if entry.confidence is None else f"{entry.confidence:.4f}",
            int(entry.shown),
            "" if entry.target is None else entry.target,
            seal,
        )


def state(entry: Entry | None, classes: Sequence[str]) -> str:
    """Return what stands in a place as the table says it; empty for nothing."""
    if entry is None:
        return ""
    if entry.class_index is not None:
        return classes[entry.class_index]
    return entry.comment if entry.action == "comment" else entry.action
