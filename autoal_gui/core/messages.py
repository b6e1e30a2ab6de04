"""What crosses the seam between the window and the engine: frozen, and never a widget or a tensor.

Every command has a request id of its own; every event names the request that it belongs to, so
that what comes too late is dropped. What carries arrays equals itself alone: numpy compares places.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from autoal_gui.core.images.learned import Learned
from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.measures.answers.estimate import Estimate
from autoal_gui.core.measures.conformal import Calibration
from autoal_gui.core.measures.metrics import ByChance, Metrics, NearlyAlike
from autoal_gui.core.measures.operating.decision import Threshold
from autoal_gui.core.queries import Asked, LearnedWeights, Query
from autoal_gui.core.sentences import Sentences
from autoal_gui.core.settings import RunSettings

Step = Literal[
    "reading",
    "warm start",
    "FitNet",
    "SearchNet",
    "features",
    "task model",
    "comparison",
    "evaluation",
    "scoring",
    "finishing",
]
STEPS: tuple[Step, ...] = get_args(Step)  # in the order of a round
CancelCheck = Callable[[], bool]
"""Says whether the user has asked to stop; cheap, called at every training batch."""


def never() -> bool:
    """Say that nobody asks to stop."""
    return False


@dataclass(frozen=True)
class WarmStart:
    """Learn features from the unlabelled pool before the first round trains."""

    request_id: int
    pool: ImagePool
    classes: tuple[str, ...]
    settings: RunSettings
    workspace: str
    """Folder for memory-mapped copies of the images, kept between commands."""
    checkpoint: str
    """File that the warm start is written to; what an earlier command left beside it is resumed."""


@dataclass(frozen=True)
class RunRound:
    """Train on the labels given, search, and rank the images that have none."""

    request_id: int
    round_number: int
    pool: ImagePool
    classes: tuple[str, ...]
    labelled: tuple[tuple[int, int], ...]
    """(image id, class index), ascending by image id; besides `confirmed` the only labels the
    engine ever sees."""
    unlabelled: tuple[int, ...]
    """Image ids to rank, ascending."""
    evaluation: tuple[tuple[int, int], ...]
    """(image id, class index) of the evaluation set; never trained on, never asked for."""
    settings: RunSettings
    workspace: str
    """Folder for memory-mapped copies of the images, kept between rounds."""
    checkpoint: str
    """File that the trained model is written to."""
    start_from: str = ""
    """Checkpoint whose weights the task model starts from; empty: from scratch."""
    warm_start: str = ""
    """Checkpoint of a finished `WarmStart`, used where the settings ask for one; empty: none."""
    previous: str = ""
    """Checkpoint of the last finished round, which tells how that trained; empty: none."""
    history: tuple[Asked, ...] = ()
    """What earlier rounds asked for, in the order of the rounds."""
    confirmed: tuple[tuple[int, int], ...] = ()
    """Likewise, confirmed in bulk: learned from, but nothing is measured or chosen by it."""
    sample: int = 0
    """Of the images to rank take only so many, drawn at random, and read no others; 0: all."""
    trial_owed: bool = False
    """Whether the last round was to try whether to train every layer, and left it out."""
    not_now: CancelCheck = field(default=never, repr=False, compare=False)
    """Says whether the user wants no trial of layers now; asked as often as whether to stop."""
    trial_seconds: float = 0.0
    """About how long it takes to try that, where the round is to; 0: it is not, or nobody knows."""
    trial_is_long: bool = False
    """Whether `not_now` says so for the time that it takes, and not since the user wished it."""
    may_veto: bool = True
    """Whether the last layer is kept where training every layer measures worse on `evaluation`."""


@dataclass(frozen=True)
class ExportModel:
    """Write a trained checkpoint in another format, read it back and compare."""

    request_id: int
    exporter: str
    checkpoint: str
    target: str
    about: str = field(default="", repr=False)
    """What the project tells on the model's card, in Markdown."""
    start_from: str = ""
    """The file of weights that the project's models start from; empty: none."""
    threshold: Threshold | None = None
    """From which probability on an image is given a class; goes onto the model's card."""


