"""What the dots are coloured by: one function for each, from the project to the legend."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from autoal_gui.core.labels.journal import Entry
from autoal_gui.core.language import mark, number, percent, tr
from autoal_gui.core.likeness.kept_map import KeptMap
from autoal_gui.core.likeness.kept_predictions import read_predictions
from autoal_gui.core.measures.operating.decision import By, Opinion, given_class, surely_given
from autoal_gui.core.project.project import Project
from autoal_gui.gui.keys import class_keys
from autoal_gui.gui.map.scene import Mask, Part
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.session.likeness.blindness import asked_blind, kept_off
from autoal_gui.gui.widgets.theme import class_colour

Ints = npt.NDArray[np.int32]
Rows = npt.NDArray[np.intp]

NONE, UNSURE, SKIPPED = -1, -2, -3
ORDERED = ("#6a51a3", "#4f7fc0", "#2fa3b5", "#5fc68f", "#b4de5a", "#f2d24c")
"""From few to many; the lightness grows with the hue, so that it reads without colours too."""
SURENESS = (
    (0.5, "#d55e00", mark("below {high}")),
    (0.7, "#e69f00", mark("{low} to {high}")),
    (0.9, "#999999", mark("{low} to {high}")),
    (0.95, "#56b4e9", mark("{low} to {high}")),
    (1.01, "#0072b2", mark("above {low}")),
)
"""Upper bounds; Okabe & Ito 2008, orange for what the model hesitates at and blue for the sure."""
LISTED = 40  # groups or values that have a line of their own


@dataclass(frozen=True, eq=False)
class Facts:
    """What is known of every image of a map and may be seen; all arrays are (N,)."""

    shown: Mask = field(repr=False)
    """Whether it has a dot."""
    answer: Ints = field(repr=False)
    """Class index, or NONE, UNSURE, SKIPPED."""
    round_number: Ints = field(repr=False)
    """In which it was answered; -1 without an answer."""
    predicted: Ints = field(repr=False)
    """Class that the model gives; -1 where that is not known or may not be seen."""
    share: npt.NDArray[np.float32] = field(repr=False)
    """Its probability; nan likewise."""
    certainty: npt.NDArray[np.float32] = field(repr=False)
    """That of the likeliest class; nan likewise."""
    asked: Mask = field(repr=False)
    """Whether it is asked for now: nothing of it may be seen."""
    at_point: Mask | None = field(default=None, repr=False)
    """Whether the operating point gives `predicted`; else it is the likeliest class, as everywhere
    where no point is in use: None."""
    likeliest: Ints | None = field(default=None, repr=False)
    """The likeliest class, where a point may give another one; None where no point is in use."""

    def opinion(self, row: int) -> Opinion | None:
        """Return what may be told of what the model makes of an image."""
        if self.predicted[row] < 0:
            return None
        by: By = "model"
        if self.at_point is not None:
            by = "point" if self.at_point[row] else "likeliest"
        given, likelier = int(self.predicted[row]), None
        if self.likeliest is not None and by == "point" and self.likeliest[row] != given:
            likelier = int(self.likeliest[row]), float(self.certainty[row])
        return Opinion(given, float(self.share[row]), by, likelier)

    @property
    def disagrees(self) -> Mask:
        """Where the model gives another class than the label, however unsure it is."""
        both = (self.answer >= 0) & (self.predicted >= 0)
        differs: Mask = both & (self.answer != self.predicted)
        return differs


def facts_of(kept: KeptMap, controller: Controller, unanswered: bool) -> Facts:
    """Gather what may be seen of every image.

    Args:
        kept: the map.
        controller: of the project that it is of.
        unanswered: whether predictions of images without an answer may be seen.
    """
    total, project, images = len(kept.ids), controller.project, controller.images
    shown = kept.readable.copy()
    shown[_rows(kept, kept_off(project))] = False
    asked = np.zeros(total, np.bool_)
    asked[_rows(kept, asked_blind(project, images))] = True
    answer, rounds = np.full(total, NONE, np.int32), np.full(total, -1, np.int32)
    _put_answers(kept, project.labels.answers, answer, rounds)
    answer[asked], rounds[asked] = NONE, -1
    predicted, certainty = np.full(total, -1, np.int32), np.full(total, np.nan, np.float32)
    _put_predictions(kept, project, predicted, certainty)
    share, at_point, likeliest = certainty.copy(), None, None
    if controller.in_use.threshold is not None:
        likeliest = predicted.copy()
        at_point = _put_given(kept, controller, predicted, share)
    hidden = asked if unanswered else asked | (answer == NONE)
    predicted[hidden], share[hidden], certainty[hidden] = -1, np.nan, np.nan
    return Facts(shown, answer, rounds, predicted, share, certainty, asked, at_point, likeliest)


def _rows(kept: KeptMap, images: Iterable[int]) -> Rows:
    return kept.rows(np.fromiter(images, np.int64))


def _put_answers(kept: KeptMap, answers: Mapping[int, Entry], answer: Ints, rounds: Ints) -> None:
    words = {"unsure": UNSURE, "skip": SKIPPED}
    known = [entry for entry in answers.values() if entry.image_id]
    ids = np.array([entry.image_id for entry in known], np.int64)
    if not len(ids):
        return
    rows = np.searchsorted(kept.ids, ids)
    answer[rows] = [
        words.get(e.action, NONE) if e.class_index is None else e.class_index for e in known
    ]
    rounds[rows] = [e.round_number for e in known]


def _put_predictions(
    kept: KeptMap, project: Project, predicted: Ints, certainty: npt.NDArray[np.float32]
) -> None:
    classes = len(project.classes.names)
    found = read_predictions(project.workspace, project.rounds.last, classes)
    if found is not None:
        # An image that came since has no prediction; one that is gone has no row.
        places = np.searchsorted(kept.ids, found["image"]).clip(max=len(kept.ids) - 1)
        same = kept.ids[places] == found["image"]
        predicted[places[same]] = found["class"][same]
        certainty[places[same]] = found["certainty"][same]
    else:
        for image in project.rounds.ranking:  # of no other image it is stored then
            suggestion = project.rounds.suggestion(image)
            if suggestion is None:
                continue
            for row in kept.rows([image]):
                predicted[row], certainty[row] = suggestion.class_index, suggestion.confidence
    for image, shares in project.rounds.predictions().items():
        for row in kept.rows([image]):
            predicted[row], certainty[row] = int(np.argmax(shares)), float(np.max(shares))


def _put_given(
    kept: KeptMap, controller: Controller, predicted: Ints, share: npt.NDArray[np.float32]
) -> Mask:
    """Put what the operating point gives in place of the likeliest class; return where it does."""
    project, threshold = controller.project, controller.in_use.threshold
    sure = predicted >= 0
    if threshold is None:
        return sure
    classes, found = len(project.classes.names), project.rounds.predictions()
    sure[_rows(kept, found)] = False  # of these all classes are known, or an earlier model's
    predicted[sure], share[sure], certain = surely_given(
        predicted[sure], share[sure], classes, threshold
    )
    sure[sure] = certain
    for image in controller.in_use.at_point() & found.keys():
        for row in kept.rows([image]):
            given = given_class(found[image], classes, threshold)
            predicted[row], sure[row] = given, True
            share[row] = found[image][given] if given < len(found[image]) else 0
    return sure


# -- what the dots are coloured by --------------------------------------------------------------


@dataclass(frozen=True)
class Colouring:
    """One way to colour the dots."""

    name: str
    """As the user reads it."""
    parts: Callable[[Facts], list[Part]]
    """The parts of the legend, what is drawn first in front."""


def colourings(
    kept: KeptMap,
    project: Project,
    quiet: str,
    hollow: str,
    clusters: Ints | None = None,
    *,
    at_point: bool = False,
) -> list[Colouring]:
    """Return every way to colour the dots of a project.

    Args:
        kept: the map.
        project: that it is of.
        quiet: colour of what there is nothing to say of.
        hollow: colour of the ground: of dots of which the rim alone is seen.
        clusters: (N,) the group of images that are alike, where that has been found.
        at_point: whether an operating point is in use.
    """
    names, last = project.classes.names, project.rounds.last
    found = [
        Colouring(tr("Label given"), lambda facts: by_label(facts, names, quiet, hollow)),
        Colouring(
            tr("Prediction at your point") if at_point else tr("Prediction"),
            lambda facts: by_prediction(facts, names, quiet),
        ),
        Colouring(tr("Certainty"), lambda facts: by_certainty(facts, quiet)),
        Colouring(tr("Round of the answer"), lambda facts: by_round(facts, last, quiet)),
    ]
    if clusters is not None:
        found.append(Colouring(tr("Like images"), partial(by_cluster, clusters=clusters)))
    images = project.pool.images
    if project.pool.groups:
        groups = [images[i].group for i in kept.ids.tolist()]
        found.append(Colouring(tr("Group"), lambda facts: by_value(facts, groups, quiet)))
    for place, name in enumerate(project.settings.columns):
        cells = [
            one.columns[place] if place < len(one.columns) else ""
            for one in (images[i] for i in kept.ids.tolist())
        ]
        found.append(Colouring(name, partial(by_cells, cells=cells, quiet=quiet)))
    return found


HIDDEN = mark(
    "The images of the batch without an answer, and those with a label that are asked or read a "
    "second time: that label is not shown here, but it counts beside the classes on the desk."
)


def by_label(facts: Facts, names: tuple[str, ...], quiet: str, hollow: str) -> list[Part]:
    """Colour by the answers."""
    waits = facts.answer == NONE
    parts = [
        Part(tr("No answer yet"), quiet, _where(facts, waits & ~facts.asked)),
        Part(tr("Asked now: hidden"), hollow, _where(facts, waits & facts.asked), tip=tr(HIDDEN)),
        Part(tr("Unsure"), quiet, _where(facts, facts.answer == UNSURE)),
        Part(tr("Skipped"), quiet, _where(facts, facts.answer == SKIPPED)),
    ]
    return _nonempty([*parts, *_classes(facts, facts.answer, names)])


def by_prediction(facts: Facts, names: tuple[str, ...], quiet: str) -> list[Part]:
    """Colour by what the model gives, at the operating point where one is in use."""
    known = facts.predicted >= 0
    if facts.at_point is not None:
        known &= facts.at_point
    given = np.where(known, facts.predicted, -1).astype(np.int32)
    return _nonempty([_hidden(facts, ~known, quiet), *_classes(facts, given, names)])


def by_certainty(facts: Facts, quiet: str) -> list[Part]:
    """Colour by how likely the model finds its class."""
    parts, low = [_hidden(facts, np.isnan(facts.certainty), quiet)], -1.0
    for high, colour, words in SURENESS:
        inside = (facts.certainty >= low) & (facts.certainty < high)
        name = tr(words, low=percent(max(0.0, low)), high=percent(min(1.0, high)))
        parts.append(Part(name, colour, _where(facts, inside)))
        low = high
    return _nonempty(parts)


def by_round(facts: Facts, last: int, quiet: str) -> list[Part]:
    """Colour by the round after which an image was answered."""
    parts = [Part(tr("No answer yet"), quiet, _where(facts, facts.round_number < 0))]
    step = -(-(last + 1) // len(ORDERED))
    for place, first in enumerate(range(0, last + 1, step)):
        end = min(first + step - 1, last)
        inside = (facts.round_number >= first) & (facts.round_number <= end)
        name = tr("Round {number}", number=number(first)) if first == end else ""
        name = name or tr("Rounds {first} to {last}", first=number(first), last=number(end))
        colour = ORDERED[place * len(ORDERED) // max(1, -(-(last + 1) // step))]
        parts.append(Part(name, colour, _where(facts, inside)))
    return _nonempty(parts)


def by_cluster(facts: Facts, clusters: Ints) -> list[Part]:
    """Colour by groups of images that are alike, the largest first."""
    numbers = np.unique(clusters[facts.shown])
    return [
        Part(
            tr("Cluster {number}", number=number(int(one) + 1)),
            class_colour(int(one)).name(),
            _where(facts, clusters == one),
        )
        for one in numbers
    ]


def by_value(facts: Facts, values: list[str], quiet: str) -> list[Part]:
    """Colour by a text, the commonest first; those without one and the rarest stay quiet."""
    array = np.array(values)
    known, counts = np.unique(array[facts.shown & (array != "")], return_counts=True)
    listed = known[np.argsort(-counts, kind="stable")[:LISTED]]
    rest = facts.shown & (array != "") & ~np.isin(array, listed)
    parts = [
        Part(tr("Not known, or hidden"), quiet, _where(facts, array == "")),
        Part(tr("Others"), quiet, np.flatnonzero(rest)),
    ]
    parts += [
        Part(str(one), class_colour(place).name(), _where(facts, array == one))
        for place, one in enumerate(listed)
    ]
    return _nonempty(parts)


def by_cells(facts: Facts, cells: list[str], quiet: str) -> list[Part]:
    """Colour by a column: numbers of many values in bands of equally many images.

    A column may say what an image shows, so that it is seen of answered images alone.
    """
    waits = (facts.answer == NONE).tolist()
    cells = ["" if wait else cell for wait, cell in zip(waits, cells, strict=True)]
    numbers = np.array([_number(cell) for cell in cells])
    known = np.isfinite(numbers) & facts.shown
    texts = sum(cell != "" for cell in cells) - int(np.isfinite(numbers).sum())
    if texts or len(np.unique(numbers[known])) <= len(ORDERED):
        return by_value(facts, cells, quiet)
    edges = np.unique(np.quantile(numbers[known], np.linspace(0, 1, len(ORDERED) + 1)))
    band = np.searchsorted(edges[1:-1], numbers, side="right")
    parts = [Part(tr("Not known, or hidden"), quiet, np.flatnonzero(facts.shown & ~known))]
    for place, (low, high) in enumerate(pairwise(edges)):
        name = tr("{low} to {high}", low=f"{low:g}", high=f"{high:g}")
        parts.append(Part(name, ORDERED[place], np.flatnonzero(known & (band == place))))
    return _nonempty(parts)


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return float("nan")


def _classes(facts: Facts, of: Ints, names: tuple[str, ...]) -> list[Part]:
    keys = class_keys(len(names))
    return [
        Part(name, class_colour(index).name(), _where(facts, of == index), keys[index])
        for index, name in enumerate(names)
    ]


def _hidden(facts: Facts, where: Mask, quiet: str) -> Part:
    return Part(tr("Not known, or hidden"), quiet, _where(facts, where))


def _where(facts: Facts, condition: Mask) -> Rows:
    return np.flatnonzero(facts.shown & condition)


def _nonempty(parts: list[Part]) -> list[Part]:
    return [part for part in parts if len(part.rows)]
