"""How many labels a model has not learned from, since they were given after its round began."""

from autoal_gui.core.project.last_model import LastModel
from autoal_gui.core.project.project import Project

TO_MILLISECONDS = len("2026-01-31T12:00:00.000")  # as exactly as the beginning of a round is known


def newer_labels(project: Project, model: LastModel) -> int:
    """Return how many labels that are learned from were given or changed since a model's round."""
    since, answers = model.record.started[:TO_MILLISECONDS], project.labels.answers
    learned = (*project.labels.training(), *project.bulk.training())
    return sum(answers[image_id].at[:TO_MILLISECONDS] > since for image_id, _ in learned)
