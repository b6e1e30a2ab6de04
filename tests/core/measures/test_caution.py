"""Which predictions need a look: the most pressing reason is told, and what it is worth."""

from dataclasses import replace

import numpy as np

from autoal_gui.core.language import percent
from autoal_gui.core.measures.answers.estimated_share import EstimatedShare
from autoal_gui.core.measures.caution import (
    Caution,
    Rule,
    answered_sentence,
    guarantee,
    look_sentence,
    reasons_sentence,
    sure_words,
    unlike_sentence,
)
from autoal_gui.core.measures.conformal import Calibration
from autoal_gui.core.measures.operating.decision import Threshold, decided

SHARES = np.array([[0.95, 0.05], [0.95, 0.05], [0.55, 0.45], [0.75, 0.25], [0.65, 0.35]])


def measured(images: int = 200) -> Calibration:
    """Return a measure by which a class is possible from 30 % on, nine times in ten."""
    scores = np.linspace(0, 0.7 / 0.9, images)
    return Calibration(scores, np.full(images, 0.1), np.arange(images))


def test_each_image_has_its_most_pressing_reason():
    distances = np.array([0.1, 0.9, 0.1, 0.1, 0.1])
    differ = np.array([False, True, True, True, False])
    found = Caution.of(SHARES, Rule(0.8, 0.9), measured(), distances, differ)
    reasons = [found.reason(row) for row in range(5)]
    assert reasons == [None, "unlike", "several", "unsure", "several"]
    assert found.answers.tolist() == [True, False, False, False, False]
    assert found.possible(2, ("a", "b")) == ["a", "b"]
    assert look_sentence(found) == "Look at these first: 4 of 5 images"
    assert reasons_sentence(found) == (
        "To look at: 1 unlike anything it has learned from, 2 between classes, 1 less "
        "certain than asked for."
    )


def test_an_image_of_a_class_that_few_images_taught_needs_a_look():
    assert not Caution.of(SHARES, Rule(scarce=(1,))).needs_look.any()
    found = Caution.of(SHARES, Rule(scarce=(1,)), threshold=Threshold(1, 0.3))
    assert found.needs_look.tolist() == [False, False, True, False, True]
    assert not found.answers[2]
    assert found.reason(2) == "scarce"
    assert "of a class that it has learned from too few images" in reasons_sentence(found)


def test_a_folder_of_other_images_is_told_as_a_whole():
    far, near = np.full(5, 0.9), np.full(5, 0.1)
    found = Caution.of(SHARES, Rule(), measured(), far)
    assert unlike_sentence(found) == (
        "None of these images looks like what the model learned from. No answer here can be relied "
        "on."
    )
    many = Caution.of(np.repeat(SHARES, 4, 0), Rule(), measured(), np.r_[0.1, np.full(19, 0.9)])
    assert unlike_sentence(many).startswith("19 of 20 images do not look like")
    assert unlike_sentence(Caution.of(SHARES, Rule(), measured(), np.r_[far[:4], 0.1])) == ""
    assert unlike_sentence(Caution.of(SHARES, Rule(), measured(), near)) == ""
    assert unlike_sentence(Caution.of(SHARES[:0], Rule())) == ""


def test_a_model_stands_by_an_answer_that_another_model_does_not_give():
    found = Caution.of(SHARES, Rule(), differ=np.array([True, False, False, False, False]))
    assert found.reason(0) == "differ"
    assert found.answers.all()
    assert found.needs_look.tolist() == [True, False, False, False, False]


def test_the_likeliest_class_is_always_possible():
    sure = Calibration(np.zeros(99), np.zeros(99), np.arange(99))
    found = Caution.of(SHARES, Rule(level=0.9), sure, np.zeros(5))
    tied = ["a", "b"]  # the second class is nearly as likely
    possible = [found.possible(row, ("a", "b")) for row in range(5)]
    assert possible == [["a"], ["a"], tied, ["a"], tied]
    assert found.needs_look.tolist() == [False, False, True, False, True]
    clear = Caution.of(SHARES[[0, 1, 3]], Rule(level=0.9), sure, np.zeros(3))
    assert not clear.needs_look.any()
    assert reasons_sentence(clear) == ""


