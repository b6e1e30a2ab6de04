"""Which of the images predicted are of the open project, and which of them taught the model."""

from collections.abc import Iterable

from autoal_gui.core.images.source import Listing
from autoal_gui.core.language import tr_count
from autoal_gui.core.project.files.known_files import known_images
from autoal_gui.core.project.project import Project
from autoal_gui.core.trained_model import taught_sentences
from autoal_gui.exporters.predictions import Own
from autoal_gui.gui.predict.predict_session import PredictSession
from autoal_gui.gui.session.controller import Controller


class OwnImages:
    """Finds them once for each prediction and opening of the project."""

    def __init__(self, controller: Controller, session: PredictSession) -> None:
        self._controller, self._session = controller, session
        self._of: tuple[Project, Listing] | None = None  # what was found is of these
        self._known: dict[str, int] = {}

    @property
    def known(self) -> dict[str, int]:
        """The project's image id of each image predicted that it has, by its key."""
        session = self._session
        if not self._controller.is_open or session.spec is None:
            return {}
        project, listing = self._controller.project, session.listing
        known = self._of
        if known is None or known[0] is not project or known[1] is not listing:
            self._of = (project, listing)
            self._known = known_images(project.known, session.spec.location, listing.images)
        return self._known

    def written(self) -> Own:
        """Return what a table of the predictions says of the project's own images."""
        known, model = self.known, self._session.shown_model
        if model is None or not known:  # of no open project nothing is known
            return Own()
        return Own.of(self._controller.project, known, model.file)

    def sentences(self) -> str:
        """Say how many of the images taught the model, and which classes it hardly knows."""
        result = self._session.result
        if result is None:
            return ""
        known = taught_sentences(result.classes, result.unseen, result.scarce)
        return " ".join(filter(None, (known, self._taught_sentence(), self._chose_sentence())))

    def labelled_words(self, images: Iterable[int]) -> str:
        """Say how many of these images have a class in the project already; "" for none."""
        answers = self.written().answers
        count = sum(self._session.name_of(image) in answers for image in images)
        if not count:
            return ""
        return tr_count(
            "{count} of them has your label already.",
            "{count} of them have your label already.",
            count,
        )

    def _taught_sentence(self) -> str:
        count = len(self._session.taught)
        if not count:
            return ""
        return tr_count(
            "{count} of these images taught the model: whether it is right there says nothing of "
            "new images, and is not counted.",
            "{count} of these images taught the model: how many of them are right says nothing of "
            "new images, and is not counted.",
            count,
        )

    def _chose_sentence(self) -> str:
        """Say how many of the images chose the threshold by which they are given their class."""
        if self._session.threshold is None or not self._controller.is_open:
            return ""
        chose = {image_id for image_id, _ in self._controller.project.labels.evaluation()}
        count = len(chose & set(self.known.values()))
        if not count:
            return ""
        return tr_count(
            "{count} of these images chose the threshold, which fits it by chance, too.",
            "{count} of these images chose the threshold, which fits them by chance, too.",
            count,
        )
