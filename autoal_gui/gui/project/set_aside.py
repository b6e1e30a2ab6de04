"""How many images a new project sets aside to measure, and what that means."""

from PySide6.QtCore import QObject, Slot

from autoal_gui.core.labels.splits import default_evaluation_size
from autoal_gui.core.language import tr
from autoal_gui.gui.project.new_project_text import evaluation_note
from autoal_gui.gui.widgets.inputs import spin
from autoal_gui.gui.widgets.text import text_label


class SetAside(QObject):
    """The number with its note, which depends on the set and on the way to train."""

    def __init__(self) -> None:
        super().__init__()
        self.size = spin(tr("Evaluation set"), 0, 0, 0)
        self.size.setSpecialValueText(tr("none: every answer trains"))
        self.size.setSuffix(tr(" images"))
        self.note = text_label(role="muted")
        self._own, self._eligible = 0, 0
        self._known, self._by_answers = False, False
        self.size.valueChanged.connect(self._tell)

    def offer(self, own: int, eligible: int, known: bool) -> None:
        """Preset the number for a set.

        Args:
            own: images that the set brings for it.
            eligible: images that could be set aside.
            known: whether their labels are known.
        """
        self._own, self._eligible, self._known = own, eligible, known
        self.size.setRange(0, own or max(0, eligible - 1))
        self.size.setEnabled(not own)
        self.size.setValue(self._preset())
        self._tell()

    def follow(self, by_answers: bool) -> None:
        """Say whether the way to train lets the answers themselves measure.

        A number that the user has not changed follows; one that was changed stays.
        """
        untouched = self.size.value() == self._preset()
        self._by_answers = by_answers
        if untouched:
            self.size.setValue(self._preset())
        self._tell()

    def _preset(self) -> int:
        known, by_answers = self._known, self._by_answers
        return self._own or default_evaluation_size(self._eligible, known, by_answers)

    @Slot()
    def _tell(self) -> None:
        size = self.size.value()
        self.note.setText(evaluation_note(self._own, self._known, size, self._by_answers))
