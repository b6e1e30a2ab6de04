"""What a model makes of images, as CSV: of the command line and of the window."""

import csv
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from autoal_gui.core.errors import ProjectError
from autoal_gui.core.images.source import ListedImage, Listing
from autoal_gui.core.language import tr
from autoal_gui.core.measures.caution import Caution
from autoal_gui.core.measures.operating.decision import Threshold, decided
from autoal_gui.core.project.learned_classes import taught_by_file
from autoal_gui.core.project.project import Project
from autoal_gui.core.sets.comparison import ModelAnswers
from autoal_gui.core.sets.tables.cells import plain
from autoal_gui.core.system.files import replacing
from autoal_gui.exporters.csv_labels import ENCODING

NEW_FILE, IN_PROJECT, TAUGHT = "new file", "in the project", "taught the model"


@dataclass(frozen=True)
class Own:
    """What the open project has of the images predicted, by their keys."""

    known: Collection[str] = ()
    """The images that it has."""
    taught: Collection[str] = ()
    """Those of them whose label the (first) model may have learned from."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """The name of the class that a reader gave."""

    @classmethod
    def of(cls, project: Project, known: Mapping[str, int], model: Path) -> "Own":
        """Return what a project has of images.

        Args:
            project: the open project.
            known: its image id of each image that it has, by the image's key.
            model: the file of the (first) model.
        """
        taught, answers = taught_by_file(project, model), {}
        for key, image_id in known.items():
            entry = project.labels.answers.get(image_id)
            if entry is not None and entry.class_index is not None:
                answers[key] = project.classes.names[entry.class_index]
        return cls(known, {key for key, one in known.items() if one in taught}, answers)


@dataclass(frozen=True, eq=False)
class Predicting:
    """What is written of the predictions of a set."""

    listing: Listing
    """Its images have the ids 1, 2, ..."""
    classes: Sequence[str]
    """Of the model."""
    image_ids: Sequence[int]
    """n images."""
    probabilities: npt.NDArray[np.float32] = field(repr=False)
    """(n, C)."""
    threshold: Threshold | None = None
    """Which class an image is given, see `decided`."""
    caution: Caution | None = None
    """What to make of them; None where nobody asked."""
    others: Sequence[ModelAnswers] = ()
    """What further models say of the same images."""
    model: str = ""
    """What the model is called: its round and labels, or its file."""
    own: Own = field(default_factory=Own)
    """What the open project has of them."""


def save_predictions(target: Path, found: Predicting) -> None:
    """Write a file of predictions; see `write_predictions`.

    Raises:
        ProjectError: it cannot be written; a file that was there is left as it was.
    """
    try:
        with (
            replacing(target) as partial,
            partial.open("w", newline="", encoding=ENCODING) as file,
        ):
            write_predictions(file, found)
    except OSError as error:
        raise ProjectError(tr("The predictions could not be written there.")) from error


def write_predictions(file: IO[str], found: Predicting) -> None:
    """Write a row an image: name, split, known label if any, predicted class, probabilities.

    `split` is "evaluation" where files or folders name the image so; else "taught the model" where
    the model may have learned from it, "in the project" where the open project has it otherwise,
    and "new file" where not. Where readers of the project gave classes, `project_label` follows.
    Where it was asked when the model is not to answer, its answer follows, and why there is none;
    where that was measured, the classes that are possible, and how typical the image is. Then come
    class and probabilities of each further model, and last the name of the (first) model and, where
    it has an operating point, from which probability on an image is given its class.

    Args:
        file: opened for text, without translation of line ends.
        found: what to write.
    """
    writer = csv.writer(file)
    shares = [f"p({name})" for name in found.classes]
    answers = found.own.answers
    known = ["label", "project_label"] if answers else ["label"]
    heads = ["image", "split", *known, "predicted", *shares, *_cautious_heads(found.caution)]
    for one in found.others:
        heads += [f"predicted by {one.name}", *(f"p({name}) by {one.name}" for name in one.classes)]
    heads.append("model")
    rule = _rule(found)
    heads += ["rule"] if rule else []
    writer.writerow(map(plain, heads))
    given = decided(found.probabilities, found.threshold).tolist()
    images = zip(found.image_ids, found.probabilities, given, strict=True)
    for row, (image_id, values, index) in enumerate(images):
        image = found.listing.images[image_id - 1]
        label = "" if image.label is None else found.listing.classes[image.label]
        best = found.classes[index]
        labels = [label, answers.get(image.key, "")] if answers else [label]
        cells = [image.key, _place_of(found.own, image), *labels, best, *_written(values)]
        if found.caution is not None:
            cells += _cautious_cells(found.caution, row, best, found.classes)
        for one in found.others:
            theirs = one.rows.get(image_id)
            shown = [""] * len(one.classes) if theirs is None else _written(theirs)
            cells += [one.best(image_id), *shown]
        cells += [found.model, rule] if rule else [found.model]
        writer.writerow(map(plain, cells))


def _rule(found: Predicting) -> str:
    """Return by what an image is given its class where that is not the likeliest; else ""."""
    if found.threshold is None:
        return ""
    name = found.classes[found.threshold.class_index]
    return f"{name} from {found.threshold.value:.6f} on"


def _place_of(own: Own, image: ListedImage) -> str:
    if image.split == "evaluation":
        return image.split
    if image.key in own.taught:
        return TAUGHT
    return IN_PROJECT if image.key in own.known else NEW_FILE


def _written(shares: npt.NDArray[np.floating]) -> list[str]:
    return [f"{share:.6f}" for share in shares.tolist()]


def _cautious_heads(caution: Caution | None) -> Sequence[str]:
    if caution is None:
        return ()
    measured = [name for name, there in (("possible", caution.sets), ("typical", caution.ordinary))
                if there is not None]  # fmt: skip
    return ["stands_by", "look", *measured]


def _cautious_cells(caution: Caution, row: int, best: str, classes: Sequence[str]) -> Iterator[str]:
    yield best if caution.answers[row] else ""
    yield caution.reason(row) or ""
    if caution.sets is not None:
        yield "; ".join(caution.possible(row, classes))
    if caution.ordinary is not None:
        yield f"{caution.ordinary[row]:.4f}"
