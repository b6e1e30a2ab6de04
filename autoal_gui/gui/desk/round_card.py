"""A card at a round's end: what the model gets right now, in plain words, and what to do next."""

import math
from collections.abc import Collection, Sequence

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCursor, QHideEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.labels.hidden_repeats import pairs
from autoal_gui.core.labels.pace import seconds_an_answer
from autoal_gui.core.language import duration, mark, number, percent, some_of, tr, tr_count
from autoal_gui.core.measures.answers.estimate import Estimate
from autoal_gui.core.measures.baseline import better_words
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.project.kept_point import changed_words
from autoal_gui.core.project.last_model import FIRST_MODEL, learned_from, trained_rounds
from autoal_gui.core.project.learned_classes import short_classes
from autoal_gui.core.project.measured_rounds import (
    comparable,
    new_class_words,
    on_the_same_images,
)
from autoal_gui.core.project.project import Project
from autoal_gui.core.readers.double_reading import said
from autoal_gui.gui.panels.performance.class_lacks import FEWEST_TO_MEASURE
from autoal_gui.gui.panels.performance_text import change_words, measured_of, right_words
from autoal_gui.gui.session.rounds.model_in_use import ModelInUse
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import SMALL, Theme, icon

SHOWN = 40_000  # milliseconds until the card goes by itself
READ_ON = 3_000  # milliseconds until it is tried again, where the mouse is over it or comes to it
NEAR = 120  # pixels around it in which a mouse that moves may be on its way to it
HELD = 500  # milliseconds after it was closed in which a click that was meant for it does nothing
MISSED_BY = 2_000  # likewise after it has gone by itself: a hand may have set out for it before
LINES = 22  # its width, in heights of a line
SURE = 20  # answers of a class; of fewer it is told by how many its share is estimated
FOUND = 0.7  # sensitivity of a class that is found in most images
KEPT = 0.6  # of one that was found in most before: a few images make no news of it
NAMED = 3  # classes named of a kind
FIRST_STAYS = mark("The first answer is the label until you change it.")
ALL_FOUND = mark("Every class is mostly found: {classes}.")
NEW = mark("Now mostly found: {classes}.")
STILL = mark("Still mostly found: {classes}.")
KNOWN = mark("Mostly found: {classes}.")
MISSED = mark("Often missed: {classes}.")
RARE = mark("Measured on too few images to tell: {classes}.")
JOINED = mark(
    "From the same labels as the model before: what was learned from your images without labels "
    "has joined, and chose other images to ask for."
)
WEIGHED = mark(
    "Shares are estimates for all your images: hard ones are asked for more often, so that counts "
    "of answers say less."
)
SHORT = mark("Too few labels to rely on: {classes}.")


