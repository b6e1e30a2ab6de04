"""What the tests of checking share: a window over a project, and answers by keys."""

from PySide6.QtCore import Qt

from autoal_gui.core.project.plan import ProjectPlan
from autoal_gui.core.settings import PRESETS
from autoal_gui.gui.window.projects.new_projects import folder_spec
from autoal_gui.sources.opening import list_images
from tests.support.gui import draw_folder

BATCH = 4
FIRST, SECOND, BACKSPACE = Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_Backspace
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def start(window, tmp_path, classes=("bright", "dark"), images=24, name="cells", **plan):
    """Make a project of a real folder and open it."""
    folder = tmp_path / "images"
    if not folder.exists():
        draw_folder(folder, images, classes)
    spec = folder_spec(folder)
    listing = list_images(spec, tmp_path, lambda done, total: None)
    options = {"evaluation_images": 0, "label_use": "ignore", **plan}
    settings = PRESETS["cpu"].in_mode("paper").but(batch_size=BATCH)
    chosen = ProjectPlan(name, spec, listing.classes, settings, **options)
    assert window.controller.create_project(tmp_path / "projects" / name, chosen, listing)
    return window.controller


def idle(qtbot, controller):
    qtbot.waitUntil(lambda: controller.at_rest)


def is_bright(project, image_id):
    return project.pool.images[image_id].key.startswith("bright")


def truth(project, image_id):
    """The key that gives an image its right class."""
    return FIRST if is_bright(project, image_id) else SECOND


def label_many(qtbot, window, count, key=None):
    """Answer by keys, rightly unless a key is given; return what was answered, in order."""
    controller, answered = window.controller, []
    for _ in range(count):
        image = controller.images.current
        qtbot.keyClick(window, key or truth(controller.project, image))
        answered.append(image)
    return answered
