"""The candidates' scores over some images, a row or a column a candidate; not a strategy itself."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from autoal_gui.core.registry import discover
from autoal_gui.strategies.contract import ImageIds, ModelOutputs, chosen_mask

Array = npt.NDArray[np.float64]


def is_policy(name: str) -> bool:
    """Whether a name is that of a strategy that weighs others."""
    return hasattr(discover("autoal_gui.strategies").get(name), "draw")


def needs_labelled(names: Sequence[str]) -> bool:
    """Whether one of these strategies looks at the labelled images."""
    strategies = discover("autoal_gui.strategies")
    return any(getattr(strategies[name], "NEEDS_LABELLED", True) for name in names)


def candidate_scores(outputs: ModelOutputs, candidates: Sequence[str]) -> Array:
    """Return the candidates' scores over the model outputs: (K, n)."""
    strategies = discover("autoal_gui.strategies")
    return np.stack([strategies[name].score(outputs) for name in candidates])


def top_masks(scores: Array, image_ids: ImageIds, wanted: int) -> Array:
    """Return S (n, K) of scores (K, n): 1 where an image is in a candidate's top `wanted`, else 0.

    The paper's candidates (Eq. 2), ties broken by image id.
    """
    return np.stack([chosen_mask(row, image_ids, wanted) for row in scores], axis=1)
