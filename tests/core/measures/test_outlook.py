"""What more labels cost and bring, in words."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.measures.outlook import (
    Outlook,
    agreed,
    images_needed,
    measuring_sentence,
    outlook,
    outlook_sentence,
    rare_among,
    says_little,
    short_sentence,
    worth_sentences,
)
from autoal_gui.core.measures.stopping_advice import Advice, Gain, Point, advise

RISING = [0.62, 0.7, 0.74, 0.77, 0.79, 0.805]
FLAT = [0.9, 0.901, 0.9, 0.901, 0.9, 0.901, 0.9, 0.901]


def curve(values):
    return [Point(20 * (1 + n), value, 0.002, 0.5, 0.01) for n, value in enumerate(values)]


def said(low, high, seconds=None, more=120):
    return outlook_sentence(Outlook(more, Gain((low + high) / 2, low, high), seconds, ()))


@settings(max_examples=20)
@given(
    st.lists(st.floats(0, 1), max_size=7),
    st.integers(1, 50),
    st.integers(0, 5000),
    st.none() | st.floats(0.1, 60),
)
def test_no_more_labels_are_promised_than_there_are_images_or_labels_so_far(
    values, batch, waiting, seconds
):
    found = outlook(curve(values), batch, waiting, seconds)
    if found is None:
        return
    assert 1 <= found.more <= min(waiting, 20 * len(values))
    assert found.gain.low <= found.gain.value <= found.gain.high
    labels = [expected.labels for expected in found.curve]
    assert labels == sorted(set(labels))
    assert labels[0] == 20 * len(values)
    assert labels[0] + found.more in labels
    assert found.seconds == (None if seconds is None else pytest.approx(found.more * seconds))


def test_nothing_is_said_where_there_is_too_little_to_say():
    assert outlook([], 20, 100) is None
    assert outlook(curve([0.6]), 20, 100) is None
    assert outlook(curve(RISING), 20, 0) is None
    (words,) = worth_sentences(curve([0.6]), None)
    assert words.startswith("Keep going: the rounds so far are too few")


def test_two_rounds_are_enough_for_a_forecast_which_then_stands_alone():
    points = curve([0.8, 0.85])
    found = outlook(points, 20, 400, 6.0)
    assert found is not None
    assert worth_sentences(points, found) == (outlook_sentence(found),)


def test_labels_time_and_points_stand_in_one_sentence():
    assert said(0.02, 0.04, 840.0) == "About 120 more labels, 14 minutes, for 2 to 4 points."
    assert said(0.02, 0.04) == "About 120 more labels, for 2 to 4 points."
    assert said(0.012, 0.014, 20.0, 1) == "About 1 more label, 20\xa0s, for 1.2 to 1.4 points."
    assert "120\N{NO-BREAK SPACE}min" not in said(0.02, 0.04, 7200.0)
    assert "2.0\N{NO-BREAK SPACE}h" in said(0.02, 0.04, 7200.0)


def test_what_may_bring_nothing_is_told_so():
    assert said(-0.004, 0.19) == (
        "About 120 more labels: may gain up to 19 points, may gain nothing."
    )
    assert said(-0.14, 0.19) == (
        "About 120 more labels: may gain up to 19 points, may lose up to 14."
    )
    assert said(-0.002, 0.003).endswith(", for hardly anything: at most 0.3 points.")
    assert said(-0.02, -0.01).endswith(", for hardly anything: at most 0.0 points.")


def test_classes_that_are_not_learned_stand_in_the_place_of_a_forecast():
    forecast = Outlook(100, Gain(0.02, -0.14, 0.19), None, ())
    rising = Outlook(100, Gain(0.03, 0.02, 0.04), None, ())
    few = {"basophil": 2, "eosinophil": 4}
    assert says_little(forecast, few)
    assert says_little(rising, {"basophil": 0, "eosinophil": 4})
    assert not says_little(rising, few)  # it rises whatever becomes of them
    assert not says_little(forecast, {})
    (told,) = worth_sentences(curve([0.6, 0.7]), None, few)
    assert told == (
        "2 classes have too few labels to rely on: basophil, eosinophil. More labels of these help "
        "most. A forecast usually takes 5 labels of each class that the model learns from."
    )
    advice, ahead = worth_sentences(curve(FLAT), None, few)
    assert "unlikely to change" not in advice
    assert ahead == told
    many = short_sentence([f"class {n}" for n in range(9)])
    assert "class 4, …." in many
    assert "class 5" not in many


def test_the_advice_to_stop_and_the_forecast_do_not_contradict_each_other():
    found = outlook(curve(FLAT), 20, 400)
    assert agreed(advise(curve(FLAT)), found).recommendation == "enough"
    advice, ahead = worth_sentences(curve(FLAT), found)
    assert advice.endswith("More labels are unlikely to change much.")
    assert ahead.startswith("About")
    rising = Outlook(100, Gain(0.03, 0.02, 0.04), None, ())
    level = Outlook(100, Gain(0.0, -0.004, 0.004), None, ())
    assert agreed(Advice("enough"), rising).recommendation == "unclear"
    assert agreed(Advice("go on"), level).recommendation == "unclear"
    assert agreed(Advice("go on"), rising).recommendation == "go on"
    assert agreed(Advice("enough"), None).recommendation == "enough"


@given(st.integers(1, 40), st.integers(1, 40), st.floats(0.02, 0.3))
def test_four_times_the_images_halve_the_interval(right, wrong, half):
    metrics = Metrics(((right, wrong), (wrong, right)))
    needed = images_needed(metrics, half)
    assert images_needed(metrics, half / 2) == pytest.approx(4 * needed, abs=4)


def test_how_many_measured_images_a_finer_interval_takes():
    metrics = Metrics(((80, 20), (20, 80)))
    low, high = metrics.balanced_accuracy_interval
    half = (high - low) / 2
    assert images_needed(metrics, half) == 200
    assert measuring_sentence(metrics, 10_000) == (
        "Measured on 200 images, balanced accuracy is known to ± "
        f"{100 * half:.0f} points; ± 3 would take about "
        f"{10 * math.ceil(images_needed(metrics, 0.03) / 10)} images."
    )
    assert measuring_sentence(metrics, 300).endswith(
        "would take more images than this project has."
    )
    assert measuring_sentence(Metrics(((90_000, 9), (9, 90_000))), 10**6) == ""


def test_a_fall_of_the_last_rounds_is_told_and_whether_it_may_be_chance():
    falls = [Point(20, 0.812, 0.002, 0.5, 0.017), Point(59, 0.808, 0.002, 0.5, 0.017)]
    now = Point(79, 0.768, 0.002, 0.5, 0.017)
    told = worth_sentences([*falls, now], None)
    assert "Balanced accuracy fell by 4 points over the last 2 rounds; that may be chance." in told
    surely = Point(79, 0.7, 0.002, 0.5, 0.017)
    (fell,) = [one for one in worth_sentences([*falls, surely], None) if "fell" in one]
    assert fell.endswith("fell by 11 points over the last 2 rounds; that is more than chance in "
                         "measuring explains.")  # fmt: skip
    assert not any("fell" in one for one in worth_sentences([now, *curve([0.6, 0.7])], None))
    assert not any("fell" in one for one in worth_sentences(curve([0.9, 0.895]), None))  # hardly
    assert not any("fell" in one for one in worth_sentences(curve(FLAT), None))


def test_a_fall_beyond_chance_is_never_called_noise_however_much_the_rounds_scatter():
    values = [0.80, 0.84, 0.83, 0.88, 0.89, 0.81, 0.82, 0.80]
    points = [Point(20 * (1 + n), value, 0.002, 0.5, 0.015) for n, value in enumerate(values)]
    assert advise(points).gain.is_noise  # by the scatter about the trend
    advice, *_ = worth_sentences(points, None)
    assert advice == (
        "Balanced accuracy fell by 9 points over the last 3 rounds; that is more than chance in "
        "measuring explains. Keep going: a few more rounds will tell whether labels still help."
    )
    unsure = [replace(point, error=0.05) for point in points]
    advice, *_ = worth_sentences(unsure, None)
    assert "within the noise" in advice


def test_a_class_with_few_labels_against_the_others_is_named():
    assert rare_among({"normal": 7, "pneumonia": 72}) == "normal"
    assert not rare_among({"normal": 8, "pneumonia": 72})
    assert not rare_among({"normal": 25, "pneumonia": 400})  # enough of its own
    assert not rare_among({"normal": 4, "pneumonia": 72})  # too few, which is told otherwise
    assert not rare_among({})
    told = worth_sentences(curve([0.6, 0.7]), None, rare="normal")
    assert told[-1].startswith("“normal” has less than a tenth as many labels")


def test_labels_given_since_the_last_round_are_no_labels_still_to_be_given():
    points = curve([0.8, 0.85])
    found, later = outlook(points, 20, 400, 6.0), outlook(points, 20, 390, 6.0, given=10)
    assert later.more == found.more
    assert later.gain == found.gain
    assert later.seconds == found.seconds - 60.0
    assert outlook_sentence(later).startswith(f"About {found.more - 10} more labels")
    done = outlook(points, 20, 400, 6.0, given=found.more + 5)
    assert outlook_sentence(done).startswith("The labels given since the last round")
