"""Where the model looked: colours over the image, and a line that says what they are worth."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Slot
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from autoal_gui.core.language import certainty, mark, tr
from autoal_gui.core.messages import Explained
from autoal_gui.gui.images.image_view import ImageView
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.session.rounds.waiting import WORKING
from autoal_gui.gui.widgets.text import text_label

BLIND = mark(
    "Where the model looked is shown after the answer. Go back to an image with an answer (left "
    "arrow key) and ask again there."
)
WAITING = mark("Training is running; where the model looked is worked out as soon as it has ended.")
LEGEND = mark(
    "The more blue, the more that place counted for {class_name} ({share}), in {fields} fields; "
    "the blue is of no class. A rough hint: it does not say why, or whether the model is right."
)
NOTHING = mark("No part of this image stood out for {class_name} ({share}).")

COLOUR = (0, 150, 220)
"""A blue, seen on black and on white, and on the pink and purple of stained tissue. Opacity alone
tells more from less, so that nobody has to tell colours apart."""
MOST_OPAQUE = 0.75
EMPHASIS = 1.5  # power of the heat: what matters little must not tint the whole image


class HeatPanel(QFrame):
    """The line under the image; it is there only while the colours are asked for."""

    def __init__(self, controller: Controller, view: ImageView) -> None:
        super().__init__()
        self._controller, self._view = controller, view
        self._image_id: int | None = None
        self._scale = QLabel()
        self._scale.setPixmap(QPixmap.fromImage(scale_picture(72, 14)))
        self._scale.setAccessibleName(tr("Colours from least to most"))
        self._line = text_label(role="muted")
        self.setProperty("role", "foot")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 12, 6)
        row.setSpacing(12)
        row.addWidget(self._scale)
        row.addWidget(self._line, 1)
        controller.inference.explained.connect(self._on_explained)
        controller.inference.not_explained.connect(self._on_failed)
        controller.images.image_changed.connect(self._on_image)
        controller.project_closed.connect(self._off)
        self.hide()

    @property
    def line(self) -> str:
        """What is said of the colours."""
        return self._line.text() if not self.isHidden() else ""

    @Slot()
    def toggle(self) -> None:
        """Show where the model looked in the image on screen, or take it away."""
        image_id = self._controller.images.current
        if not self.isHidden():
            self._off()
        elif image_id is not None and self._view.picture is not None:
            if not self._controller.images.may_explain(image_id):
                self._say(tr(BLIND))
                return
            self._image_id = image_id
            self._say(tr(WORKING))
            if not self._controller.inference.explain(image_id):
                self._say(tr(WAITING))

    def _say(self, sentence: str, scale: bool = False) -> None:
        self._line.setText(sentence)
        self._scale.setVisible(scale)
        self.show()

    @Slot()
    def _off(self) -> None:
        self._image_id = None
        self._controller.inference.forget_question()
        self._view.show_overlay(None)
        self.hide()

    @Slot(object)
    def _on_image(self, image_id: int | None) -> None:
        if not self.isHidden():
            self._off()

    @Slot(object)
    def _on_explained(self, found: Explained) -> None:
        if found.image_id != self._image_id or self._view.picture is None:
            return  # another image is on screen by now
        if not found.heat.any():
            self._say(tr(NOTHING, class_name=found.class_name, share=certainty(found.probability)))
            return
        self._view.show_overlay(heat_picture(found.heat))
        height, width = found.heat.shape
        self._say(
            tr(
                LEGEND,
                class_name=found.class_name,
                share=certainty(found.probability),
                fields=f"{width} \u00d7 {height}",
            ),
            scale=True,
        )

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        if self._image_id is not None:
            self._say(sentence)


def heat_picture(heat: npt.NDArray[np.float32]) -> QImage:
    """Return a heat map as a colour that covers more where there is more.

    Args:
        heat: (h, w) in [0, 1].
    """
    values = np.empty((*heat.shape, 4), dtype=np.uint8)
    values[..., :3] = COLOUR
    values[..., 3] = np.rint(255 * MOST_OPAQUE * heat**EMPHASIS)
    height, width = heat.shape
    kind = QImage.Format.Format_RGBA8888
    return QImage(values.data, width, height, values.strides[0], kind).copy()


def scale_picture(width: int, height: int) -> QImage:
    """Return the colours from least to most, for the legend."""
    row = np.linspace(0, 1, width, dtype=np.float32)
    return heat_picture(np.tile(row, (height, 1)))