def test_without_any_measure_only_the_users_own_rule_counts():
    assert (
        look_sentence(Caution.of(SHARES, Rule())) == "No reason to look at any of 5 images first."
    )
    assert look_sentence(Caution.of(SHARES[:1], Rule())) == (
        "No reason to look at the 1 image first."
    )
    assert look_sentence(Caution.of(SHARES[:1], Rule(1.0))) == "Look at these first: 1 of 1 image"
    assert Caution.of(SHARES, Rule(0.7)).answers.tolist() == [True, True, False, True, False]
    assert Caution.of(SHARES[:0], Rule(0.7)).answers.tolist() == []


def test_what_it_leaves_out_is_set_beside_what_it_answers():
    found = Caution.of(SHARES, Rule(0.7))
    right = np.array([True, False, True])
    sentence = answered_sentence(found, np.array([0, 1, 2]), right)
    assert answered_sentence(found, np.array([0, 1]), right[:2]) == ""
    assert sentence == (
        "Of the labelled images it answers 2 and is right on 1 of these; of the other 1 it would "
        "be right on 1."
    )


def test_what_is_guaranteed_names_what_it_rests_on():
    words = guarantee(measured(200), Rule(level=0.9))
    assert words.startswith("Measured on 200 images that it has not learned from.")
    assert (
        "the true one is among them for at least about 90% (86 to 94%) of images like these"
        in words
    )
    assert "not for each class, and not for images from elsewhere" in words
    groups = Calibration(np.zeros(8), np.zeros(8), np.arange(8) // 2)
    assert "count as one, which leaves 4." in guarantee(groups, Rule(level=0.9))
    assert "takes at least 19" in guarantee(groups, Rule(level=0.9))
    assert "all classes are named as possible" in guarantee(groups, Rule())
    assert "not known here" in guarantee(None, Rule())


def test_what_needs_no_look_is_told_with_its_errors():
    rows = np.tile((0.95, 0.05), (40, 1))
    truth = (np.arange(40) % 10 == 0).astype(int)  # four of forty surely wrong
    scores = 1 - rows[np.arange(40), truth]
    found = Calibration(scores, np.zeros(40), np.arange(40), rows, truth)
    words = sure_words(found, Rule(level=0.8))
    assert words == (
        "Images that need no look can be wrong, too: of the 40 that measure the model, 40 need "
        "none, and 36 of these are right (77 to 96%)."
    )
    weighed = replace(found, counts=np.where(truth == 1, 0.25, 1.0))
    about = EstimatedShare.of_answers(truth == 0, weighed.counts)
    assert sure_words(weighed, Rule(level=0.8)).startswith(
        f"Images that need no look can be wrong, too: about {percent(about.value)} of them are"
    )
    own = Threshold(1, 0.04)  # all are then given the other class, too, so that all need one
    assert not sure_words(found, Rule(level=0.95), own)
    assert not sure_words(found, Rule(0.99))  # nothing is answered
    assert not sure_words(None, Rule())
    assert not sure_words(replace(found, probabilities=None), Rule())
    answers = replace(found, is_apart=False)
    assert "Measured on 40 answers, each by a model" in guarantee(answers, Rule())


def test_at_a_point_what_is_given_against_the_likeliest_class_needs_a_look_and_sure_images_do_not():
    rng = np.random.default_rng(0)
    own = rng.uniform(0, 1, 2000) ** 4  # a rare class
    rows = np.stack([1 - own, own], axis=1)
    truth = (rng.uniform(0, 1, 2000) < own).astype(int)
    measure = Calibration(
        1 - rows[np.arange(2000), truth], np.zeros(2000), np.arange(2000), rows, truth
    )
    point = Threshold(1, 0.02)  # so low that half of all images are given it
    said = np.array([0.001, 0.009, 0.011, 0.4, 0.97])
    found = Caution.of(np.stack([1 - said, said], axis=1), Rule(), measure, threshold=point)
    assert [found.reason(row) for row in range(5)] == [None, None, "several", "several", None]
    near = np.array([0.15, 0.25, 0.35, 0.45])  # of a threshold of .3, though the set is one class
    sure = replace(measure, scores=np.zeros(2000))
    found = Caution.of(
        np.stack([1 - near, near], axis=1), Rule(), sure, threshold=Threshold(1, 0.3)
    )
    assert [found.reason(row) for row in range(4)] == [None, "several", "several", "several"]
    assert found.possible(1, ("a", "b")) == ["a", "b"]
    inside = measure.sets(rows, 0.9, point)
    assert inside[np.arange(2000), truth].mean() >= 0.9
    alone = inside.sum(1) == 1
    assert (decided(rows, point) == truth)[alone].mean() > (decided(rows, point) == truth).mean()
