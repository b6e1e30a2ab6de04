"""How each method's last model does on the parts of a set, such as women and men: on the page."""

import statistics
from collections.abc import Iterable, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from autoal_gui.core.report.markup import table, tag
from autoal_gui.evaluation.methods import Method
from autoal_gui.evaluation.results import MethodResult, SetResult

NOTE = (
    "The share of images that the model after the last round has right, the mean over seeds; in "
    "brackets the 95% interval of one run, as wide as its images and groups make it, the mean of "
    "its ends. A dash: too few images to say anything."
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
