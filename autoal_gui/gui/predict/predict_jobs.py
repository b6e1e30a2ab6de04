"""What the page has done beside the window, and how far that is and what came of it in words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.images.source import Listing, ProgressCallback, SourceSpec
from autoal_gui.core.language import certainty, number, tr
from autoal_gui.core.measures.operating.decision import Threshold
from autoal_gui.core.messages import PredictFinished
from autoal_gui.core.project.files.known_files import known_images
from autoal_gui.core.project.kept_point import kept_point
from autoal_gui.core.project.last_model import LastModel, last_model
from autoal_gui.core.project.project import Project
from autoal_gui.core.sets.comparison import ModelAnswers
from autoal_gui.core.system.scratch import ScratchFolder
from autoal_gui.core.trained_model import StartModel
from autoal_gui.exporters.predictions import Predicting, save_predictions
from autoal_gui.gui.services import Services


def model_of(services: Services, file: Path, progress: ProgressCallback) -> tuple[Path, StartModel]:
    """Return a file and what its model is; quick enough to need no progress.

    Raises:
        CheckpointError: it is none.
    """
    return file, services.start_model(file)


def own_model_words(project: Project, model: LastModel, runs: int | None) -> str:
    """Say that the last model of the open project predicts, or that of a round that runs still.

    Args:
        project: the open project.
        model: its last model.
        runs: the number of the round that trains another now, if any.
    """
    words = tr(
        "The last model of {project}: {model}.", project=project.settings.name, model=model.name
    )
    if runs is None:
        return words
    newer = tr(
        "If round {number}, which runs, leaves a newer one before the prediction begins, that one "
        "predicts.",
        number=number(runs),
    )
    return f"{words} {newer}"


@dataclass(frozen=True)
class ChosenModel:
    """A model that is to predict."""

    file: Path
    name: str
    """What it is called beside others."""
    is_own: bool = False
    """Whether it is the last one of the open project."""
    threshold: Threshold | None = None
    """At which it is used; None: at that which its file carries, if any."""
    is_file: bool = False
    """Whether the user has named its file, whatever project is open."""


@dataclass
class Asked:
    """A prediction that was asked for and has not ended."""

    models: list[ChosenModel]
    """The first one's answers are shown, the others are compared with it."""
    spec: SourceSpec
    workspace: ScratchFolder
    listing: Listing = field(default_factory=lambda: Listing((), ()))
    pool: ImagePool | None = None
    results: list[PredictFinished] = field(default_factory=list)
    """What the models say that have predicted."""
    hidden: int = 0
    """How many labels of the listing stay hidden, see `without_hidden`."""
    compares: bool = False
    """Whether the images that the model learned from are looked at too, as a second step."""


def own_model(project: Project) -> ChosenModel | None:
    """Return the last model of a project as it is used now; None before there is one."""
    model = last_model(project)
    if model is None:
        return None
    point = kept_point(project)
    return ChosenModel(model.file, model.name, True, point.threshold if point else None)


def answers_of(model: ChosenModel, found: PredictFinished) -> ModelAnswers:
    """Return what a model says, by image id."""
    predicted = found.predicted
    rows = zip(predicted.image_ids.tolist(), predicted.probabilities, strict=True)
    threshold = model.threshold or found.threshold
    return ModelAnswers(model.name, found.classes, dict(rows), threshold, found.unseen)


def saved(target: Path, found: Predicting, progress: ProgressCallback) -> None:
    """Write predictions; about a second for each 100,000 images.

    Raises:
        ProjectError: see `save_predictions`.
    """
    save_predictions(target, found)


def listed(
    services: Services, spec: SourceSpec, workspace: Path, progress: ProgressCallback
) -> tuple[Listing, ImagePool]:
    """List a set and open its images.

    Raises:
        SourceError, Cancelled: see `Source`.
    """
    listing = services.list_images(spec, workspace, progress)
    return listing, ImagePool.of_listing(listing, services.open_images(spec, workspace))


def without_hidden(listing: Listing, location: str, project: Project) -> tuple[Listing, int]:
    """Return a listing without the labels that a project still asks for, and how many these are.

    Who has yet to label an image is not to read its label here.

    Args:
        listing: of the images to predict.
        location: the folder or file that was listed.
        project: the open one.
    """
    own, images = known_images(project.known, location, listing.images), project.pool.images
    known = {i for i, entry in project.labels.answers.items() if entry.class_index is not None}
    asked = {key for key, i in own.items() if images[i].split == "pool" and i not in known}
    hidden = sum(one.key in asked and one.label is not None for one in listing.images)
    return listing.without_labels(asked), hidden


def share_lines(classes: Sequence[str], shares: Sequence[float]) -> list[str]:
    """Return a line for each of the likeliest classes."""
    order = sorted(range(len(shares)), key=lambda index: -shares[index])[:6]
    return [f"{certainty(shares[index], 1)}  {classes[index]}" for index in order]
