"""After how many answers the next round starts: one count for who starts, tells and deals.

A batch has as many images left as answers are missing, so that what stands beside the image and
what is told of the next round go together.
"""

from bisect import bisect_right
from collections.abc import Sequence

from autoal_gui.core.project.project import Project

BROKEN_OFF = ("running", "interrupted")
"""How a round ended that the end of the program has stopped: its answers are due again."""


class NextRound:
    """Counts the answers that the last round has not begun with, whatever asked for them.

    A round that could not train for want of a second class takes no answers from the count, unless
    there was a batch's worth of them: a batch has one round.
    """

    def __init__(self) -> None:
        self._before = 0

    def open(self, project: Project) -> None:
        """Count as was counted before the project was closed: from the rounds that it has begun.

        One that failed or was cancelled has taken its answers too; it is not begun again by itself.
        """
        answers, several = _answers(project), _two_classes_at(project)
        times = [at for at, _ in answers]
        self._before = learned = 0
        for record in project.rounds.all():
            given = bisect_right(times, record.started)
            self._pass_over(answers[:given], learned, record.settings.batch_size)
            learned = learned if record.outcome in BROKEN_OFF else given
            could_train = bool(record.checkpoint) or ("" < several <= record.started)
            complete = given - self._before >= record.settings.batch_size
            if record.outcome not in BROKEN_OFF and (could_train or complete):
                self._before = given
        self._pass_over(answers, learned, project.settings.run.batch_size)

    def _pass_over(self, answers: Sequence[tuple[str, bool]], learned: int, size: int) -> None:
        """Take complete batches from the count that had no round: they had nothing to teach.

        Args:
            answers: see `_answers`.
            learned: how many of them the last round began with.
            size: of a batch.
        """
        while (end := self._before + size) <= len(answers):
            if any(teaches for _, teaches in answers[learned:end]):
                return
            self._before = end

    def count_anew(self, project: Project) -> None:
        """Count from now on: a round begins with all answers of now."""
        self._before = given_answers(project)

    def follow(self, project: Project) -> bool:
        """Take in that answers have come or gone; say whether a round is due, once for each."""
        given = given_answers(project)
        self._before = min(self._before, given)  # an answer taken back is counted when it is given
        new = given - self._before
        due = new >= project.settings.run.batch_size or (new > 0 and not project.labels.waiting)
        if due:
            self.count_anew(project)
        return due

    def left(self, project: Project) -> int:
        """Return after how many answers a round starts; 0 where nothing is left to ask."""
        return min(max(1, self._missing(project)), project.labels.waiting)

    def to_deal(self, project: Project) -> int:
        """Return how many images a batch has that is dealt now, at least 1.

        Where the answers are complete, though their round has not been asked for yet, it is for
        the round after that.
        """
        missing = self._missing(project)
        return missing if missing > 0 else project.settings.run.batch_size

    def _missing(self, project: Project) -> int:
        return project.settings.run.batch_size - given_answers(project) + self._before


def given_answers(project: Project) -> int:
    """Return how many answers were given singly, those to images that were asked twice included."""
    labels = project.labels
    singly = len(labels.answers) - labels.counts.confirmed.total()
    return singly + len(labels.journal.repeats)


def _answers(project: Project) -> list[tuple[str, bool]]:
    """Return when each of the `given_answers` was given, ascending, and whether it teaches."""
    journal, teaching = project.labels.journal, dict(project.labels.training())
    singly = (i for i, e in journal.answers.items() if e.purpose != "confirm")
    given = ((journal.first_answers[image].at, image in teaching) for image in singly)
    return sorted((*given, *((entry.at, False) for entry in journal.repeats.values())))


def _two_classes_at(project: Project) -> str:
    """Return when labels of two classes were there, without which nothing trains; "" if never."""
    first: dict[int, str] = {}
    answers = project.labels.journal.first_answers
    for image_id, class_index in project.labels.training():
        at = answers[image_id].at
        first[class_index] = min(at, first.get(class_index, at))
    return sorted(first.values())[1] if len(first) > 1 else ""
