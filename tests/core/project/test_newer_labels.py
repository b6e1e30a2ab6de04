"""How many labels a model has not learned from."""

from itertools import count
from types import SimpleNamespace

import pytest

from autoal_gui.core.project.newer_labels import newer_labels
from autoal_gui.core.project.stores import label_store
from tests.support.project import new_project


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Answers are a minute apart."""
    minutes = count()
    monkeypatch.setattr(
        label_store, "now", lambda: f"2026-01-31T12:{next(minutes):02}:00.000000+00:00"
    )
    return new_project(tmp_path, label_use="ignore")


@pytest.mark.parametrize(("settled", "newer"), [(0, 0), (1, 1)])
def test_settling_what_readers_differ_on_is_newer_only_if_it_changes_the_class(
    project, settled, newer
):
    image = project.pool.ids("pool")[0]
    project.labels.answer(image, "label", 0)
    learned = project.labels.answers[image].at
    model = SimpleNamespace(record=SimpleNamespace(started=learned))
    project.labels.answer(image, "label", 1, purpose="second", annotator="Dr B")
    assert newer_labels(project, model) == 0
    project.labels.answer(image, "label", settled, purpose="adjudicate")
    assert newer_labels(project, model) == newer
