"""One reviewed image: large, with what the model makes of it and what was ever said of it."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.database.prediction_rows import Probabilities
from autoal_gui.core.labels.journal import Entry
from autoal_gui.core.language import certainty, date_time, mark, number, tr
from autoal_gui.core.measures.operating.decision import Threshold, given_class
from autoal_gui.core.project.project import Project
from autoal_gui.core.readers.audit_trail import Change, changes
from autoal_gui.gui.desk.class_panel import ClassPanel
from autoal_gui.gui.images.image_loader import ImageLoader
from autoal_gui.gui.images.image_view import ImageView, show_image
from autoal_gui.gui.widgets.answers import answer_word
from autoal_gui.gui.widgets.text import name_words, text_label
from autoal_gui.gui.widgets.theme import SMALL, Theme

NAMED = 4  # classes whose probability is told
SMALLEST = 0.005  # what would be told as 0 % is not told
LEAST = 72  # pixels of the image's height
EDGE = 8  # pixels around and between the parts at the right
CLASSES = 0.4  # of the height at the right, where image and facts have no more than they need
GIVEN_UP = ((True, True), (False, True), (False, False))
"""Whether image and title are there: the first way in which every class is seen, else the last.

The image is in the grid too.
"""
PURPOSES = {
    "answer": "",
    "repeat": mark("asked again"),
    "second": mark("second reading"),
    "adjudicate": mark("settled"),
    "confirm": mark("confirmed in bulk"),
    "check": mark("read alone as a check"),
}
OTHER_PIXELS = mark(
    "Given to other pixels: the file was replaced since. Give the label again, or another one."
)
NOW = mark("The model now: {shares}.")
UNTAUGHT = mark("A model that has not learned from this label: {shares}.")
UNTAUGHT_OF = mark("In round {number}, by a model that has not learned from this label: {shares}.")
CHOOSE = mark("Choose an image: its history shows here, and the class keys change its label.")


class ReviewDetail(QWidget):
    """The image that the grid has reached."""

    commented = Signal(str)
    flagged = Signal(bool)
    desk_wanted = Signal()

    def __init__(self, loader: ImageLoader, theme: Theme, names: QAction) -> None:
        """Make it.

        Args:
            loader: of the images.
            theme: their colours.
            names: whether names of files are shown.
        """
        super().__init__()
        self._loader, self._names = loader, names
        self._image: int | None = None
        self.image_view = ImageView(theme)
        self.image_view.setMinimumHeight(LEAST)
        self.name = text_label(role="muted", size=SMALL)
        self.name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.facts = text_label()
        self.history = text_label(role="muted", size=SMALL)
        self.history.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.flag = QCheckBox(tr("Flag"))
        self.comment = QLineEdit()
        self.comment.setPlaceholderText(tr("Comment, then Enter"))
        self.comment.setAccessibleName(tr("Comment"))
        self.desk = QPushButton(tr("Show on the desk"))
        self._lay_out()
        loader.ready.connect(self._on_ready)
        self.comment.returnPressed.connect(self._on_comment)
        self.flag.clicked.connect(self.flagged)
        self.desk.clicked.connect(self.desk_wanted)

    def _lay_out(self) -> None:
        frame = QFrame()
        frame.setProperty("role", "content")
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(10, 6, 10, 6)
        inside.addWidget(self.name)
        inside.addWidget(self.facts)
        inside.addWidget(self.history)
        inside.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(frame)
        scroll.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        marks = QHBoxLayout()
        marks.setContentsMargins(10, 0, 10, 0)
        marks.addWidget(self.flag)
        marks.addStretch(1)
        marks.addWidget(self.desk)
        comment = QHBoxLayout()  # a line of its own: beside the others its words would be cut
        comment.setContentsMargins(10, 0, 10, 6)
        comment.addWidget(self.comment)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.image_view, 3)
        column.addWidget(scroll, 2)
        column.addLayout(marks)
        column.addLayout(comment)

    @property
    def image(self) -> int | None:
        """The image shown."""
        return self._image

    def show_image(
        self,
        project: Project,
        image: int | None,
        shares: Probabilities | None,
        threshold: Threshold | None = None,
        given: Entry | None = None,
    ) -> None:
        """Show an image, or what to do while none is chosen.

        Args:
            project: of the image.
            image: its id, or None.
            shares: the model's probabilities, as far as they are known.
            threshold: which class an image is given, see `decided`.
            given: its class, where that came with the data and no reader has given one.
        """
        self._image = image
        self._show_picture()
        about = None if image is None else project.pool.images[image]
        self.name.setText(name_words(about.key, about.group) if about else "")
        self.name.setVisible(about is not None and self._names.isChecked())
        for widget in (self.flag, self.comment, self.desk):
            widget.setEnabled(image is not None)
        if image is None:
            self.facts.setText(tr(CHOOSE))
            self.history.clear()
            self.comment.clear()
            self.flag.setChecked(False)
            return
        journal = project.labels.journal
        self.facts.setText("\n".join(facts(project, image, shares, threshold, given)))
        lines = changes(project.labels.entries_of(image))
        self.history.setText("\n".join(change_line(one, project.classes.names) for one in lines))
        self.comment.setText(journal.comment(image))
        self.flag.setChecked(journal.is_flagged(image))

    def _show_picture(self) -> None:
        image = self._image
        if image is None:
            self.image_view.show_sentence(tr("No image is chosen."))
        else:
            show_image(self.image_view, self._loader, image)

    @Slot(int)
    def _on_ready(self, image_id: int) -> None:
        if image_id == self._image:
            self._show_picture()

    @Slot()
    def _on_comment(self) -> None:
        self.commented.emit(self.comment.text().strip())


class ReviewSide(QWidget):
    """The chosen image, and below it the classes: all of them where the window is tall enough."""

    def __init__(self, detail: ReviewDetail, classes: ClassPanel) -> None:
        super().__init__()
        self._detail, self._classes = detail, classes
        for part in (detail, classes):
            part.setParent(self)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the width of the wider part; the height is shared, however little it is."""
        parts = (self._detail, self._classes)
        wide = max(part.minimumSizeHint().width() for part in parts)
        return QSize(wide + EDGE, self._detail.minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Share the height anew."""
        super().resizeEvent(event)
        self.share()

    def share(self) -> None:
        """Give the classes what they need, and the rest to the image."""
        wide, high = self.width() - EDGE, self.height() - EDGE
        for image, title in GIVEN_UP:
            self._detail.image_view.setVisible(image)
            self._classes.set_titled(title)
            left = high - EDGE - self._detail.minimumSizeHint().height()
            whole = self._classes.whole_height()
            if whole <= left:
                break
        below = min(whole, max(left, round(CLASSES * high)))
        self._detail.setGeometry(0, 0, wide, high - below - EDGE)
        self._classes.setGeometry(0, high - below, wide, below)


def facts(
    project: Project,
    image: int,
    shares: Probabilities | None,
    threshold: Threshold | None = None,
    given: Entry | None = None,
) -> tuple[str, ...]:
    """Say what stands of an image, and what the model makes of it; see `show_image`."""
    entry, classes = project.labels.answers.get(image), project.classes.names
    words = [tr("No answer yet.")]
    if given is not None:
        words = [tr("{name}: its class came with the data.", name=answer_word(given, classes))]
    if entry is not None:
        words = [
            tr(
                "{answer}, by {name}.",
                answer=answer_word(entry, classes),
                name=entry.annotator,
            )
        ]
    if image in project.other_pixels:
        words.append(tr(OTHER_PIXELS))
    if entry is not None and entry.suggested is not None and entry.confidence is not None:
        sentence = mark("Suggested then, before the answer: {name} ({share}).")
        if not entry.shown:
            sentence = mark("Suggested then, hidden until the answer: {name} ({share}).")
        share = certainty(entry.confidence)
        words.append(tr(sentence, name=classes[entry.suggested], share=share))
    if shares is not None:
        has_label = given is not None or (entry is not None and entry.class_index is not None)
        taught = has_label and project.pool.images[image].split == "pool"
        kept = project.rounds.prediction(image)  # with the round whose model made it
        told = NOW if not taught else UNTAUGHT if kept is None else UNTAUGHT_OF
        by = number(0 if kept is None else kept[1])
        words.append(tr(told, shares=share_words(shares, classes), number=by))
        if threshold is not None:
            name = classes[given_class(shares, len(classes), threshold)]
            words.append(tr("At your operating point that is: {name}.", name=name))
    return tuple(words)


def share_words(shares: Probabilities, classes: Sequence[str]) -> str:
    """Return the likeliest classes with their probabilities."""
    order = sorted(range(len(shares)), key=lambda index: -shares[index])[:NAMED]
    order = [index for index in order if shares[index] >= SMALLEST] or order[:1]
    return ", ".join(f"{classes[index]} {certainty(shares[index])}" for index in order)


def change_line(change: Change, classes: Sequence[str]) -> str:
    """Say in a line who changed what, when, from what to what."""
    entry = change.entry
    when = local_time(entry.at)
    what = tr(
        "{before} → {after}",
        before=state_word(change.before, classes),
        after=state_word(change.after, classes),
    )
    words = tr("{when}  {name}: {what}", when=when, name=entry.annotator, what=what)
    notes = [tr(PURPOSES[entry.purpose])] if PURPOSES[entry.purpose] else []
    if entry.action in ("undo", "redo"):
        notes.append(tr("taken back") if entry.action == "undo" else tr("restored"))
    if entry.action == "withdraw":
        notes.append(tr("taken back"))
    if entry.action == "import":
        notes.append(tr("came with the image"))
    if entry.round_number and entry.purpose == "answer" and not entry.target:
        notes.append(tr("round {number}", number=number(entry.round_number)))
    return f"{words} ({', '.join(notes)})" if notes else words


def local_time(at: str) -> str:
    """Return a stored time, which is in UTC, by the clock of this computer."""
    try:
        return date_time(datetime.fromisoformat(at).astimezone())
    except ValueError:  # of a damaged project
        return at


def state_word(entry: Entry | None, classes: Sequence[str]) -> str:
    """Return in a word what stands in a place."""
    if entry is None:
        return "–"
    if entry.action in ("flag", "unflag"):
        return tr("flag") if entry.action == "flag" else tr("no flag")
    if entry.action == "comment":
        return f"“{entry.comment}”" if entry.comment else tr("no comment")
    return answer_word(entry, tuple(classes))
