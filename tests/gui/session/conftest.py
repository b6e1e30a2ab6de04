"""A session over a folder of real images, and a backend without torch."""

import pytest

from autoal_gui.gui.session.controller import Controller
from tests.support.gui import NearestMean, draw_folder, services
from tests.support.session import WARM, create


@pytest.fixture
def backend():
    return NearestMean()


@pytest.fixture
def controller(qapp, tmp_path, backend):
    controller = Controller(services(tmp_path / "projects", lambda: backend))
    yield controller
    backend.gate.set()
    controller.close()


@pytest.fixture
def folder(controller, tmp_path):
    """A project of 12 images, its truth hidden, no evaluation set."""
    return create(controller, tmp_path, draw_folder(tmp_path / "images"))


@pytest.fixture
def warming(controller, tmp_path, backend):
    """A project whose warm start is held until the gate opens."""
    backend.gate.clear()
    create(controller, tmp_path, draw_folder(tmp_path / "images", 40), settings=WARM)
    return controller
