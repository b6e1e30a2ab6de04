"""The second reading: images in an order of its own, nothing of the first reader in sight."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.labels.journal import Action, Entry
from autoal_gui.core.language import mark, number, percent_sign, tr, tr_count
from autoal_gui.core.readers.double_reading import Reading, Which
from autoal_gui.gui.readers.image_page import ImagePage
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.session.readers.second_reading import SecondReading
from autoal_gui.gui.widgets.actions import Actions
from autoal_gui.gui.widgets.answers import answer_word
from autoal_gui.gui.widgets.cards import LowColumn
from autoal_gui.gui.widgets.inputs import spin
from autoal_gui.gui.widgets.sizes import widen
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import TITLE, Theme

USUAL_SHARE = 20  # percent of the labelled images
WORDS: dict[Which, str] = {
    "share": mark("A random share of the labelled images"),
    "all": mark("All labelled images"),
    "flagged": mark("Images with a flag"),
    "suspicious": mark("Images whose label is likely an error"),
}
BLIND = mark(
    "A second reader labels without seeing first answers or suggestions. "
    "The project's own answers stay as they are."
)
NEEDS_NAME = mark("Type the name of the second reader first.")
SAME_NAME = mark("{name} is the first reader: the second needs another name.")
FINISHED = mark("All images of this reading are answered. Agreement shows how the readers compare.")


class SecondReadingDialog(QDialog):
    """Asks who reads which images a second time, or which reading to go on with."""

    def __init__(
        self, controller: Controller, readings: SecondReading, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._controller, self._readings = controller, readings
        self.setWindowTitle(tr("Second reading"))
        self.name = QLineEdit()
        self.name.setAccessibleName(tr("Second reader"))
        self.name.setPlaceholderText(tr("Name of the second reader"))
        self.share = spin(tr("Share of the images"), 1, 100, USUAL_SHARE)
        self.share.setSuffix(percent_sign())
        self.choices: dict[Which, QRadioButton] = {}
        self.unfinished: list[tuple[QRadioButton, Reading]] = []
        self.problem = text_label(role="danger")
        self._images = readings.choices()
        self._group = QButtonGroup(self)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText(tr("Begin"))
        self._lay_out()
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        widen(self, 36)

    def _lay_out(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(20, 16, 20, 4)
        column.setSpacing(10)
        column.addWidget(text_label(tr("Second reading"), size=TITLE, bold=True))
        column.addWidget(text_label(tr(BLIND), role="muted"))
        self._add_unfinished(column)
        column.addWidget(text_label(tr("A new reading"), bold=True))
        column.addWidget(self.name)
        for which, words in WORDS.items():
            count = len(self._images[which])
            images = tr_count("{count} image", "{count} images", count)
            sentence = tr("{words}: {images}", words=tr(words), images=images)
            is_share = which == "share"
            button = QRadioButton(tr(words) if is_share else sentence)
            self.choices[which] = self._add(column, button, count > 0)
            if is_share:
                self._add_share(column, tr("of {images}", images=images))
        foot = QVBoxLayout()
        foot.setContentsMargins(20, 0, 20, 14)
        foot.addWidget(self.problem)
        foot.addWidget(self.buttons)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(LowColumn(content), 1)  # a low screen scrolls it
        outer.addLayout(foot)
        (self.unfinished[0][0] if self.unfinished else self.name).setFocus()

    def _add_unfinished(self, column: QVBoxLayout) -> None:
        journal = self._controller.project.labels.journal
        for reading in self._readings.open_readings():
            done, total = number(reading.done(journal)), number(len(reading.images))
            words = tr(
                "Continue the reading by {name}: {done} of {total} done",
                name=reading.annotator.replace("&", "&&"),  # else a key of the button
                done=done,
                total=total,
            )
            self.unfinished.append((self._add(column, QRadioButton(words), True), reading))

    def _add(self, column: QVBoxLayout, button: QRadioButton, enabled: bool) -> QRadioButton:
        button.setEnabled(enabled)
        self._group.addButton(button)
        column.addWidget(button)
        if enabled and self._group.checkedButton() is None:
            button.setChecked(True)
        return button

    def _add_share(self, column: QVBoxLayout, whole: str) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(26, 0, 0, 0)
        row.addWidget(self.share)
        row.addWidget(text_label(whole, wrap=False))
        row.addStretch(1)
        column.addLayout(row)

    def accept(self) -> None:
        """Begin, or go on with, the reading that was chosen."""
        chosen = self._group.checkedButton()
        for button, reading in self.unfinished:
            if button is chosen:
                self._readings.go_on(reading)
                super().accept()
                return
        problem = self._problem()
        self.problem.setText(problem)
        which = next((one for one, button in self.choices.items() if button is chosen), None)
        if problem or which is None:
            return
        share = self.share.value() / 100 if which == "share" else 1.0
        if self._readings.begin(self.name.text().strip(), self._images[which], share):
            super().accept()
        else:
            self.problem.setText(tr("This reader has answered all of these images."))

    def _problem(self) -> str:
        name = self.name.text().strip()
        if not any(self._images.values()):
            return tr("There is no labelled image yet.")
        if not name:
            return tr(NEEDS_NAME)
        if name == self._controller.project.settings.annotator:
            return tr(SAME_NAME, name=name)
        return ""


class SecondReadingPage(ImagePage):
    """The desk of a second reader."""

    agreement_wanted = Signal()
    """The reading is done, and how the readers compare is to be shown."""
    help_topic = "checking"

    def __init__(self, controller: Controller, theme: Theme, actions: Actions) -> None:
        super().__init__(tr("Second reading"), controller, theme, actions)
        self.compare = QPushButton(tr("Show Agreement"))
        self.compare.clicked.connect(self.agreement_wanted)
        self.bar.addWidget(self.compare)
        self.compare.hide()
        self.second_reading = controller.second_reading
        self.second_reading.changed.connect(self._on_changed)

    def ask(self) -> SecondReadingDialog:
        """Return the dialog that says who reads what."""
        return SecondReadingDialog(self.controller, self.second_reading, self.window())

    @Slot()
    def _on_changed(self) -> None:
        if self.isVisible():
            self.refresh()

    def current(self) -> int | None:
        """Return the image on screen."""
        return self.second_reading.current

    def upcoming(self) -> tuple[int, ...]:
        """Return the images that come next."""
        return tuple(self.second_reading.upcoming[:8])

    def shown_entry(self) -> Entry | None:
        """Return the second reader's own answer to the image on screen."""
        return self.second_reading.entry()

    def finished(self) -> str:
        """Say that the reading is complete."""
        return tr(FINISHED)

    def give(self, action: Action, class_index: int | None = None) -> None:
        """Store a second answer."""
        self.second_reading.answer(action, class_index)

    @Slot()
    def undo(self) -> None:
        """Take back the reader's last answer."""
        self.second_reading.undo()

    @Slot()
    def redo(self) -> None:
        """Restore the answer taken back last."""
        self.second_reading.redo()

    @Slot()
    def go_back(self) -> None:
        """Show the image before."""
        self.second_reading.step(-1)

    @Slot()
    def go_forward(self) -> None:
        """Show the image after."""
        self.second_reading.step(1)

    def counts(self, classes: int) -> tuple[int, ...]:
        """Return how many images of the reading have each class."""
        reading = self.second_reading.reading
        found = [0] * classes
        if reading is not None:
            answers = self.controller.project.labels.journal.second_answers(reading.annotator)
            for image in reading.images:
                entry = answers.get(image)
                if entry is not None and entry.class_index is not None:
                    found[entry.class_index] += 1
        return tuple(found)

    def refresh(self) -> None:
        """Show the image, and how far the reader is."""
        super().refresh()
        reading = self.second_reading.reading
        self.compare.setVisible(reading is not None and self.current() is None)
        if reading is None:
            return
        self.title.setText(tr("Second reading by {name}", name=reading.annotator))
        done, total = number(self.second_reading.done), number(len(reading.images))
        self.progress.setText(tr("{done} of {total} answered", done=done, total=total))
        entry = self.shown_entry()
        classes = self.controller.project.classes.names
        said = tr("Your answer: {answer}.", answer=answer_word(entry, classes)) if entry else ""
        self.class_panel.set_feedback(said)
