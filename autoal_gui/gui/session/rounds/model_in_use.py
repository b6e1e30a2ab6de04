"""The last model as it is used, read once after each round for all who tell of it."""

from collections.abc import Set

import numpy as np

from autoal_gui.core.database.round_rows import Suggestion
from autoal_gui.core.measures.operating.decision import (
    Opinion,
    Threshold,
    given_class,
    surely_given,
)
from autoal_gui.core.measures.operating.point import OperatingPoint
from autoal_gui.core.project.kept_point import kept_point
from autoal_gui.core.project.last_model import last_model
from autoal_gui.core.project.measured_images import measured_images, weighed_images
from autoal_gui.core.project.measured_rounds import Measured
from autoal_gui.core.project.result_in_use import ResultInUse, result_in_use
from autoal_gui.core.sets.column_results import MeasuredImages
from autoal_gui.gui.session.part import Part


class ModelInUse(Part):
    """Its operating point, what it is measured on, and what it gives an image.

    What was read holds until there is another round, rule, class or evaluation set; labels that
    change between two rounds count from the next one on, as in all numbers of a round.
    """

    _read_for: tuple[object, ...] | None = None
    _known: MeasuredImages | None = None
    _weighed: MeasuredImages | None = None
    _point: OperatingPoint | None = None
    _is_point_read = False

    def _look(self) -> None:
        """Forget what was read of another state of the project."""
        project = self._project
        now = (
            project,
            project.rounds.last,
            project.settings.operating_point,
            project.classes.names,
            project.files.curve_start,
        )
        if now != self._read_for:
            self._read_for = now
            self._known, self._weighed = None, None
            self._point, self._is_point_read = None, False

    @property
    def known(self) -> MeasuredImages:
        """What `measured_images` returned when it was read."""
        self._look()
        if self._known is None:
            self._known = measured_images(self._project)
        return self._known

    @property
    def weighed(self) -> MeasuredImages:
        """What `weighed_images` returned when it was read."""
        self._look()
        if self._weighed is None:
            self._weighed = weighed_images(self._project)
        return self._weighed

    @property
    def point(self) -> OperatingPoint | None:
        """What `kept_point` returned; without a rule no probability is read."""
        self._look()
        if not self._is_point_read:
            has_rule = self._project.settings.operating_point is not None
            self._point = kept_point(self._project, self.weighed) if has_rule else None
            self._is_point_read = True
        return self._point

    @property
    def threshold(self) -> Threshold | None:
        """That of the point; None: an image is given the likeliest class."""
        return None if self.point is None else self.point.threshold

    def result(self, measured: Measured) -> ResultInUse:
        """Return `result_in_use` of rounds, at least one."""
        if self.point is None:
            return ResultInUse(measured[-1][1])
        return result_in_use(self._project, measured, self.weighed, self.point)

    def at_point(self) -> Set[int]:
        """Return the images whose kept probabilities are of the model that has the point."""
        model = None if self.point is None else last_model(self._project)
        if model is None:
            return frozenset()
        found = self._project.rounds.predicted_by()
        return {image for image, number in found.items() if number == model.record.number}

    def opinion(self, image_id: int, suggestion: Suggestion | None) -> Opinion | None:
        """Return what is told of a suggestion: at the point, where one is in use."""
        threshold = self.threshold
        if suggestion is None:
            return None
        likeliest, share = suggestion.class_index, suggestion.confidence
        if threshold is None:
            return Opinion(likeliest, share)
        if suggestion != self._project.rounds.suggestion(image_id):  # of an earlier model
            return Opinion(likeliest, share, "likeliest")
        classes, model = len(self._project.classes.names), last_model(self._project)
        found = self._project.rounds.prediction(image_id)
        if found is not None and model is not None and found[1] == model.record.number:
            given, best = given_class(found[0], classes, threshold), int(found[0].argmax())
            value = float(found[0][given]) if given < len(found[0]) else 0.0
            likelier = None if given == best else (best, float(found[0][best]))
            return Opinion(given, value, "point", likelier)
        known = surely_given(np.array([likeliest]), np.array([share]), classes, threshold)
        class_index, value, is_sure = (array[0].item() for array in known)
        likelier = None if class_index == likeliest else (likeliest, share)
        return Opinion(class_index, value, "point" if is_sure else "likeliest", likelier)
