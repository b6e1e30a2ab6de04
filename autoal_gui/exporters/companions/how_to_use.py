"""What a folder that is handed over says first: which file is what, and how each is used."""

import json
from collections.abc import Iterable, Mapping, Sequence
from types import ModuleType
from typing import Any
from xml.etree.ElementTree import Element

from autoal_gui.core.language import tr
from autoal_gui.core.report.markdown import markdown
from autoal_gui.core.report.markup import tag

HOW_TO_USE, REPORT = "HOW_TO_USE.md", "report.html"
MODEL = "model"
"""The name of the file of a model in such a folder, without its ending."""


def how_to_use(card: Mapping[str, Any], formats: Sequence[ModuleType]) -> str:
    """Return the whole of `HOW_TO_USE.md`.

    Args:
        card: of the model.
        formats: exporters of the files that lie beside it.
    """
    content = [*_head(card, formats)]
    for exporter in formats:
        content += _of_format(exporter, f"{MODEL}{exporter.SUFFIX}")
    return markdown(content)


def named(lines: str, file: str) -> str:
    """Return lines of a program or a shell with the name of the file of a model in them."""
    return lines.replace("MODEL_FILE", json.dumps(file, ensure_ascii=False))


def _head(card: Mapping[str, Any], formats: Sequence[ModuleType]) -> Iterable[Element]:
    names = [f"{MODEL}{exporter.SUFFIX}" for exporter in formats]
    yield tag("h1", tr("How to use this model"))
    yield tag(
        "p",
        tr(
            "It gives the probability of each of these classes: {classes}. Read the model card "
            "first: it says what the model is for, what it learned from and how good it is.",
            classes=", ".join(card["classes"]),
        ),
    )
    yield tag(
        "ul",
        *(
            tag("li", tr("{file}: the model; its card is {file}.MODEL_CARD.md.", file=name))
            for name in names
        ),
        tag("li", tr("{file}: the report on labels, rounds and performance.", file=REPORT)),
    )
    yield tag(
        "p",
        tr(
            "The lines below are for images of 8 bits a colour, such as PNG and JPEG. What other "
            "files need stands in the files that end with preprocessing.json."
        ),
    )


def _of_format(exporter: ModuleType, file: str) -> Iterable[Element]:
    yield tag("h2", tr(exporter.LABEL))
    about, needs = tr(exporter.ABOUT), tr("Packages: {names}.", names=exporter.PACKAGES)
    yield tag("p", f"{about} {needs}")
    yield tag("pre", named(exporter.USAGE, file))
