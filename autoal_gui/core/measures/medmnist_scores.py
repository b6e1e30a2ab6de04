"""AUC and ACC as MedMNIST's own evaluator computes them, and what its authors published.

Both are those of `medmnist.Evaluator`: of two classes the second is the positive one, and counts
where it is given more than half; of more, AUC is the mean over all classes, each against the rest.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from autoal_gui.core.measures.operating.areas import areas_of

CITATION = "Yang et al. 2023, Scientific Data 10:41, doi:10.1038/s41597-022-01721-8, table 3"
PUBLISHED_BY = "ResNet-18, 28 pixels, all training labels, mean of at least three runs"


@dataclass(frozen=True)
class MedMNISTScores:
    """What MedMNIST's users report of a set, both in [0, 1]."""

    auc: float
    acc: float

    @classmethod
    def of(
        cls, truth: npt.NDArray[np.integer], scores: npt.NDArray[np.floating]
    ) -> "MedMNISTScores | None":
        """Measure predictions; None where a class does not occur, so that AUC is not defined.

        Args:
            truth: (n,) class indices.
            scores: (n, C), the more the likelier; of two classes shares from 0 to 1.
        """
        classes = scores.shape[1]
        if len(np.unique(truth)) < classes or classes < 2:
            return None
        if classes == 2:
            second = scores[:, -1]
            both = np.stack([-second, second], 1)
            found, right = areas_of(truth, both), (second > 0.5) == truth
        else:
            found, right = areas_of(truth, scores), scores.argmax(1) == truth
        return None if found is None else cls(found.macro.value, float(right.mean()))


PUBLISHED = {
    "pathmnist": MedMNISTScores(0.983, 0.907),
    "dermamnist": MedMNISTScores(0.917, 0.735),
    "octmnist": MedMNISTScores(0.943, 0.743),
    "pneumoniamnist": MedMNISTScores(0.944, 0.854),
    "retinamnist": MedMNISTScores(0.717, 0.524),
    "breastmnist": MedMNISTScores(0.901, 0.863),
    "bloodmnist": MedMNISTScores(0.998, 0.958),
    "tissuemnist": MedMNISTScores(0.930, 0.676),
    "organamnist": MedMNISTScores(0.997, 0.935),
    "organcmnist": MedMNISTScores(0.992, 0.900),
    "organsmnist": MedMNISTScores(0.972, 0.782),
}
"""Of the test images of each 2-D set that can be used here; see `CITATION` and `PUBLISHED_BY`."""


def published_for(name: str) -> MedMNISTScores | None:
    """Return what is published of a set, by the name of its result files; of 28 pixels alone."""
    return PUBLISHED.get(name)
