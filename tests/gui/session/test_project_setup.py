"""Settings and classes as the user changes them, without any widget."""

from autoal_gui.gui.keys import KeyMap, use
from tests.support.session import BATCH, full_disk, idle, label


def test_mode_and_batch_size_hold_from_the_next_round_on(qtbot, controller, folder, backend):
    idle(qtbot, controller)
    controller.setup.change_settings(
        controller.project.settings.run.but(mode="random", batch_size=2)
    )
    label(controller, BATCH)
    idle(qtbot, controller)
    assert backend.commands[-1].settings.mode == "random"
    assert len(controller.images.batch) == 2


def test_a_third_class_that_takes_the_key_of_the_first_is_told(qtbot, controller, folder):
    use(KeyMap().with_class(2, "1"))
    try:
        with qtbot.waitSignal(controller.notice) as said:
            controller.setup.add_class("grey")
    finally:
        use(KeyMap())
    assert controller.project.classes.names == ("bright", "dark", "grey")
    assert "class keys are now" in said.args[0]
    with qtbot.waitSignal(controller.failed) as failed:
        controller.setup.rename_class(0, "grey")
    assert "already" in failed.args[0]


def test_settings_that_cannot_be_saved_are_told(qtbot, controller, folder):
    idle(qtbot, controller)
    before = controller.project.settings.run
    with full_disk(controller), qtbot.waitSignal(controller.failed):
        controller.setup.change_settings(before.but(batch_size=BATCH + 1))
    assert controller.project.settings.run == before
