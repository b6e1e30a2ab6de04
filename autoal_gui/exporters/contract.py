"""The contract of an exporter: a module with the names below; adding one is adding a file."""

from pathlib import Path
from typing import Literal, Protocol

from autoal_gui.core.images.source import ProgressCallback
from autoal_gui.core.language import mark
from autoal_gui.core.project.export_snapshot import Choices, Snapshot
from autoal_gui.core.trained_model import TrainedModel

NOT_WRITTEN = mark("The model could not be written there.")
CLOSE = 1e-4  # between two computations of one probability
USUAL = ("pt", "onnx")
"""`NAME` of the formats in which a model is handed over unless the user says otherwise."""
DIFFERS = mark("The copy of the model differs; is the disk failing?")


class Exporter(Protocol):
    """What every exporter says of itself. `LABEL` and `ABOUT` are marked for translation."""

    NAME: str
    LABEL: str
    ABOUT: str
    """What the format is for, in one sentence."""
    SUFFIX: str
    """How its files end; empty where it writes a folder."""
    ORDER: int
    OPTIONS: tuple[str, ...]
    """The fields of `Choices` that it reads."""


class LabelExporter(Exporter, Protocol):
    """Writes labels, or a report; called in a thread of its own or by the command line."""

    KIND: Literal["labels", "report"]

    def write(
        self, target: Path, labels: Snapshot, choices: Choices, progress: ProgressCallback
    ) -> str:
        """Write `target` and return in one sentence what was written.

        Raises:
            ProjectError: it cannot be written; what was there is left as it was.
            Cancelled: `progress` said so, likewise.
        """


class ModelExporter(Exporter, Protocol):
    """Writes a model; called in the engine's thread."""

    KIND: Literal["model"]
    PREPARES: bool
    """Whether its file takes images as they are, and holds the preparation, too."""
    PACKAGES: str
    """What these lines need, as pip calls it."""
    USAGE: str
    """At most six lines of Python that print the probability of each class by MODEL_FILE; the last
    is `print(...)` of a dictionary, see `companions.how_to_use.usage`."""
    SCRIPT: str
    """A program in Python that is written beside MODEL_FILE; empty where there is none."""

    def missing(self) -> str:
        """Return in one sentence what must be installed first; empty where nothing is missing."""

    def write(self, target: Path, model: TrainedModel) -> None:
        """Write `target` and read it back.

        Raises:
            CheckpointError: it cannot be written; a file that was there is left as it was.
        """
