"""What the review page says of the model: below each image, and of classes it had not learned."""

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np

from autoal_gui.core.labels.label_errors import MODEL_UNKNOWN, ReviewTable
from autoal_gui.core.language import mark, number, tr
from autoal_gui.core.measures.operating.decision import By, Opinion, Threshold, decided
from autoal_gui.core.measures.operating.text import opinion_words
from autoal_gui.gui.images.grid_items import BREAK
from autoal_gui.gui.widgets.answers import line_below

LEADS: dict[By, str] = {
    "model": mark("Model:"),
    "point": mark("At your point:"),
    "likeliest": mark("Most likely:"),
}
"""What stands in a line of its own above the class, where both are too long for one."""
NAMED = 3  # classes; of more only the number is told


class ModelCaptions(Mapping[int, str]):
    """What the model says of each image with another label, made when it is drawn."""

    def __init__(
        self,
        table: ReviewTable,
        classes: Sequence[str],
        threshold: Threshold | None = None,
        at_point: Collection[int] = (),
    ) -> None:
        """Take what is known.

        Args:
            table: every answered image.
            classes: their names, by index.
            threshold: which class an image is given, see `decided`.
            at_point: the images to which it applies, see `ModelInUse.at_point`: of others no more
                is kept than a suggestion, or what an earlier model made of them.
        """
        self._table, self._classes = table, classes
        self._can_judge = table.can_judge
        known = table.model_class != MODEL_UNKNOWN
        self._otherwise: By = "model" if threshold is None else "likeliest"
        ids = np.fromiter(at_point if threshold else (), np.int64)
        self._at_point = known & np.isin(table.ids, ids)
        self._given = table.model_class.copy()
        self._given[self._at_point] = decided(table.shares[self._at_point], threshold)
        # A likely error is told by the likeliest class, so that its word is wanted there as well.
        other = (self._given != table.class_index) | (table.model_class != table.class_index)
        self._differs = known & other

    def __getitem__(self, image_id: int) -> str:
        table, place = self._table, self._table.place(image_id)
        if place is None or not self._differs[place]:
            raise KeyError(image_id)
        if not self._can_judge[place]:
            return f"{tr('Model: class not learned')}\n{tr('not learned')}"
        given, by = int(self._given[place]), self._by(place)
        if given == table.class_index[place]:  # a likely error is one by the likeliest class
            given, by = int(table.model_class[place]), self._otherwise
        share, best = float(table.shares[place, given]), int(table.model_class[place])
        likelier = None if given == best else (best, float(table.shares[place, best]))
        opinion = Opinion(given, share, by, likelier)
        line, alone = (say(self._classes, opinion) for say in (line_below, opinion_words))
        # The class is what is looked for: on a small tile it has a line of its own, and above it
        # stands whose word it is: alone it would be read as another answer.
        return f"{line}\n{tr(LEADS[by])}{BREAK}{alone}"

    def _by(self, place: int) -> By:
        return "point" if self._at_point[place] else self._otherwise

    def __iter__(self) -> Iterator[int]:
        return (image for image in self._table.ids.tolist() if image in self)

    def __len__(self) -> int:
        return int(self._differs.sum())


def not_learned_words(table: ReviewTable, classes: Sequence[str]) -> str:
    """Say which labels the model cannot judge; empty where it had learned every class."""
    found = [classes[c] for c in table.not_learned]
    if not found:
        return ""
    names = ", ".join(found[:NAMED])
    if len(found) > NAMED:
        more = len(found) - NAMED
        names = tr("{names} and {count} more", names=names, count=number(more))
    return tr(
        "Where the model had not learned the class of a label, it cannot judge it: {names}. "
        "Among likely errors these come last.",
        names=names,
    )
