"""A trained model as the exporters see it: plain values and arrays."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class TrainedModel:
    """A checkpoint that has been read and found sound."""

    checkpoint: Path
    """Its file."""
    card: Mapping[str, Any]
    """Plain metadata: classes, input size, normalisation, versions, data hash, labels used."""
    arrays: Mapping[str, npt.NDArray[np.generic]] = field(repr=False)
    """The state dict."""