@dataclass(frozen=True)
class HandOver:
    """Write a new folder with a checkpoint in several formats, and a report; see `ExportModel`."""

    request_id: int
    formats: tuple[str, ...]
    checkpoint: str
    target: str
    about: str = field(repr=False)
    report: str = field(repr=False)
    """A whole page of HTML."""
    start_from: str = ""
    threshold: Threshold | None = None


@dataclass(frozen=True)
class Explain:
    """Work out where in one image a model looked."""

    request_id: int
    pool: ImagePool
    image_id: int
    checkpoint: str
    class_index: int | None = None
    """What speaks for this class; None: for the one that the model finds most likely."""


@dataclass(frozen=True)
class Predict:
    """Apply a trained checkpoint to images."""

    request_id: int
    pool: ImagePool
    image_ids: tuple[int, ...]
    checkpoint: str
    workspace: str
    """Folder for memory-mapped copies of the images."""
    device: str = "auto"
    learned: Learned | None = None
    """What these images are compared with; None where that is not known."""


@dataclass(frozen=True)
class MapImages:
    """Work out what each image is like, and keep it; no label takes part in that."""

    request_id: int
    pool: ImagePool
    classes: tuple[str, ...]
    settings: RunSettings
    workspace: str
    """Folder of kept files, where the map goes too."""
    name: str
    """Under which the map is kept, see `autoal_gui.core.likeness.kept_map`."""
    start_from: str = ""
    """As in `RunRound`."""
    warm_start: str = ""
    """As in `RunRound`."""
    outside: ImagePool | None = None
    """Images that are no part of the project, whose vectors are wanted as well."""


Command = WarmStart | RunRound | ExportModel | HandOver | Explain | Predict | MapImages


@dataclass(frozen=True)
class Progress:
    """How far a command is. At most 20 a second reach the window."""

    request_id: int
    step: Step
    done: int
    total: int
    seconds_left: float | None = None
    """For the whole command; None while nothing is known."""
    loss: float | None = None
    device: str = ""


@dataclass(frozen=True)
class Notice:
    """Something the user should know although the work goes on, in one sentence."""

    request_id: int
    sentence: str


@dataclass(frozen=True)
class Writing:
    """Which part of a model that leaves the program is being written."""

    request_id: int
    done: int
    """Parts that are complete."""
    total: int
    sentence: str
    """What is done now."""
    seconds: float | None = None
    """About how long that takes; None where it is soon done, or not known."""
    is_late: bool = False
    """Whether it has taken longer than that."""


@dataclass(frozen=True)
class WarmStarted:
    """The result of a warm start."""

    request_id: int
    checkpoint: str
    """The file written."""
    checkpoint_sha256: str
    epochs: float
    """Passes over the pool, in this command and those that it resumed."""
    seconds: float
    """Time spent learning, likewise."""
    complete: bool
    """Whether the whole time was used; False where the user stopped it."""
    steps: tuple[tuple[Step, float], ...] = ()
    """(step, seconds) of the other steps, in this command."""


@dataclass(frozen=True, eq=False)
class Predicted:
    """Class probabilities of some images; read-only arrays."""

    image_ids: npt.NDArray[np.int64] = field(repr=False)
    """(n,)."""
    probabilities: npt.NDArray[np.float32] = field(repr=False)
    """(n, C)."""

    @classmethod
    def of(
        cls, image_ids: npt.NDArray[np.int64], probabilities: npt.NDArray[np.floating]
    ) -> "Predicted":
        """Keep copies that nobody can change."""
        ids, rows = image_ids.copy(), probabilities.astype(np.float32)
        ids.flags.writeable = rows.flags.writeable = False
        return cls(ids, rows)

    @classmethod
    def nothing(cls) -> "Predicted":
        """Return the probabilities of no image."""
        return cls.of(np.empty(0, np.int64), np.empty((0, 0)))


