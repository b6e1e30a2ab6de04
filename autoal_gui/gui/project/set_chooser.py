"""The choice of a MedMNIST set, for a project that is made of one."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QFrame,
    QPushButton,
)

from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.language import tr
from autoal_gui.gui.widgets.inputs import PathField, combo
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.sources import medmnist
from autoal_gui.sources.downloads.catalogue import SIZES


class SetChooser(QFrame):
    """Which MedMNIST set, in which size, from where."""

    wanted = Signal(object)
    """The `SourceSpec` to list."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._sets = {one.flag: one for one in medmnist.available()}
        titles = {
            flag: tr("{title} ({count} classes)", title=one.title, count=len(one.classes))
            for flag, one in self._sets.items()
        }
        self.set = combo(tr("Set"), titles, "pneumoniamnist")
        sides = {str(side): tr("{side} × {side} pixels", side=side) for side in SIZES}
        self.side = combo(tr("Size"), sides, "28")
        self.folder = PathField(tr("Folder of the file"))
        self.folder.line.setText(str(medmnist.FOLDER.expanduser()))
        self.download = QCheckBox(tr("Download it into that folder if it is not there"))
        self.about = text_label(role="muted")
        self.load = QPushButton(tr("Load"))
        self.load.setProperty("role", "primary")
        form = QFormLayout(self)
        form.setContentsMargins(14, 12, 14, 12)
        form.addRow(tr("Set"), self.set)
        form.addRow(tr("Size"), self.side)
        form.addRow(tr("Folder"), self.folder)
        form.addRow("", self.download)
        form.addRow("", self.about)
        form.addRow("", self.load)
        self.set.currentIndexChanged.connect(self._describe)
        self.load.clicked.connect(self._want)
        self._describe()

    def _describe(self) -> None:
        one = self._sets[self.set.currentData()]
        licence = tr("Licence: {licence}.", licence=one.licence)
        self.about.setText(f"{one.description} {licence}")

    def _want(self) -> None:
        options = {
            "size": self.side.currentData(),
            "folder": str(self.folder.path()),
            "download": "yes" if self.download.isChecked() else "no",
        }
        self.wanted.emit(SourceSpec("medmnist", self.set.currentData(), tuple(options.items())))
