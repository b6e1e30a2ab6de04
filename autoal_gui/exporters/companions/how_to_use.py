"""What a folder that is handed over says first: which file is what, and how each is used."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from types import ModuleType
from typing import Any
from xml.etree.ElementTree import Element

from autoal_gui.core.language import mark, tr
from autoal_gui.core.measures.operating.text import threshold_sentence
from autoal_gui.core.report.markdown import markdown
from autoal_gui.core.report.markup import tag
from autoal_gui.core.trained_model import taught_sentences

HOW_TO_USE, REPORT = "HOW_TO_USE.md", "report.html"
MODEL = "model"
"""The name of the file of a model in such a folder, without its ending."""
PROGRAM = mark(
    "{file}: a program for a terminal that gives the class of images, without AutoAL GUI: "
    "python {file} IMAGE"
)
IN_WINDOW = mark(
    "Without a line of code, in the window of AutoAL GUI: open Predict in the menu Project, press "
    "“{button}” and choose {file}, then choose a folder of images."
)
APPLIED = mark("The lines below apply this threshold; other programs must apply it, too.")
PRINTED = re.compile(r"print\((.*)\)\n\Z")
"""The last line of `USAGE` of each format: it prints the probabilities."""
DECIDED = """\
others = [name for name in shares if name != {own}]
print(shares, {own} if shares[{own}] >= {value} else max(others, key=shares.get))
"""
"""What stands there instead where a class is given from a probability on."""


def how_to_use(card: Mapping[str, Any], formats: Sequence[ModuleType]) -> str:
    """Return the whole of `HOW_TO_USE.md`.

    Args:
        card: of the model.
        formats: exporters of the files that lie beside it.
    """
    content = [*_head(card, formats)]
    for exporter in formats:
        content += _of_format(card, exporter, f"{MODEL}{exporter.SUFFIX}")
    return markdown(content)


def named(lines: str, file: str) -> str:
    """Return lines of a program or a shell with the name of the file of a model in them."""
    return lines.replace("MODEL_FILE", json.dumps(file, ensure_ascii=False))


def usage(card: Mapping[str, Any], exporter: ModuleType, file: str) -> str:
    """Return lines of Python that use a model: by its threshold, where it carries one."""
    lines = named(exporter.USAGE, file)
    if not card.get("threshold"):
        return lines
    class_index, value = card["threshold"]
    decided = DECIDED.format(own=repr(card["classes"][class_index]), value=repr(value))
    return PRINTED.sub(lambda found: f"shares = {found[1]}\n{decided}", lines)


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
    if known := taught_sentences(card["classes"], card.get("unseen", ()), card.get("scarce", ())):
        yield tag("p", known)
    yield tag(
        "ul",
        *(
            tag("li", tr("{file}: the model; its card is {file}.MODEL_CARD.md.", file=name))
            for name in names
        ),
        *(
            tag("li", tr(PROGRAM, file=f"{name}.predict.py"))
            for name, exporter in zip(names, formats, strict=True)
            if exporter.SCRIPT
        ),
        tag("li", tr("{file}: the report on labels, rounds and performance.", file=REPORT)),
    )
    if card.get("threshold"):
        class_index, value = card["threshold"]
        sentence = threshold_sentence(card["classes"], class_index, value)
        yield tag("p", f"{sentence} {tr(APPLIED)}")
    yield tag(
        "p",
        tr(
            "The lines below are for images of 8 bits a colour, such as PNG and JPEG. What other "
            "files need stands in the files that end with preprocessing.json."
        ),
    )


def _of_format(card: Mapping[str, Any], exporter: ModuleType, file: str) -> Iterable[Element]:
    yield tag("h2", tr(exporter.LABEL))
    about, needs = tr(exporter.ABOUT), tr("Packages: {names}.", names=exporter.PACKAGES)
    yield tag("p", f"{about} {needs}")
    if not exporter.PREPARES:  # a file that the program itself reads
        yield tag("p", tr(IN_WINDOW, button=tr("Model file…"), file=file))
    yield tag("pre", usage(card, exporter, file))
