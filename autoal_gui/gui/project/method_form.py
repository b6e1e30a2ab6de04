"""Parts of dialogs: the classes, the method, a path with a button beside it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QHBoxLayout,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.language import mark, percent_sign, tr
from autoal_gui.core.settings import DEVICES, OWN_NETWORK, PRESETS, RunSettings, fitted_to
from autoal_gui.core.trained_model import StartModel
from autoal_gui.gui.project.network_choice import (
    WeightsRow,
    backbone_note,
    backbones,
    citation,
    network_label,
    networks_beside,
    package_note,
)
from autoal_gui.gui.strategy_names import SEARCHING_MODES, mode_note, modes
from autoal_gui.gui.widgets.cards import Section
from autoal_gui.gui.widgets.inputs import add_row, combo, spin, translated
from autoal_gui.gui.widgets.text import text_label

PRESET_LABELS = {
    "cpu": mark("Quick: a minute or two a round on a laptop"),
    "paper": mark("Paper: the published schedule, for a GPU"),
}
LAYER_LABELS = {
    "measured": mark("All of them once that is measured to be better"),
    "never": mark("The last one only"),
    "always": mark("All of them"),
}
DEVICE_LABELS = {
    "auto": mark("The best one found"),
    "cpu": mark("Processor (CPU)"),
    "cuda": mark("NVIDIA GPU (CUDA)"),
    "xpu": mark("Intel GPU (XPU)"),
    "mps": mark("Apple GPU (MPS)"),
}
INPUT_SIZES = (28, 64, 128, 224)
FITTED = "fitted"  # the size that suits the images
WITHOUT_WARM_START = "paper"  # the mode whose method does without it
AUDITED = "auto"  # the mode that draws part of each batch at random
WARM_TIP = mark(
    "Before there are labels, the networks learn how your images differ; a few labels then go "
    "much further, and a round takes seconds. It runs while you label the first batch."
)
MINUTES_TIP = mark("How long they learn, once for a project; you can stop earlier and go on later.")
AUDIT_TIP = mark(
    "Part of each batch in the mode Auto: these random images keep a batch from holding only "
    "unusual images, and show how good the model really is where there is no evaluation set."
)
BATCH_TIP = mark("A round of training starts by itself whenever so many images are answered.")
PRESET_TIP = mark(
    "How long the networks train in each round. After a warm start only their last layer is "
    "fitted, in seconds, whatever the schedule."
)
LAYERS_TIP = mark(
    "After a warm start the last layer is fitted to your labels in seconds. Training "
    "every layer takes minutes, and is worth it only for some sets of images; held-"
    "out labels show for which. Where the trial takes more than two minutes, it is made only "
    "when you ask for it, in the training panel."
)
SIZE_TIP = mark("Images are scaled to this size for training only; you see them as they are.")
BESIDE_TIP = mark(
    "What another network, which has seen photographs, makes of your images stands beside what is "
    "learned from them; in each round labels held out show which of the two counts, and how much."
)
STANDS_BESIDE = mark(
    "{network}, which has seen photographs, stands beside it; your labels show how much each "
    "counts."
)
BACKBONE_TIP = mark("What turns an image into the numbers that the classes are told apart by.")
GET_WEIGHTS = mark("Get the weights of the network first, or choose another network.")
FIXED_BACKBONE = mark("The model that this project starts from decides on the network.")
DEVICE_TIP = mark("Where training is computed; you can go on labelling meanwhile.")
SMALLEST_PHOTOGRAPH = 64  # pixels a side
MINUTE = 60  # seconds
FIRST_NETWORK = PRESETS["cpu"].before  # the one that chooses the first batch
MOST_BESIDE = 10_000  # images; it takes a processor ten to twenty milliseconds for each
KEPT = ""  # the preset's value where the settings are none of the presets


class MethodForm(QWidget):
    """How to ask and in what batches; behind a title, by which schedule and where it runs."""

    changed = Signal()
    """What `problem` says may be another."""

    def __init__(self, base: RunSettings, keep: bool) -> None:
        """Show settings; with `keep` their schedule may stay as it is."""
        super().__init__()
        self._base = base
        self._fixed, self._without = False, base.mode == WITHOUT_WARM_START
        self._suggests = True
        self._make_asking(base)
        self._make_training(base, keep)
        self.note = text_label(role="muted")
        for note in (self.note, self.backbone_note):  # close to what it is about
            note.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.advanced = Section(tr("Advanced"))
        asking, training = QFormLayout(), QFormLayout()
        self._asking, self._first = asking, self._make_warm_start()
        for widget, tip in (
            (self.mode, ""),
            (self.note, ""),
            (self.batch, BATCH_TIP),
            (self.audit, AUDIT_TIP),
            (self.backbone, BACKBONE_TIP),
            (self.backbone_note, ""),
            (self.weights, ""),
            (self._first, WARM_TIP),
        ):
            add_row(asking, widget, tip)
        for widget, tip in (
            (self.preset, PRESET_TIP),
            (self.layers, LAYERS_TIP),
            (self.beside, BESIDE_TIP),
            (self.side, SIZE_TIP),
            (self.device, DEVICE_TIP),
        ):
            add_row(training, widget, tip)
        self.advanced.body.addLayout(training)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(asking)
        column.addWidget(self.advanced)
        self._kept = {box: box.value() for box in (self.audit, self.minutes)}
        self.mode.currentIndexChanged.connect(self._on_mode)
        self.backbone.currentIndexChanged.connect(self._on_backbone)
        self.warm.toggled.connect(self._on_warm)
        self.beside.activated.connect(self._on_beside)
        self.beside.currentIndexChanged.connect(self._describe)
        self.layers.currentIndexChanged.connect(self.changed)
        self._describe()
        self._enable()

    def _make_asking(self, base: RunSettings) -> None:
        self.mode = combo(tr("Choose images by"), dict(modes()), base.mode)
        self.mode.insertSeparator(len(SEARCHING_MODES))  # below it one strategy alone
        self.batch = spin(tr("Images in a batch"), 1, 1000, base.batch_size)
        self.audit = spin(tr("Drawn at random"), 0, 100, round(100 * base.audit_share))
        self.audit.setSuffix(percent_sign() + tr(" of a batch"))
        self.backbone = combo(tr("Network"), dict(backbones()), base.backbone)
        self.backbone_note = text_label(role="muted")
        self.weights = WeightsRow(self)
        self.weights.changed.connect(self._on_backbone)
        self.warm = QCheckBox(tr("Learn from all images first, for"))
        self.warm.setAccessibleName(tr("Warm start"))
        self.warm.setChecked(base.warm_start)
        self.minutes = spin(
            tr("Learning time"), 1, 10_000, max(1, round(base.warm_seconds / MINUTE))
        )
        self.minutes.setSuffix(tr(" min"))

    def _make_training(self, base: RunSettings, keep: bool) -> None:
        presets = {KEPT: tr("As it is in this project")} if keep else {}
        presets.update(translated(PRESET_LABELS))
        self.preset = combo(tr("Schedule"), presets, KEPT if keep else "cpu")
        self.layers = combo(tr("Layers trained"), translated(LAYER_LABELS), base.all_layers)
        self.beside = combo(tr("Beside ResNet-18"), networks_beside(base.beside), base.beside)
        devices = {name: tr(DEVICE_LABELS[name]) for name in DEVICES}
        self.device = combo(tr("Device"), devices, base.device)
        sides = sorted({*INPUT_SIZES, base.input_size})
        sizes = {str(side): tr("{side} × {side} pixels", side=side) for side in sides}
        fitted = {} if keep else {FITTED: tr("To suit the images")}
        self.side = combo(tr("Image size for training"), {**fitted, **sizes}, str(base.input_size))
        self.side.setCurrentIndex(0 if not keep else self.side.currentIndex())

    def _make_warm_start(self) -> QWidget:
        """Return the check box and its minutes side by side."""
        both = QWidget()
        both.setAccessibleName(self.warm.accessibleName())
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.warm)
        row.addWidget(self.minutes, 1)
        self.minutes.setToolTip(tr(MINUTES_TIP))
        return both

    def settings(self, side: int = 0, start: StartModel | None = None) -> RunSettings:
        """Return the settings as chosen.

        Args:
            side: of the images, in pixels; 0 where that is not known.
            start: what the model to start from asks for, if there is one.
        """
        base = self._base
        audit = self._changed(self.audit, 100, base.audit_share)
        seconds = self._changed(self.minutes, 1 / MINUTE, base.warm_seconds)
        schedule = self._schedule(side, start)
        return schedule.but(
            mode=self.mode.currentData(),
            batch_size=self.batch.value(),
            audit_share=audit,
            backbone=start.backbone if start else self.backbone.currentData(),
            beside=self._stands_beside(start),
            warm_start=self.warm.isChecked(),
            warm_seconds=seconds,
            device=self.device.currentData(),
            all_layers=self._trained_layers(),
        )

    def fix_backbone(self) -> None:
        """Leave the network as it is: the model that the project starts from has it."""
        self._fixed = True
        self._describe()
        self.backbone.setToolTip(tr(FIXED_BACKBONE))
        self._enable()

    def _trained_layers(self) -> str:
        """Return the choice of layers; who has just chosen a network with weights has none yet."""
        layers, backbone = str(self.layers.currentData()), self.backbone.currentData()
        new = backbone not in (OWN_NETWORK, self._base.backbone)
        return RunSettings.all_layers if new and layers == "always" else layers

    def suggest_beside(self, images: int) -> None:
        """Put a network beside ResNet-18 where it sees all images in minutes; the user may not.

        Args:
            images: how many there are.
        """
        if self._suggests:
            wanted = FIRST_NETWORK if images <= MOST_BESIDE else self._base.beside
            self.beside.setCurrentIndex(max(0, self.beside.findData(wanted)))

    def _on_beside(self) -> None:
        self._suggests = False
        self._describe()

    def _stands_beside(self, start: StartModel | None) -> str:
        """Return the network beside what ResNet-18 learns from the images; empty: none.

        Beside a model that the project starts from only where the user has asked for it.
        """
        own = self.backbone.currentData() == OWN_NETWORK and self.warm.isChecked()
        if not own or self._is_published_method() or (start is not None and self._suggests):
            return ""
        return str(self.beside.currentData())

    def _changed(self, box: QSpinBox, unit: float, kept: float) -> float:
        """Return a number as typed; untouched it stays as exact as it was."""
        return kept if box.value() == self._kept[box] else box.value() / unit

    def _on_mode(self) -> None:
        without = self._is_published_method()
        if without != self._without:  # into that mode, or out of it
            self._without = without
            self.warm.setChecked(not without)
        if without:
            self.backbone.setCurrentIndex(self.backbone.findData(OWN_NETWORK))
        self._describe()
        self._enable()
        self.changed.emit()

    def _on_warm(self) -> None:
        self._describe()
        self._enable()
        self.changed.emit()

    def _on_backbone(self) -> None:
        self._describe()
        self._enable()
        self.changed.emit()

    def problem(self) -> str:
        """Say what is missing before these settings can be used; empty: nothing."""
        lacking = package_note(self.backbone.currentData())
        return lacking or (tr(GET_WEIGHTS) if self.weights.missing else "")

    def _is_published_method(self) -> bool:
        return bool(self.mode.currentData() == WITHOUT_WARM_START)

    def _describe(self) -> None:
        self.note.setText(mode_note(self.mode.currentData()))
        name = self.backbone.currentData()
        asked = not (self._fixed and self._suggests)  # else a model to start from stands alone
        beside = self._stands_beside(None) if asked else ""
        words = tr(STANDS_BESIDE, network=network_label(beside)) if beside else ""
        self.backbone_note.setText(f"{backbone_note(name)} {words}".strip())
        self.backbone_note.setToolTip(citation(name))

    def _enable(self) -> None:
        learns = self.backbone.currentData() == OWN_NETWORK
        self._asking.setRowVisible(self._first, learns)
        self.weights.offer(self.backbone.currentData())
        self._asking.setRowVisible(self.weights, self.weights.offers)
        self.backbone.setEnabled(not (self._is_published_method() or self._fixed))
        self.warm.setEnabled(learns and not self._is_published_method())
        self.minutes.setEnabled(self.warm.isEnabled() and self.warm.isChecked())
        self.layers.setEnabled(self.minutes.isEnabled())
        self.beside.setEnabled(self.minutes.isEnabled())
        self.audit.setEnabled(self.mode.currentData() == AUDITED)

    def _schedule(self, side: int, start: StartModel | None) -> RunSettings:
        preset, size = self.preset.currentData(), self.side.currentData()
        backbone, beside = self.backbone.currentData(), self._stands_beside(start)
        untouched = preset == KEPT and size == str(self._base.input_size)
        if untouched and (backbone, beside) == (self._base.backbone, self._base.beside):
            return self._base
        schedule = self._base if preset == KEPT else scheduled(self._base, preset)
        schedule = schedule.but(backbone=backbone, beside=beside)
        if untouched and side:  # another network wants images of another size
            return fitted_to(schedule, side)
        if size == FITTED and start is not None:
            return fitted_to_start(schedule, start, side)
        if size == FITTED:
            return fitted_to(schedule, side) if side else schedule
        sized = fitted_to(schedule, int(size)).but(input_size=int(size))
        return sized.but(stem=start.stem) if start is not None else sized


def scheduled(settings: RunSettings, preset: str) -> RunSettings:
    """Return a preset's schedule with what is asked by whom, which is no part of a schedule."""
    return PRESETS[preset].but(
        seed=settings.seed,
        candidates=settings.candidates,
        pinned_on=settings.pinned_on,
        pinned_off=settings.pinned_off,
    )


def fitted_to_start(settings: RunSettings, start: StartModel, side: int) -> RunSettings:
    """Return settings that a model to start from fits, for images of `side` pixels.

    Weights that name no size are torchvision's, whose stem leaves nothing of small images: these
    are scaled up.
    """
    settings = settings.but(backbone=start.backbone)
    if start.input_size:
        sides = {"input_size": start.input_size, "own_side": start.own_side}
        return settings.but(stem=start.stem, **sides)
    return fitted_to(settings, max(side, SMALLEST_PHOTOGRAPH)).but(stem=start.stem)
