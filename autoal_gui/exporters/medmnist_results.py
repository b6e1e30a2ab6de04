"""MedMNIST's own result files, which `medmnist.Evaluator.parse_and_evaluate` reads.

Their name is `{set}_{part}_[AUC]{auc}_[ACC]{accuracy}@{run}.csv`; a line is an image: its place in
the part, and the probability of each class. They have no head, and no mark before the text.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from autoal_gui.core.errors import AutoALError
from autoal_gui.core.language import tr
from autoal_gui.core.measures.medmnist_scores import MedMNISTScores
from autoal_gui.core.system.files import replacing

_KEY = re.compile(r"(train|val|test)/(\d+)")
_NOT_A_RUN = re.compile(r"[^A-Za-z0-9-]+")  # the reader cuts at "@", "." and "_"


@dataclass(frozen=True)
class MedMNISTResult:
    """What MedMNIST's evaluator says of the predictions for one part of a set."""

    name: str
    """Of the set, as its result files are called."""
    part: str
    scores: MedMNISTScores
    file: Path
    """Where the predictions lie."""


def write_medmnist_results(
    folder: Path,
    name: str,
    run: str,
    keys: Mapping[int, str],
    truth: Mapping[int, int],
    image_ids: Sequence[int],
    probabilities: npt.NDArray[np.floating],
) -> tuple[MedMNISTResult, ...]:
    """Write a file for each part of a set of which every image was predicted.

    Args:
        folder: where to; made if it is missing.
        name: of the set, with its size where that is not 28: "pneumoniamnist_64".
        run: what tells one from others.
        keys: what the source calls each image of the set, by its id: "test/0".
        truth: the class index of each image id.
        image_ids: n images.
        probabilities: (n, C), in the order of the set's classes.

    Returns:
        What was measured of each part that was written.

    Raises:
        AutoALError: they cannot be written.
    """
    rows = dict(zip(image_ids, probabilities, strict=True))
    parts: dict[str, dict[int, int]] = defaultdict(dict)
    for image_id, key in keys.items():
        found = _KEY.fullmatch(key)
        if found:
            parts[found[1]][int(found[2])] = image_id
    written = []
    for part, places in parts.items():
        ids = [places[place] for place in sorted(places)]
        if not all(i in rows and i in truth for i in ids):
            continue
        scores, classes = np.stack([rows[i] for i in ids]), np.array([truth[i] for i in ids])
        measures = MedMNISTScores.of(classes, scores)
        if measures is None:
            continue
        measured = f"[AUC]{measures.auc:.3f}_[ACC]{measures.acc:.3f}"
        told = _NOT_A_RUN.sub("-", run).strip("-") or "1"
        file = _write(folder / f"{name}_{part}_{measured}@{told}.csv", scores)
        written.append(MedMNISTResult(name, part, measures, file))
    return tuple(written)


def _write(target: Path, scores: npt.NDArray[np.floating]) -> Path:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with (
            replacing(target) as partial,
            partial.open("w", newline="", encoding="utf-8") as file,
        ):
            lines = csv.writer(file, lineterminator="\n")
            lines.writerows((i, *(f"{p:.9g}" for p in row)) for i, row in enumerate(scores))
    except OSError as error:
        raise AutoALError(tr("The predictions could not be written there.")) from error
    return target
