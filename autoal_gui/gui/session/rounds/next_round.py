"""After how many answers the next round starts: one count for who starts, tells and deals.

A batch has as many images left as answers are missing, so that what stands beside the image and
what is told of the next round go together.
"""

from autoal_gui.core.project.project import Project


class NextRound:
    """Counts the answers that the last round has not begun with, whatever asked for them.

    A round that could not train for want of a second class takes no answers from the count, unless
    there was a batch's worth of them: a batch has one round.
    """

    def __init__(self) -> None:
        self._before = 0

    def open(self, project: Project) -> None:
        """Count from the start of the last round that made a model, else all answers."""
        models = [record for record in project.rounds.finished() if record.checkpoint]
        journal, started = project.labels.journal, models[-1].started if models else ""
        singly = (i for i, e in journal.answers.items() if e.purpose != "confirm")
        given = (journal.first_answers[image] for image in singly)
        self._before = sum(e.at <= started for e in (*given, *journal.repeats.values()))

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
