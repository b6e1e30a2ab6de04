"""Rounds are compared only where the same images measured them."""

from autoal_gui.core.database.round_rows import RoundRecord
from autoal_gui.core.measures.estimate import Estimate
from autoal_gui.core.measures.metrics import ByChance, Metrics
from autoal_gui.core.project.measured_rounds import (
    chance_words,
    comparable,
    measured_rounds,
    other_images_words,
    points_of,
)
from autoal_gui.core.settings import RunSettings

FEW, MORE, LAST = Metrics(((6, 0), (1, 5))), Metrics(((8, 7), (2, 13))), Metrics(((9, 6), (2, 13)))


def measured_by(*found, **last):
    """Return rounds of 10, 20, ... labels with what measured them."""
    records = [
        RoundRecord(n, "finished", RunSettings(), "", "", 10 * n, metrics=metrics)
        for n, metrics in enumerate(found, start=1)
    ]
    return measured_rounds([*records[:-1], RoundRecord(**{**vars(records[-1]), **last})])


def test_rounds_that_fewer_images_measured_give_no_advice():
    measured = measured_by(FEW, MORE, LAST)
    assert [record.number for record, _ in comparable(measured)] == [2, 3]
    assert [point.labels for point in points_of(measured)] == [20, 30]
    assert other_images_words(measured).startswith("1 earlier round was measured on other images")
    assert other_images_words(measured[1:]) == ""


def test_one_image_more_of_many_does_not_end_a_curve_but_one_more_of_few_does():
    many, one_more = Metrics(((40, 10), (5, 45))), Metrics(((41, 10), (5, 45)))
    assert len(comparable(measured_by(many, one_more))) == 2
    few, one_more = Metrics(((40, 10), (1, 3))), Metrics(((40, 10), (1, 4)))
    assert len(comparable(measured_by(few, one_more))) == 1
    new_class = Metrics(((40, 10, 0), (5, 45, 0), (0, 0, 1)))
    assert len(comparable(measured_by(many, new_class))) == 1


def test_estimates_from_all_answers_stand_for_the_same_pool():
    records = [
        RoundRecord(
            n, "finished", RunSettings(), "", "", 10 * n, estimate=Estimate(metrics.confusion)
        )
        for n, metrics in enumerate((FEW, LAST), start=1)
    ]
    assert len(comparable(measured_rounds(records))) == 2


def test_random_images_are_compared_only_with_rounds_that_the_same_images_measured():
    by_chance = ByChance(15, Metrics(((9, 6), (9, 6))))
    words = chance_words(measured_by(FEW, MORE, LAST, by_chance=by_chance))
    assert "this project had" not in words  # at 15 labels other images measured it
    assert words.endswith("The model of now, taught with 30, has 73.3% on the same images.")
    words = chance_words(measured_by(MORE, MORE, LAST, by_chance=by_chance))
    assert "this project had about 70.0% with as many labels: +20.0 points" in words
    assert chance_words(measured_by(FEW)) == ""
