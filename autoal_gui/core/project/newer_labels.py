"""How many labels a model has not learned from, since they were given after its round began."""

from autoal_gui.core.project.last_model import LastModel
from autoal_gui.core.project.project import Project

TO_MILLISECONDS = len("2026-01-31T12:00:00.000")  # as exactly as the beginning of a round is known


def newer_labels(project: Project, model: LastModel) -> int:
    """Return how many labels that are learned from were given or changed since a model's round."""
    since = model.record.started[:TO_MILLISECONDS]
    learned = (*project.labels.training(), *project.bulk.training())
    return sum(_given(project, image_id)[:TO_MILLISECONDS] > since for image_id, _ in learned)


def _given(project: Project, image_id: int) -> str:
    """Return when a label got its class: settling with the first reader's class changes none."""
    stands = project.labels.answers[image_id]
    first = project.labels.journal.readings.get(image_id)
    is_same = first is not None and first.class_index == stands.class_index
    return first.at if first and is_same and stands.purpose == "adjudicate" else stands.at
