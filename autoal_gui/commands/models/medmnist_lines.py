"""What MedMNIST's users compare: its own AUC and ACC beside those that were published."""

from collections.abc import Iterator, Sequence

from autoal_gui.commands.terminal import on_one_line
from autoal_gui.core.errors import AutoALError
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.measures.medmnist_scores import CITATION, PUBLISHED_BY, published_for
from autoal_gui.exporters.medmnist_results import MedMNISTResult


def medmnist_name(spec: SourceSpec) -> str:
    """Return what MedMNIST's result files call a set.

    Raises:
        AutoALError: it is none of MedMNIST's.
    """
    from autoal_gui.sources.medmnist import result_name

    if name := result_name(spec):
        return name
    raise AutoALError("--medmnist is for MedMNIST sets, whose file has the set's name.")


def medmnist_lines(results: Sequence[MedMNISTResult]) -> Iterator[str]:
    """Yield what was measured of each part of a set, and what is published of its test images."""
    for one in results:
        scores = one.scores
        yield f"MedMNIST {one.part}: AUC {scores.auc:.4f}, ACC {scores.acc:.4f}"
        yield f"written {on_one_line(one.file.name)}"
        published = published_for(one.name) if one.part == "test" else None
        if published is not None:
            values = f"AUC {published.auc:.3f}, ACC {published.acc:.3f}"
            yield f"published: {values} ({PUBLISHED_BY}; {CITATION})"
