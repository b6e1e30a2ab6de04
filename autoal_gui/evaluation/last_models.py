"""How each method's last model does, on the page.

On the parts of a set, such as women and men; and AUC and ACC of MedMNIST sets beside the published
ones, as MedMNIST's users know them.
"""

import statistics
from collections.abc import Iterable, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from autoal_gui.core.measures.medmnist_scores import CITATION, PUBLISHED_BY, published_for
from autoal_gui.core.report.markup import table, tag
from autoal_gui.evaluation.methods import Method
from autoal_gui.evaluation.results import MethodResult, SetResult

NOTE = (
    "The share of images that the model after the last round has right, the mean over seeds; in "
    "brackets the 95% interval of one run, as wide as its images and groups make it, the mean of "
    "its ends. A dash: too few images to say anything."
)
OF_MEDMNIST = (
    "Of the last model of each run on the set's test images, the mean over seeds, computed as "
    "medmnist.Evaluator does. The set's validation images are not used."
)


def means_by_part(found: MethodResult) -> dict[str, dict[str, dict[str, Any]]]:
    """Return by column and part what the runs of a method have right, the mean over seeds.

    Returns:
        Of each part its images and groups (of the first seed), `accuracy` as share, low and high
        end of the interval, and whether they are enough in every run.
    """
    first = found.runs[0].parts
    return {
        column: {name: _mean(found, column, name) for name in parts}
        for column, parts in first.items()
    }


def _mean(found: MethodResult, column: str, name: str) -> dict[str, Any]:
    parts = [part for run in found.runs if (part := run.parts.get(column, {}).get(name))]
    ends = zip(*(part["accuracy"] for part in parts), strict=True)
    return {
        "images": parts[0]["images"],
        "groups": parts[0]["groups"],
        "accuracy": [statistics.fmean(values) for values in ends],
        "enough": all(part["enough"] for part in parts),
    }


def columns_section(result: SetResult, methods: Sequence[Method]) -> Iterable[Element]:
    """Yield a table a column: parts in rows, methods in columns."""
    means = {method: means_by_part(result.methods[method]) for method in methods}
    columns = list(dict.fromkeys(column for found in means.values() for column in found))
    for column in columns:
        names = dict.fromkeys(name for found in means.values() for name in found.get(column, {}))
        rows: list[list[Element | str]] = []
        for name in names:
            parts = [found.get(column, {}).get(name) for found in means.values()]
            images = next(str(part["images"]) for part in parts if part)
            rows.append([name, images, *(_cell(part) for part in parts)])
        yield tag("h3", f"By {column}")
        heads = ["part", "images", *(method.name for method in methods)]
        yield table("Right after the last round", heads, rows)
    if columns:
        yield tag("p", NOTE, class_="note")


def _cell(part: dict[str, Any] | None) -> str:
    if part is None or not part["enough"]:
        return "–"
    share, low, high = part["accuracy"]
    return f"{share:.3f} ({low:.3f} to {high:.3f})"


def medmnist_section(result: SetResult) -> Iterable[Element]:
    """Yield a table of methods, with what is published last; nothing for another set."""
    found = [one for one in result.methods.values() if all(run.medmnist for run in one.runs)]
    if not found:
        return
    name = found[0].runs[0].medmnist["name"]
    rows: list[list[Element | str]] = [_medmnist_row(one) for one in found]
    note, published = OF_MEDMNIST, published_for(name)
    if published is not None:
        scores = [f"{published.auc:.3f}", f"{published.acc:.3f}"]
        rows.append(["published ResNet-18", "all", *scores])
        note += f" Published: {PUBLISHED_BY} ({CITATION})."
    yield tag("h3", "As MedMNIST measures")
    yield table(f"AUC and ACC of {name}", ["method", "labels", "AUC", "ACC"], rows)
    yield tag("p", note, class_="note")


def _medmnist_row(found: MethodResult) -> list[Element | str]:
    runs = [run.medmnist for run in found.runs]
    labels = sorted({run["labels"] for run in runs})
    means = [statistics.fmean(run[measure] for run in runs) for measure in ("auc", "acc")]
    told = f"{labels[0]}" if len(labels) == 1 else f"{labels[0]} to {labels[-1]}"
    return [found.method.name, told, *(f"{mean:.4f}" for mean in means)]
