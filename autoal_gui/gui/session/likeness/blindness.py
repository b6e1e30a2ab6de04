"""What the map, the grid and the search may show of which image, so that answers stay blind."""

from collections.abc import Iterator, Mapping, Set

from autoal_gui.core.labels.journal import Entry
from autoal_gui.core.project.project import Project
from autoal_gui.gui.session.asked_images import AskedImages


def kept_off(project: Project) -> Set[int]:
    """Return the images that are neither on the map nor found: those that are to measure.

    An evaluation set whose images were answered because they were found would be none any more.
    """
    answers = project.labels.answers
    return {i for i in project.pool.ids("evaluation") if i not in answers}


def asked_blind(project: Project, images: AskedImages) -> Set[int]:
    """Return the images of which neither an answer nor what a model makes of them may be seen.

    They are those of the batch without an answer, among them what is drawn to measure by and what
    is put a second time, all others that were drawn to be read alone, and those that a second
    reader has still to read.
    """
    answered = images.answered
    waiting = {i for i in (*images.batch, *images.repeats) if i not in answered}
    waiting.update(project.bulk.waiting)  # after a round the batch holds but the first of them
    journal = project.labels.journal
    for reading in project.readings.all():
        read = journal.second_answers(reading.annotator)
        waiting.update(i for i in reading.images if i not in read)
    return waiting


class ShownAnswers(Mapping[int, Entry]):
    """The answers that the reader may see: of an image that is put twice only the later one."""

    def __init__(self, project: Project, images: AskedImages) -> None:
        self._project, self._images = project, images

    def __getitem__(self, image_id: int) -> Entry:
        entry = self._images.shown_answer(image_id)
        if entry is None:
            raise KeyError(image_id)
        return entry

    def __iter__(self) -> Iterator[int]:
        return iter(self._project.labels.answers)

    def __len__(self) -> int:
        return len(self._project.labels.answers)
