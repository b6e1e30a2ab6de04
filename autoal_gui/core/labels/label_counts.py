"""How many labels there are, kept up to date with each answer instead of counted at each key."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from autoal_gui.core.images.pool import PoolImage
from autoal_gui.core.images.source import Split
from autoal_gui.core.labels.journal import Entry


@dataclass
class LabelCounts:
    """Counts of the answers that stand."""

    classes: Counter[int] = field(default_factory=Counter)
    """Images by class index."""
    labels: Counter[Split] = field(default_factory=Counter)
    """Images with a class that a reader gave them singly, by split."""
    confirmed: Counter[int] = field(default_factory=Counter)
    """Images whose class was confirmed in bulk, by class index; they count nowhere else."""

    @classmethod
    def of(cls, answers: Mapping[int, Entry], images: Mapping[int, PoolImage]) -> "LabelCounts":
        """Count all of them once."""
        label_counts = cls()
        for image_id, entry in answers.items():
            label_counts.add(entry, images[image_id].split, 1)
        return label_counts

    def add(self, entry: Entry | None, split: Split, count: int) -> None:
        """Count an answer in, or out with a count of -1; None is no answer."""
        if entry is None or entry.class_index is None:
            return
        if entry.purpose == "confirm":
            self.confirmed[entry.class_index] += count
        else:
            self.classes[entry.class_index] += count
            self.labels[split] += count
