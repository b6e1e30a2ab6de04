"""How many labels a model has learned from, and how many it has not."""

from itertools import count
from types import SimpleNamespace

import pytest

from autoal_gui.core.project.last_model import last_model
from autoal_gui.core.project.newer_labels import newer_labels
from autoal_gui.core.project.stores import label_store
from tests.support.project import new_project, reopened, result_of


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Answers are a minute apart."""
    minutes = count()
    monkeypatch.setattr(
        label_store, "now", lambda: f"2026-01-31T12:{next(minutes):02}:00.000000+00:00"
    )
    return new_project(tmp_path, label_use="ignore")


@pytest.mark.parametrize(
    ("confirmed", "name"), [(0, "round 1 (6 labels)"), (12, "round 1 (6 labels + 12 in bulk)")]
)
def test_a_model_is_called_by_all_labels_that_it_learned_from(tmp_path, confirmed, name):
    project = new_project(tmp_path)
    file = project.models_folder / "round.pt"
    file.parent.mkdir(exist_ok=True)
    file.touch()
    project.rounds.begin(project.settings.run)
    project.rounds.finish(
        result_of(project, 1, checkpoint=str(file), labels=6, confirmed=confirmed)
    )
    assert last_model(reopened(project)).name == name


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
