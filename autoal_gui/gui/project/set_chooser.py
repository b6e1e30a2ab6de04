"""The choice of a published set, for a project that is made of one."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QFrame,
    QPushButton,
)

from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.language import mark, tr
from autoal_gui.gui.widgets.inputs import PathField, combo
from autoal_gui.gui.widgets.text import plain_tip, text_label
from autoal_gui.sources import medmnist, natural
from autoal_gui.sources.natural_sets.catalogue import SETS

OF_NATURAL = mark(
    "Published for research. The folder is the one that holds the set, in the layout that "
    "torchvision reads."
)


class SetChooser(QFrame):
    """Which set, of MedMNIST's in which size, from where."""

    wanted = Signal(object)
    """The `SourceSpec` to list."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._sets = {one.flag: one for one in medmnist.available()}
        counts = {flag: (one.title, len(one.classes)) for flag, one in self._sets.items()}
        counts.update((name, (one.title, one.classes)) for name, one in SETS.items())
        titles = {
            name: tr("{title} ({count} classes)", title=title, count=count)
            for name, (title, count) in counts.items()
        }
        self.set = combo(tr("Set"), titles, "pneumoniamnist")
        self.side = combo(tr("Size"), {}, "")
        self.folder = PathField(tr("Folder of the file"))
        self.folder.line.setText(str(medmnist.FOLDER.expanduser()))
        self.download = QCheckBox(tr("Download it into that folder if it is not there"))
        self.about = text_label(role="muted")
        self.load = QPushButton(tr("Load"))
        self.load.setProperty("role", "primary")
        self._form = form = QFormLayout(self)
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
        name = self.set.currentData()
        is_natural = name in SETS
        self._form.setRowVisible(self.side, not is_natural)
        folders = [str(one.FOLDER.expanduser()) for one in (medmnist, natural)]
        if self.folder.line.text() in folders:  # nobody has chosen another
            self.folder.line.setText(folders[is_natural])
        if is_natural:
            self.about.setText(f"{tr(SETS[name].about)} {tr(OF_NATURAL)}")
            self.about.setToolTip("")
            return
        one = self._sets[name]
        self._offer(one.sizes)
        licence = tr("Licence: {licence}.", licence=one.licence)
        self.about.setText(f"{tr(one.about)} {licence}")
        self.about.setToolTip(plain_tip(one.description))  # where it is from, in its authors' words

    def _offer(self, sizes: tuple[int, ...]) -> None:
        """Offer the sizes of a set; the one that is chosen stays where it is among them."""
        chosen = self.side.currentData()
        self.side.clear()
        for side in sizes:
            self.side.addItem(tr("{side} × {side} pixels", side=side), str(side))
        self.side.setCurrentIndex(max(0, self.side.findData(chosen)))

    def _want(self) -> None:
        name, folder = self.set.currentData(), str(self.folder.path())
        options = {"download": "yes" if self.download.isChecked() else "no"}
        if name in SETS:
            options["set"] = name
            self.wanted.emit(SourceSpec("natural", folder, tuple(options.items())))
            return
        options |= {"size": self.side.currentData(), "folder": folder}
        self.wanted.emit(SourceSpec("medmnist", name, tuple(options.items())))