@dataclass(frozen=True, eq=False)
class RoundFinished:
    """The result of a round."""

    request_id: int
    round_number: int
    mode: str
    ranking: npt.NDArray[np.int64] = field(repr=False)
    """(N,) image ids, the one to ask first in front; read-only."""
    probabilities: npt.NDArray[np.float32] = field(repr=False)
    """(N, C) class probabilities, row by row as `ranking`; (0, C) if nothing was trained."""
    queries: tuple[Query, ...]
    """For the first `batch_size` images of the ranking."""
    weights: tuple[tuple[str, float], ...]
    """(strategy, share): mean over the pool of W_k S_k, normalised to sum 1."""
    plain_weights: tuple[tuple[str, float], ...]
    """(strategy, mean of W_k over the pool)."""
    metrics: Metrics | None
    """On the evaluation set; None where there is none or nothing was trained."""
    audit: Metrics | None
    """Out-of-fold, on the labelled images that were drawn at random; None without enough."""
    checkpoint: str
    """The file written; empty where nothing was trained."""
    checkpoint_sha256: str
    labels: int
    seconds: tuple[tuple[str, float], ...]
    """(step, seconds)."""
    device: str
    confirmed: int = 0
    """How many images it learned from besides, whose labels were confirmed in bulk."""
    notices: tuple[str, ...] = ()
    reason: Sentences = ()
    """What chose the batch, and by what the model sees; none where the mode says it all."""
    measured: Predicted = field(default_factory=Predicted.nothing, repr=False)
    """Of the evaluation set; what `metrics` was counted from."""
    out_of_fold: Predicted = field(default_factory=Predicted.nothing, repr=False)
    """Of the labelled images, each by a model that never saw its label. Empty where every layer was
    trained: the one model there is has seen all labels, and would only repeat them."""
    by_chance: ByChance | None = None
    """What the labels of images drawn at random give alone; None where that is not known."""
    estimate: Estimate | None = None
    """Of the pool, from all labelled images, each by a head that never saw its label; None where
    every layer was trained."""
    learned: LearnedWeights | None = None
    """None where nothing was learned, or in a mode that always trusts what it learns."""
    nearly_alike: NearlyAlike | None = None
    """How the numbers are without evaluation images that are nearly the same as labelled ones; None
    where there are none."""


@dataclass(frozen=True)
class Exported:
    """A model, or a folder with one, has been written, read back and found equal."""

    request_id: int
    target: str


@dataclass(frozen=True, eq=False)
class Explained:
    """Where in an image a model looked."""

    request_id: int
    image_id: int
    class_name: str
    """The class that is explained."""
    probability: float
    """That the model gives it, in [0, 1]."""
    heat: npt.NDArray[np.float32] = field(repr=False)
    """(h, w) in [0, 1] over the whole image: how much each place spoke for the class; read-only."""


@dataclass(frozen=True, eq=False)
class PredictFinished:
    """What a model makes of images."""

    request_id: int
    classes: tuple[str, ...]
    """Of the model, in the order of its outputs."""
    predicted: Predicted = field(repr=False)
    """Of the images that could be read, in the order asked."""
    unreadable: tuple[tuple[int, str], ...] = ()
    """(image id, why it could not be read in one sentence)."""
    threshold: Threshold | None = None
    """That the model's file carries: which class an image is given, see `decided`."""
    distances: npt.NDArray[np.float32] | None = field(default=None, repr=False)
    """(n,) how far each is from what the model learned from, see `Familiar`; None: not known."""
    calibration: Calibration | None = field(default=None, repr=False)
    """None where no image measures the model."""
    unseen: tuple[int, ...] = ()
    """Class indices of which the model has learned no image."""
    scarce: tuple[int, ...] = ()
    """Those of which it has learned too few, see `scarce_classes`."""


@dataclass(frozen=True, eq=False)
class Mapped:
    """A map of all images is kept."""

    request_id: int
    name: str
    """Under which it is kept."""
    outside: npt.NDArray[np.float32] = field(repr=False)
    """(m, K) of unit length, read-only: what the readable images outside the project are like."""


@dataclass(frozen=True)
class CommandCancelled:
    """The command stopped because the user asked; what was finished before is kept."""

    request_id: int


@dataclass(frozen=True)
class CommandFailed:
    """The command ended in an error; what was finished before is kept."""

    request_id: int
    sentence: str
    details: str = ""
    """Exception types and code positions, no values; shown on request."""


Event = (
    Progress
    | Notice
    | Writing
    | WarmStarted
    | RoundFinished
    | Exported
    | Explained
    | PredictFinished
    | Mapped
    | CommandCancelled
    | CommandFailed
)
