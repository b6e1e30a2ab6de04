"""Which classes a model had learned when it predicted an image: of others its word says nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from autoal_gui.core.database.round_rows import RoundRecord
from autoal_gui.core.measures.outlook import FEWEST_TO_LEARN, rare_among
from autoal_gui.core.project.project import Project

Learned = npt.NDArray[np.bool_]


def learned_classes(project: Project) -> dict[int, Learned]:
    """Return (C,) by answered image id: whether other images had taught its model each class.

    An image's model is the one whose prediction of it is kept; none has seen the image's own
    label. Images of which no round is known to have predicted them are missing.
    """
    started = {record.number: record.started for record in project.rounds.all()}
    taught = _taught(project)
    by_round = {
        number: np.array([any(at <= begun for at in times.values()) for times in taught])
        for number, begun in started.items()
    }
    found = {}
    for image_id, number in _predicted_by(project).items():
        if number in by_round:
            found[image_id] = by_round[number].copy()
            for c, times in enumerate(taught):
                if image_id in times:
                    others = (at for other, at in times.items() if other != image_id)
                    found[image_id][c] = any(at <= started[number] for at in others)
    return found


def classes_taught(project: Project, record: RoundRecord) -> frozenset[int]:
    """Return the classes that the model of a round had learned, as labels stand now."""
    begun = record.started
    times = enumerate(_taught(project))
    return frozenset(c for c, of_one in times if any(at <= begun for at in of_one.values()))


def short_classes(project: Project, record: RoundRecord | None = None) -> dict[int, int]:
    """Return how many labels teach each class in use that has too few to rely on.

    The poorest first. With a round only labels that there were when it began count.
    """
    labels = label_counts(project, record)
    short = {c: count for c, count in labels.items() if count < FEWEST_TO_LEARN}
    return dict(sorted(short.items(), key=lambda one: one[1]))


def label_counts(project: Project, record: RoundRecord | None = None) -> dict[int, int]:
    """Return how many labels teach each class in use, now or when a round began; by class."""
    taught = (*project.labels.training(), *project.bulk.training())
    if record is not None:
        then = labelled_before(project, record, [image_id for image_id, _ in taught])
        taught = tuple(one for one in taught if one[0] in then)
    labels = Counter(class_index for _, class_index in taught)
    in_use = set(range(len(project.classes.names))) - set(project.classes.removed)
    return {c: labels[c] for c in sorted(in_use)}


def rare_class(project: Project) -> str:
    """Return the class that has few labels against the others, see `rare_among`."""
    counts = label_counts(project)
    return rare_among({project.classes.names[c]: count for c, count in counts.items()})


def short_names(project: Project) -> dict[str, int]:
    """Return the same by the names of the classes."""
    return {project.classes.names[c]: labels for c, labels in short_classes(project).items()}


def taught_by(project: Project, record: RoundRecord) -> frozenset[int]:
    """Return the images whose label the model of a round may have learned from."""
    taught = (*project.labels.training(), *project.bulk.training())
    return labelled_before(project, record, [image_id for image_id, _ in taught])


def taught_by_file(project: Project, model: Path) -> frozenset[int]:
    """Return the same by the file of a model; nothing where no round of the project made it."""
    if model.parent != project.models_folder:
        return frozenset()
    rounds = (one for one in project.rounds.finished() if one.checkpoint == model.name)
    record = next(rounds, None)
    return taught_by(project, record) if record is not None else frozenset()


def labelled_before(project: Project, record: RoundRecord, images: Iterable[int]) -> frozenset[int]:
    """Return those of labelled images that had a class, whichever, when a round began."""
    answers, first = project.labels.answers, project.labels.journal.first_answers
    found = set()
    for image_id in images:
        entry = first.get(image_id)
        known = entry is not None and entry.class_index is not None
        stands = entry if known else answers.get(image_id)
        if stands is None or stands.at <= record.started:  # None: its label came with the set
            found.add(image_id)
    return frozenset(found)


def _taught(project: Project) -> list[dict[int, str]]:
    """Return of each class the two images that taught it first, with the time of the label."""
    answers, first = project.labels.answers, project.labels.journal.first_answers
    times: list[dict[int, str]] = [{} for _ in project.classes.names]
    for image_id, c in (*project.labels.training(), *project.bulk.training()):
        entry = first.get(image_id)
        same = entry is not None and entry.class_index == c
        times[c][image_id] = entry.at if entry and same else answers[image_id].at
    return [dict(sorted(of_one.items(), key=lambda one: one[1])[:2]) for of_one in times]


def _predicted_by(project: Project) -> Mapping[int, int]:
    """Return the round whose model's word on each answered image is the one that counts."""
    told = {
        image_id: entry.round_number
        for image_id, entry in project.labels.answers.items()
        if entry.suggested is not None
    }
    return {**told, **project.rounds.predicted_by()}
