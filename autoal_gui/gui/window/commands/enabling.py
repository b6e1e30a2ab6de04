"""Which commands are enabled: what holds now, told to the actions whenever it may have changed."""

from PySide6.QtCore import QObject, Slot

from autoal_gui.engine.state import Move, can
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.session.engine_queue import Priority
from autoal_gui.gui.widgets.actions import Actions, When
from autoal_gui.gui.window.page_stack import PageStack


class Enabling(QObject):
    """Follows controller and pages; nothing else enables or disables a command."""

    def __init__(self, actions: Actions, controller: Controller, pages: PageStack) -> None:
        super().__init__(actions)
        self._actions, self._controller, self._pages = actions, controller, pages
        self._holding: frozenset[When] | None = None
        for changed in (
            controller.project_opened,
            controller.project_closed,
            controller.labelling.answers_changed,
            controller.images.batch_changed,
            controller.confirming.judged_anew,
            controller.training.rounds_changed,
            controller.engine.state_changed,
            controller.engine.began,
            pages.currentChanged,
            pages.display_changed,
        ):
            changed.connect(self.renew)
        self.renew()

    @Slot()
    def renew(self) -> None:
        """Enable what may be done now."""
        holding = what_holds(self._controller, self._pages)
        if holding != self._holding:
            self._holding = holding
            self._actions.allow(holding)


def what_holds(controller: Controller, pages: PageStack) -> frozenset[When]:
    """Return everything that holds now and that a command may wait for."""
    if not controller.is_open:
        return frozenset({When.ALWAYS})
    engine = controller.engine
    holds = {
        When.ALWAYS: True,
        When.IN_PROJECT: True,
        When.CAN_TRAIN: can(engine.state, Move.START) or engine.runs(Priority.MAP),
        # No exporter looks whether it is to stop.
        When.CAN_CANCEL: can(engine.state, Move.CANCEL) and not engine.runs(Priority.EXPORT),
        When.WRITING: engine.runs(Priority.EXPORT),
        When.WARMING: controller.training.is_warming,
        When.CAN_CONTINUE_WARMING: controller.training.can_continue_learning,
    }
    if pages.at_desk:
        greys = pages.desk.image_view.greys
        holds |= {
            When.AT_DESK: True,
            When.CAN_UNDO: controller.project.labels.can_undo,
            When.CAN_REDO: controller.project.labels.can_redo,
            When.IN_HOUNSFIELD: greys is not None and greys.is_hounsfield,
        }
    return frozenset(when for when, does_hold in holds.items() if does_hold)