class RoundCard(QFrame):
    """One card beside the image; it takes no focus, so that all keys go on."""

    resized = Signal()
    """It says something else, and may need another size; or it has gone, and needs none."""
    look_wanted = Signal(object)
    """The ids of images whose second answer differs from the first."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "toast")
        self.title = text_label(bold=True)
        self.words = text_label()
        self.next = text_label(role="muted", size=SMALL)
        self.twice = text_label()
        self.look = QPushButton(tr("Look at them"))
        self.look.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.look.clicked.connect(self._on_look)
        self._unlike: tuple[int, ...] = ()
        close = QToolButton()
        close.setProperty("role", "mark")
        close.setIcon(icon("close", theme.colours.muted))
        close.setToolTip(tr("Close"))
        close.setAccessibleName(tr("Close"))
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close.clicked.connect(self.go)
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 12, 14)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self.words)
        column.addWidget(self.next)
        column.addWidget(self.twice)
        column.addWidget(self.look, 0, Qt.AlignmentFlag.AlignLeft)
        self._gone = QTimer(self, singleShot=True)
        self._gone.timeout.connect(self._on_time)
        self._shield = QWidget(parent)
        self._shield.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self._shield.hide()
        self._mouse = QPoint()  # where it was near the card, when that last stayed for it
        self._rested = QPoint()  # where it was as the card came: nobody has moved it onto the card
        self._waits = False  # a dialog has covered the window when it was to go
        self._held = QTimer(self, singleShot=True)
        self._held.timeout.connect(self._shield.hide)
        self.hide()

    def wanted_width(self) -> int:
        """Return the width at which its words read well, in pixels."""
        return LINES * self.fontMetrics().height()

    def say(
        self, title: str, words: str, further: str, twice: str = "", unlike: Sequence[int] = ()
    ) -> None:
        """Show the card for a while.

        Args:
            title: what has ended.
            words: what it has brought.
            further: what comes next.
            twice: what became of the images that were asked twice.
            unlike: those of them whose second answer differs from the first.
        """
        self._unlike = tuple(unlike)
        self._tell((self.title, title), (self.words, words), (self.twice, twice))
        self.look.setVisible(bool(unlike))
        self.show()
        self.tell_further(further)
        self.raise_()
        if self.isVisible():
            self._begin()

    def _begin(self) -> None:
        """Count the time from now."""
        self._mouse, self._rested = QPoint(), QCursor.pos()
        self._gone.start(SHOWN)

    @Slot()
    def go(self) -> None:
        """Go, and keep for a moment what lies below from a click that was meant for the card."""
        self._leave(HELD)

    def _leave(self, held: int) -> None:
        if self.isVisible():
            self._shield.setParent(self.parentWidget())
            self._shield.setGeometry(self.geometry())
            self._shield.show()
            self._shield.raise_()
            self._held.start(held)
        self.hide()

    @Slot()
    def _on_time(self) -> None:
        if QApplication.activeModalWidget() is not None:  # behind a dialog nobody reads it
            self._waits = True
            self._gone.start(READ_ON)
            return
        if self._waits:
            self._waits = False
            self._begin()
            return
        read = self.underMouse() and QCursor.pos() != self._rested
        if read or self._is_aimed_at():
            self._gone.start(READ_ON)
        else:
            self._leave(MISSED_BY)

    def _is_aimed_at(self) -> bool:
        """Say whether the mouse is near and moves: one that rests may have been left there."""
        mouse, before = QCursor.pos(), self._mouse
        around = self.rect().adjusted(-NEAR, -NEAR, NEAR, NEAR)
        self._mouse = mouse
        return around.contains(self.mapFromGlobal(mouse)) and mouse != before

    def tell_further(self, further: str) -> None:
        """Say what comes next, which answers change while the card is there; the time goes on."""
        self._tell((self.next, further))
        self.resized.emit()

    def _tell(self, *told: tuple[QLabel, str]) -> None:
        for label, text in told:
            label.setText(text)
            label.setVisible(bool(text))

    @Slot()
    def _on_look(self) -> None:
        self.go()
        self.look_wanted.emit(self._unlike)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the wheel from what the card lies on."""
        event.accept()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Count the time from when it can be read: behind the grid or a page it waits."""
        super().showEvent(event)
        self._begin()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Stop the time."""
        super().hideEvent(event)
        self._gone.stop()
        self.resized.emit()


def card_words(project: Project, in_use: ModelInUse, left: int) -> tuple[str, str, str]:
    """Say how the last round, which has trained, ended: a title, what changed, what comes next.

    `left` is the number of answers after which the next round starts.
    """
    last = project.rounds.finished()[-1]
    measured = measured_of(project)
    further = further_words(project, left)
    name = {"number": number(last.number), "labels": learned_from(last)}
    if not measured or measured[-1][0].number != last.number:
        return (
            tr("Round {number} ({labels}) is done", **name),
            tr("The model has learned from {labels}.", labels=learned_from(last)),
            further,
        )
    result = in_use.result(measured)
    metrics = result.metrics
    # The round before was counted by the highest probability: at a point it is no comparison,
    # nor is one that other images measured. Which classes are found is told of each by itself.
    two, names = measured[-2:] if result.threshold is None else [], project.classes.names
    earlier = comparable(two)[:-1]
    # A class that had too few labels then may have been found as often: that is no news of it.
    before = (_found(known, ()) for _, known in on_the_same_images(two)[:-1])
    changed_by = change_words(metrics, earlier[0][1]) if earlier else new_class_words(two, names)
    words = class_words(
        metrics, next(before, None), names=names, short=short_classes(project, last)
    )
    right = right_words(metrics)
    title = tr("Round {number} ({labels}): {right}", **name, right=right)
    if _is_first(project):
        title = tr("Your first model ({labels}): {right}", labels=name["labels"], right=right)
    changed = changed_words(project, in_use.point)
    better = better_words(metrics, names)
    joined = tr(JOINED) if _has_joined(project) else ""
    return (
        title,
        "\n".join(filter(None, (result.short, joined, changed_by, better, words, changed))),
        further,
    )


def twice_words(project: Project) -> tuple[str, tuple[int, ...]]:
    """Say how the images compare that were asked twice since the last model before this one.

    Returns:
        The words, empty where there were none, and the ids of those answered differently.
    """
    models = trained_rounds(project)
    since = models[-2].ended if len(models) > 1 else ""
    asked = [pair for pair in pairs(project.labels.journal) if pair[1].at > since]
    if not asked:
        return "", ()
    unlike = tuple(first.image_id for first, again in asked if said(first) != said(again))
    count = len(asked)
    words = tr_count("{count} image was asked twice", "{count} images were asked twice", count)
    if not unlike:
        return tr("{twice}; your answers agree.", twice=words), ()
    differ = tr_count(
        "{count} answer differs from your first.",
        "{count} answers differ from your first.",
        len(unlike),
    )
    return f"{tr('{twice}; {differ}', twice=words, differ=differ)} {tr(FIRST_STAYS)}", unlike


