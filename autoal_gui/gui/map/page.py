"""The map of all images: coloured, searched by eye, selected from by lasso, box or list."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from autoal_gui.core.language import mark, number, tr
from autoal_gui.core.likeness.kept_map import KeptMap
from autoal_gui.engine.jobs import OneJob
from autoal_gui.gui.images.image_loader import ImageLoader
from autoal_gui.gui.map.canvas import MapCanvas, Tool
from autoal_gui.gui.map.colouring import Colouring, Facts, colourings, facts_of
from autoal_gui.gui.map.far import Compared, compared
from autoal_gui.gui.map.layout_state import LayoutState
from autoal_gui.gui.map.legend import Legend
from autoal_gui.gui.map.making import Making
from autoal_gui.gui.map.preview import SIDE, Preview
from autoal_gui.gui.map.scene import Part, Scene, scene_of, unit_places
from autoal_gui.gui.map.selection import Selection
from autoal_gui.gui.map.words import image_words, notes_words, total_words
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.actions import Actions
from autoal_gui.gui.widgets.cards import Sentence
from autoal_gui.gui.widgets.inputs import OneOf, StillComboBox
from autoal_gui.gui.widgets.page import Page
from autoal_gui.gui.widgets.page_actions import own_action
from autoal_gui.gui.widgets.text import chip, text_label
from autoal_gui.gui.widgets.theme import SMALL, Theme

NEAR_MEANS = mark(
    "Dots lie near each other where a network that has seen none of your labels finds the images "
    "alike; how far apart two clouds are, how large or how dense, means nothing."
)
HOW: dict[Tool, str] = {
    "lasso": mark(
        "Draw around dots to select them; with Ctrl, draw a box. The wheel zooms; Shift and a "
        "drag moves."
    ),
    "box": mark(
        "Draw a box over dots to select them; with Ctrl, draw around them. The wheel zooms; "
        "Shift and a drag moves."
    ),
}
TOOLS: dict[Tool, tuple[str, str]] = {
    "lasso": (mark("Lasso"), mark("Select by a line around dots (L)")),
    "box": (mark("Box"), mark("Select by a box (B); Space selects all that is in view")),
}
NOT_BLIND = mark("Also of images without an answer; their answers then no longer count as blind")
WIDTH = 23  # letters that the side is wide
NOTES = 7  # lines of what is told of the list, which scrolls: the list needs the room
QUIET = {True: "#5d6b77", False: "#b4bdc6"}
"""Of what there is nothing to say of: in dark colours, and in light ones."""


class MapPage(Page):
    """The map, and at its right what the colours mean and what is selected."""

    grid_wanted = Signal(str, object)
    """(title, image ids) to show in the grid."""
    desk_wanted = Signal(int)
    """An image to show large."""
    help_topic = "map"

    def __init__(self, controller: Controller, theme: Theme, actions: Actions) -> None:
        super().__init__(tr("Map"), controller, theme, actions)
        self.loader = ImageLoader(self)
        self.canvas = MapCanvas(theme)
        self.preview = Preview(self.canvas)
        self.by = StillComboBox()
        self.by.setAccessibleName(tr("Colour by"))
        self.legend = Legend()
        self.notes = text_label(role="muted", size=SMALL)
        self.unanswered = QCheckBox(tr("Predictions before the answer"))
        self.unanswered.setToolTip(tr(NOT_BLIND))
        self.selection = Selection(controller, self.loader, theme, actions["names"])
        self.alike = own_action(self, actions["alike"])
        self.total = chip()
        self.total.hide()
        self.layout_state = LayoutState(controller)
        self.tools = OneOf([(tr(name), tr(tip)) for name, tip in TOOLS.values()])
        self.how = text_label(role="muted")
        self._kept: KeptMap | None = None
        self._later: KeptMap | None = None  # clearer, while the dots may not move
        self._arriving = False  # the page is being entered: nothing on it is in use
        self._facts: Facts | None = None
        self._ways: list[Colouring] = []
        self._scene: Scene | None = None
        self._far: npt.NDArray[np.intp] = np.empty(0, np.intp)
        self._clusters: npt.NDArray[np.int32] | None = None
        self._pointed = -1
        self._job = OneJob(self)
        self._making = Making(controller, self.canvas, lambda: self._kept is not None)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.bar.insertWidget(2, self.total)
        self.bar.addWidget(self.layout_state)
        self.bar.addWidget(self.tools)
        left = QVBoxLayout()
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(0)
        left.addWidget(self.canvas, 1)
        near = text_label(tr(NEAR_MEANS), role="muted")
        self.how.setContentsMargins(12, 6, 12, 0)
        near.setContentsMargins(12, 2, 12, 8)
        left.addWidget(self.how)
        left.addWidget(near)
        side = self._at_side = QWidget()
        side.setFixedWidth(max(320, WIDTH * self.fontMetrics().horizontalAdvance("m")))
        right = QVBoxLayout(side)
        right.setContentsMargins(12, 10, 12, 10)
        right.setSpacing(8)
        row = QHBoxLayout()
        label = text_label(tr("Colour by"), wrap=False)
        label.setBuddy(self.by)
        row.addWidget(label)
        row.addWidget(self.by, 1)
        right.addLayout(row)
        right.addWidget(self.legend, 3)
        self._told = Sentence(self.notes, NOTES)
        right.addWidget(self._told)
        right.addWidget(self.unanswered)
        right.addWidget(self.selection)
        self.selection.filled.connect(lambda some: right.setStretchFactor(self.selection, 2 * some))
        whole = QHBoxLayout()
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(left, 1)
        whole.addWidget(side)
        self.body.addLayout(whole, 1)
        self._show_controls(False)

    def _show_controls(self, shown: bool) -> None:
        """Show what a map is used by; before there is one, it would do nothing."""
        for part in (self._at_side, self.tools, self.how):
            part.setVisible(shown)

    def _connect(self) -> None:
        controller = self.controller
        self.by.activated.connect(self._colour)
        self.layout_state.show_it.clicked.connect(self._show_later)
        self.tools.chosen.connect(self._on_tool)
        self.canvas.tool_changed.connect(self._show_tool)
        self._show_tool()
        self.unanswered.clicked.connect(self._on_unanswered)
        self.legend.lit.connect(self._light)
        self.legend.opened.connect(self._open_part)
        self.canvas.pointed.connect(self._on_pointed)
        self.canvas.selected.connect(self._on_selected)
        self.canvas.opened.connect(self._on_opened)
        self.canvas.entered.connect(self.selection.open_grid)
        self.selection.grid_wanted.connect(self.grid_wanted)
        self.selection.grid.opened.connect(self.desk_wanted)
        self.selection.grid.thumbnails.ready.connect(self._on_thumbnail)
        self.alike.triggered.connect(self.selection.find_alike)
        self.theme.changed.connect(self._gather)
        self._job.succeeded.connect(self._on_compared)
        maps = controller.likeness
        maps.ready.connect(self._on_ready)
        controller.labelling.answers_changed.connect(self._on_answers)
        controller.training.rounds_changed.connect(self._on_answers)
        controller.project_closed.connect(self._on_closed)

    # -- coming and going ---------------------------------------------------------------------

    def enter(self) -> None:
        """Show the map as things are now; have it made where there is none yet."""
        project = self.controller.project
        if self.loader.pool is not project.pool:
            self.loader.open(project.pool)
        self.unanswered.setChecked(self.unanswered.isChecked() or project.settings.show_suggestions)
        self.unanswered.setVisible(bool(project.rounds.last))
        self.unanswered.setEnabled(not project.settings.show_suggestions)
        self.canvas.setFocus()
        self._arriving = True
        try:
            self.controller.likeness.want()
        finally:
            self._arriving = False
        if self.controller.likeness.is_making:
            self._making.begin()

    @Slot(object)
    def _on_ready(self, kept: KeptMap) -> None:
        if not self.controller.is_open or self.loader.pool is None:
            return
        if self._disturbs(kept):
            self._wait_with(kept)
        else:
            self._take(kept)

    def _disturbs(self, kept: KeptMap) -> bool:
        """Say whether dots would move under the hand of a user who is about to select some."""
        before = self._kept
        if self._arriving or before is None or before.name != kept.name or before.laid_out:
            return False
        used = self.canvas.underMouse() or len(self.selection.rows) > 0
        return kept.laid_out and self.isVisible() and used

    def _wait_with(self, kept: KeptMap | None) -> None:
        """Offer a clearer layout, or none any more."""
        self._later, self.layout_state.is_waiting = kept, kept is not None
        self.layout_state.refresh()

    @Slot()
    def _show_later(self) -> None:
        if self._later is not None:
            self._take(self._later)

    def _take(self, kept: KeptMap) -> None:
        """Show a map."""
        before, self._kept = self._kept, kept
        self._wait_with(None)
        if before is not None and before.name != kept.name:
            self._clusters = None
            self.selection.show_rows(np.empty(0, np.intp), None, None)  # rows of the map before
        self.canvas.say("")
        self._show_controls(True)
        self._gather()
        self.controller.likeness.lay_out()
        self.layout_state.refresh()
        if before is None or before.name != kept.name:
            self.canvas.fit()
            self._on_selected(np.empty(0, np.intp))

    @Slot()
    def _on_answers(self) -> None:
        if self.isVisible() and self._kept is not None:
            self._gather()

    @Slot()
    def _on_closed(self) -> None:
        self._job.close()
        self._kept, self._facts, self._scene, self._ways = None, None, None, []
        self._wait_with(None)
        self._show_controls(False)
        self._clusters = None
        self._far = np.empty(0, np.intp)
        self.selection.show_rows(self._far, None, None)
        self.preview.hide()
        self.canvas.show_scene(None)
        self.loader.open(None)

    def close_threads(self) -> None:
        """End the threads that decode and compare."""
        self._job.close()
        self.loader.close()

    # -- what is shown ------------------------------------------------------------------------

    @Slot()
    def _gather(self) -> None:
        """Read what is known of every image, and colour the dots by it."""
        kept = self._kept
        if kept is None or not self.controller.is_open:
            return
        project = self.controller.project
        self._facts = facts_of(kept, self.controller, self.unanswered.isChecked())
        self.selection.tell(self._facts)
        told = self._facts.shown & (self._facts.predicted >= 0)
        self.controller.images.note_told(kept.ids[told].tolist())
        self._list_ways(kept)
        words, why = total_words(project, kept, self._facts.shown)
        self.total.setText(words)
        self.total.setToolTip(why)
        self.total.setAccessibleDescription(why)
        self.total.show()
        self._colour()
        self._job.start(partial(compared, kept, self._facts, self._clusters))

    @Slot(object)
    def _on_compared(self, found: Compared) -> None:
        kept = self._kept
        if kept is None or found.name != kept.name:
            return
        self._far = found.far
        if self._clusters is None:
            self._clusters = found.clusters
            self._list_ways(kept)
        self._colour()

    def _list_ways(self, kept: KeptMap) -> None:
        """List what the dots can be coloured by; what is chosen stays."""
        project, quiet = self.controller.project, QUIET[self.theme.dark]
        at_point = self.controller.in_use.threshold is not None
        hollow = self.theme.colours.surface
        self._ways = colourings(kept, project, quiet, hollow, self._clusters, at_point=at_point)
        names = [way.name for way in self._ways]
        if names != [self.by.itemText(place) for place in range(self.by.count())]:
            before = self.by.currentText()
            self.by.clear()
            self.by.addItems(names)
            self.by.setCurrentIndex(names.index(before) if before in names else 0)

    @Slot()
    def _colour(self) -> None:
        """Colour the dots in the way that is chosen."""
        kept, facts = self._kept, self._facts
        if kept is None or facts is None or self.by.currentIndex() < 0:
            return
        parts = self._ways[self.by.currentIndex()].parts(facts)
        ringed = np.zeros(len(facts.shown), np.bool_)
        strong = facts.shown & (facts.answer >= 0)
        colours, by_label = self.theme.colours, self.by.currentIndex() == 0
        if by_label:
            ringed = facts.shown & facts.disagrees
            extra = [
                Part(tr("Least like any labelled image"), colours.text, self._far),
                Part(tr("The model disagrees"), colours.danger, np.flatnonzero(ringed), ring=True),
            ]
            parts += [part for part in extra if len(part.rows)]
            strong[self._far] = True
        places = unit_places(kept.places, facts.shown)
        self._scene = scene_of(places, facts.shown, parts, ringed, strong)
        self.legend.show_parts(parts, int(facts.shown.sum()), colours)
        hides, far = (by_label and bool(any_of) for any_of in (facts.asked.any(), len(self._far)))
        self._told.tell(notes_words(hides, bool(ringed.any()), far))

    @Slot(object)
    def _light(self, part: Part | None) -> None:
        """Dim what is neither in the part of the legend nor selected."""
        scene = self._scene
        if scene is None:
            return
        rows = self.selection.rows if part is None else part.rows
        lit = None
        if len(rows):
            lit = np.zeros(len(scene.shown), np.bool_)
            lit[rows] = True
        self.canvas.show_scene(replace(scene, lit=lit))

    # -- pointing -----------------------------------------------------------------------------

    @Slot(int)
    def _on_pointed(self, row: int) -> None:
        kept = self._kept
        self._pointed = row
        if row < 0 or kept is None or self._facts is None:
            self.preview.hide()
            return
        image = int(kept.ids[row])
        self.preview.show_words(
            image_words(self.controller.project, kept, self._facts, row), self.canvas.dot_at(row)
        )
        picture = self.selection.grid.thumbnails.thumbnail(image)
        if picture is not None:
            self.preview.show_image(picture)
        self.selection.grid.thumbnails.want_besides(image, round(SIDE * self.devicePixelRatioF()))

    @Slot(int)
    def _on_thumbnail(self, image: int) -> None:
        kept, row = self._kept, self._pointed
        if kept is None or row < 0 or image != int(kept.ids[row]):
            return
        picture = self.selection.grid.thumbnails.thumbnail(image)
        if picture is not None and self.preview.isVisible():
            self.preview.show_image(picture)

    # -- selecting ----------------------------------------------------------------------------

    @Slot()
    def _on_tool(self) -> None:
        self.canvas.choose_tool(tuple(TOOLS)[self.tools.position])

    @Slot()
    def _show_tool(self) -> None:
        """Say what a drag does now."""
        tool = self.canvas.tool
        self.tools.buttons[tuple(TOOLS).index(tool)].setChecked(True)
        self.how.setText(tr(HOW[tool]))

    @Slot(object)
    def _on_selected(self, rows: npt.NDArray[np.intp]) -> None:
        self.selection.show_rows(rows, self._kept, self._facts)
        self.legend.setCurrentRow(0)
        self._light(None)

    @Slot(object)
    def _open_part(self, part: Part) -> None:
        if self._kept is not None:
            images: Sequence[int] = self._kept.ids[part.rows].tolist()
            self.grid_wanted.emit(f"{part.name} ({number(len(images))})", tuple(images))

    @Slot(int)
    def _on_opened(self, row: int) -> None:
        if self._kept is not None:
            self.desk_wanted.emit(int(self._kept.ids[row]))

    @Slot()
    def _on_unanswered(self) -> None:
        """Show what the model makes of images without an answer: it is noted that it was seen."""
        if self.unanswered.isChecked():
            self.controller.setup.note_predictions_seen()
        self._gather()
