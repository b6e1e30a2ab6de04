"""Commands of the menus Training and Check."""

from autoal_gui.core.language import mark
from autoal_gui.gui.widgets.actions import Command, OtherWords, When
from autoal_gui.gui.window.commands.parts import Rows

STOP_WARMING = OtherWords(
    When.WARMING,
    mark("Stop learning"),
    mark("Use what was learned from the images so far; it can be continued later"),
)

NO_ROUND = OtherWords(
    When.WRITING,
    "",
    mark("Grey while a model is being written; a round can start again as soon as that has ended"),
)
NO_STOP = OtherWords(
    When.WRITING,
    "",
    mark(
        "Grey while a model is being written: that cannot be stopped half way. What runs after it "
        "can be"
    ),
)
TRAINING: Rows = (
    Command(
        "train",
        "Training",
        "Train now",
        "Start a round with the labels so far",
        ("Ctrl+T",),
        "play",
        when=When.CAN_TRAIN,
        instead=(NO_ROUND,),
        does=lambda on: on.controller.training.train_now(),
    ),
    Command(
        "cancel",
        "Training",
        "Cancel",
        "Stop what is computed; the last model is kept",
        ("Ctrl+.",),
        "stop",
        when=When.CAN_CANCEL,
        does=lambda on: on.controller.cancel(),
        instead=(STOP_WARMING, NO_STOP),
    ),
    Command(
        "learn",
        "Training",
        "Continue learning",
        "Go on learning from all images, labelled or not",
        ("Ctrl+L",),
        "play",
        when=When.CAN_CONTINUE_WARMING,
        does=lambda on: on.controller.training.continue_learning(),
    ),
)
CHECK: Rows = (
    Command(
        "review",
        "Check",
        "Review",
        "All answered images, likely errors first; change labels in place",
        ("Ctrl+R",),
        "review",
        when=When.IN_PROJECT,
        does=lambda on: on.pages.show_review(),
    ),
    Command(
        "confirm",
        "Check",
        "Confirm the sure ones",
        "Give many images at a glance the class that the model is sure of",
        ("Ctrl+B",),
        when=When.IN_PROJECT,
        does=lambda on: on.pages.show_page(on.pages.confirm),
    ),
    Command(
        "agreement",
        "Check",
        "Agreement",
        "How far readers agree",
        ("Ctrl+G",),
        when=When.IN_PROJECT,
        does=lambda on: on.pages.show_page(on.pages.agreement),
    ),
    Command(
        "second",
        "Check",
        "Second reading…",
        "Another reader labels a share of the images, blind",
        when=When.IN_PROJECT,
        does=lambda on: on.dialogs.ask_second_reading(),
    ),
    Command(
        "merge",
        "Check",
        "Merge another project's answers…",
        "Add a colleague's answers to the same images as second readings",
        when=When.IN_PROJECT,
        does=lambda on: on.pages.ask_merge(),
    ),
)