def class_words(
    metrics: Metrics,
    before: Collection[int] | None = None,
    *,
    names: Sequence[str],
    short: Collection[int] = (),
) -> str:
    """Say which classes are found now, and which are not yet: every class stands in one of them.

    Args:
        metrics: of the last round.
        before: the classes that were found by the round before it, if there was one.
        names: of the classes.
        short: classes with too few labels to rely on, of which no success is told.
    """
    now, classes = metrics.sensitivities, range(len(metrics.sensitivities))
    right = [_right_of(names[c], metrics, c) for c in classes]
    measured, found = _measured(metrics), _found(metrics, short, before or ())
    missed = sorted(
        (c for c in measured if c not in found and now[c] < FOUND), key=lambda c: now[c]
    )
    new = [c for c in found if before is not None and c not in before]
    known = [c for c in found if c not in new]
    rare = [c for c in classes if c not in measured and c not in short]
    if len(known) == len(now):
        return tr(ALL_FOUND, classes=some_of([right[c] for c in known], NAMED))
    parts = (
        (NEW, some_of([right[c] for c in new], NAMED)),
        (KNOWN if before is None else STILL, some_of([right[c] for c in known], NAMED)),
        (MISSED, some_of([right[c] for c in missed], NAMED)),
        (RARE, _named(rare, names)),
        (SHORT, _named(sorted(short), names)),
    )
    return " ".join(tr(words, classes=classes) for words, classes in parts if classes)


def _measured(metrics: Metrics) -> list[int]:
    """Return the classes that enough images measure to tell how often they are found."""
    classes = range(len(metrics.sensitivities))
    return [c for c in classes if metrics.sensitivity_counts(c)[1] >= FEWEST_TO_MEASURE]


def _found(metrics: Metrics, short: Collection[int], before: Collection[int] = ()) -> list[int]:
    """Return the classes that are found in most images: the one found least often first.

    One that was so `before` stays that for a little less.
    """
    share = metrics.sensitivities
    least = {c: KEPT if c in before else FOUND for c in range(len(share))}
    found = [c for c in _measured(metrics) if share[c] >= least[c] and c not in short]
    return sorted(found, key=lambda c: share[c])


def _named(classes: Sequence[int], names: Sequence[str]) -> str:
    return some_of([names[c] for c in classes], NAMED)


def _right_of(name: str, metrics: Metrics, index: int) -> str:
    """Say how many images of a class are right; of an estimate its share, as counts are others."""
    right, images = metrics.sensitivity_counts(index)
    if isinstance(metrics, Estimate) and not right == images < SURE:  # a few that are all right
        share = metrics.sensitivities[index]
        if images >= SURE:
            return tr("{name} (about {share} right)", name=name, share=percent(share))
        return tr_count(
            "{name} (about {share} right, by {count} answer)",
            "{name} (about {share} right, by {count} answers)",
            images,
            name=name,
            share="" if math.isnan(share) else percent(share),
        )
    return tr("{name} ({right} of {images} right)", name=name, right=right, images=images)


def further_words(project: Project, left: int) -> str:
    """Say why the first model may be of round 2, and how long so many answers take."""
    finished, explained = project.rounds.finished(), ""
    if _is_first(project) and len(finished) > 1:
        explained = tr(FIRST_MODEL, number=number(finished[-1].number))
    last = finished[-1] if finished else None
    weighed = tr(WEIGHED) if last and last.estimate and not last.metrics else ""
    return " ".join(filter(None, (weighed, explained, _cost(project, left))))


def _has_joined(project: Project) -> bool:
    """Say whether the model before had the same labels, and was made until learning had ended."""
    models = trained_rounds(project)
    if len(models) < 2:
        return False
    before, now = models[-2:]
    same = (before.labels, before.confirmed) == (now.labels, now.confirmed)
    other = before.settings.backbone != now.settings.backbone
    return same and other and before.settings.is_at_once


def _is_first(project: Project) -> bool:
    """Say whether no round before the last has made a model."""
    return not any(record.checkpoint for record in project.rounds.finished()[:-1])


def _cost(project: Project, left: int) -> str:
    seconds = seconds_an_answer(project.labels.answers.values())
    if not left or seconds is None:
        return ""
    return tr_count(
        "The model has chosen new images to ask for. {count} more answer takes about {time} at "
        "your pace.",
        "The model has chosen new images to ask for. {count} more answers take about {time} at "
        "your pace.",
        left,
        time=duration(max(1.0, left * seconds)),
    )
