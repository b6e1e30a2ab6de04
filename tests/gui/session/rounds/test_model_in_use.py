"""What is told of the last model at its operating point, by one reading after each round."""

from types import SimpleNamespace

import numpy as np
import pytest

from autoal_gui.core.database.round_rows import Suggestion
from autoal_gui.core.measures.operating.decision import Opinion
from autoal_gui.core.measures.operating.point import OperatingRule
from autoal_gui.core.project.kept_point import kept_point
from autoal_gui.core.project.measured_rounds import measured_rounds
from autoal_gui.gui.session.rounds import model_in_use
from autoal_gui.gui.session.rounds.model_in_use import ModelInUse
from tests.core.project.test_kept_point import finish_round, measured_project


@pytest.fixture
def project(tmp_path):
    project = measured_project(tmp_path)
    yield project
    project.close()


@pytest.fixture
def in_use(project):
    return ModelInUse(SimpleNamespace(project=project))


def test_probabilities_are_read_once_a_round_and_only_where_a_point_is_kept(
    project, in_use, monkeypatch
):
    read = []

    def counted(own):
        read.append(own)
        return original(own)

    original = model_in_use.weighed_images
    monkeypatch.setattr(model_in_use, "weighed_images", counted)
    measured = measured_rounds(project.rounds.finished())
    assert in_use.result(measured).threshold is None
    assert not read
    project.settings.operating_point = OperatingRule(1, 0.9)
    assert in_use.point == kept_point(project)
    assert in_use.result(measured).threshold == in_use.threshold == in_use.point.threshold
    assert len(read) == 1
    finish_round(project, 2)
    assert in_use.point == kept_point(project)
    assert len(read) == 2


def test_an_image_is_told_as_the_point_gives_it(project, in_use, monkeypatch):
    image = next(iter(dict(project.labels.evaluation())))
    shares, _ = project.rounds.prediction(image)
    likeliest = Suggestion(int(shares.argmax()), float(shares.max()))
    other = 1 - likeliest.class_index
    monkeypatch.setattr(project.rounds, "suggestion", lambda _: likeliest)
    assert in_use.opinion(image, None) is None
    assert in_use.opinion(image, likeliest) == Opinion(
        likeliest.class_index, likeliest.confidence, "model"
    )
    project.settings.operating_point = OperatingRule(other, 0.9)
    point = SimpleNamespace(threshold=SimpleNamespace(class_index=other, value=0.0))
    monkeypatch.setattr(model_in_use, "kept_point", lambda *_: point)
    assert in_use.opinion(image, likeliest) == Opinion(
        other, float(shares[other]), "point", (likeliest.class_index, likeliest.confidence)
    )
    assert image in in_use.at_point()
    monkeypatch.setattr(project.rounds, "suggestion", lambda _: None)  # it was an earlier model's
    assert in_use.opinion(image, likeliest).by == "likeliest"


def test_of_an_image_whose_likeliest_class_alone_is_kept_no_more_is_told_than_is_sure(
    project, in_use, monkeypatch
):
    monkeypatch.setattr(project.rounds, "prediction", lambda _: None)
    project.settings.operating_point = OperatingRule(1, 0.9)
    point = SimpleNamespace(threshold=SimpleNamespace(class_index=1, value=0.3))
    monkeypatch.setattr(model_in_use, "kept_point", lambda *_: point)
    seen = Suggestion(0, 0.6)
    monkeypatch.setattr(project.rounds, "suggestion", lambda _: seen)
    found = in_use.opinion(1, seen)  # of two classes the other has the rest
    assert (found.class_index, found.by) == (1, "point")
    assert found.share == pytest.approx(0.4)
    assert found.likelier == (0, 0.6)
    project.classes.add("third")
    assert in_use.opinion(1, seen) == Opinion(0, 0.6, "likeliest")


def test_what_is_surely_given_is_what_all_probabilities_give():
    rng = np.random.default_rng(0)
    for classes in (2, 3, 6):
        rows = rng.dirichlet(np.ones(classes), 400)
        threshold = model_in_use.Threshold(1, 0.3)
        likeliest, shares = rows.argmax(1), rows.max(1)
        given, told, sure = model_in_use.surely_given(likeliest, shares, classes, threshold)
        truth = np.array([model_in_use.given_class(row, classes, threshold) for row in rows])
        assert (given[sure] == truth[sure]).all()
        assert np.allclose(told[sure], rows[sure, given[sure]])
        assert (given[~sure] == likeliest[~sure]).all()
        assert sure.all() if classes == 2 else 0 < sure.sum() < 400
