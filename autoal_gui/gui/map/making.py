"""What stands in the place of the map until there is one: how far it is, or what it waits for."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from autoal_gui.core.language import mark, number, tr
from autoal_gui.core.messages import Progress
from autoal_gui.gui.map.canvas import MapCanvas
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.session.likeness.image_maps import COMPARING
from autoal_gui.gui.session.rounds.waiting import left_words

READING = mark("The images are being read: {done} of {total}; {left}.")
MAKING = mark("The images are being compared: {done} of {total}; {left}.")
PLACING = mark("The images have been looked at. Now their places on the map are worked out.")
NEXT = mark("The map then opens here. You can go back and label meanwhile; rounds go first.")


class Making(QObject):
    """Says it on the canvas, where no map is shown."""

    def __init__(
        self, controller: Controller, canvas: MapCanvas, is_there: Callable[[], bool]
    ) -> None:
        """Say it until `is_there` tells that a map is shown."""
        super().__init__(canvas)
        self._controller, self._canvas, self._is_there = controller, canvas, is_there
        maps, engine = controller.likeness, controller.engine
        maps.progressed.connect(self._on_progress)
        maps.not_made.connect(self._say)
        for changed in (engine.waiting_changed, engine.progressed, engine.state_changed):
            changed.connect(self._say_what_it_waits_for)

    def begin(self) -> None:
        """Say that it has been asked for."""
        self._say(tr(COMPARING))
        self._say_what_it_waits_for()

    @Slot()
    def _say_what_it_waits_for(self) -> None:
        maps = self._controller.likeness
        if self._controller.is_open and maps.is_waiting:
            self._say(f"{maps.making_words()}\n{tr(NEXT)}")

    @Slot(object)
    def _on_progress(self, progress: Progress) -> None:
        self._say(f"{step_words(progress)}\n{tr(NEXT)}")

    @Slot(str)
    def _say(self, sentence: str) -> None:
        if not self._is_there():
            self._canvas.say(sentence)


def step_words(progress: Progress) -> str:
    """Say what is done of a map that is being made, and about how long that takes."""
    if progress.step == "finishing":  # which takes seconds, and counts nothing for most of them
        return tr(PLACING)
    done, total = number(progress.done), number(progress.total)
    words = READING if progress.step == "reading" else MAKING
    return tr(words, done=done, total=total, left=left_words(progress))
