"""The rivals that choose a batch as a whole: each against a library, or its paper's equation."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.strategies import (
    bait,
    coverage,
    dropquery,
    falcun,
    geometry,
    margin,
    maxherding,
    refine,
    tcm,
    typiclust,
    uherding,
)
from autoal_gui.strategies.contract import top
from tests.support.strategies import drawn_outputs, known_evidence, outputs_of, taken


def chosen_by(scores):
    """The positions that a strategy has put on top, the first choice in front."""
    return [int(p) for p in np.argsort(-scores, kind="stable") if scores[p] > 0]


def exact(images):
    return images.features.astype(np.float64)


def unit(points):
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def apart(points, others):
    return np.linalg.norm(points[:, None] - others[None], axis=2)


def with_labels(outputs):
    """Features and labels of pool and labelled images, as scikit-activeml wants them."""
    points = np.concatenate((exact(outputs), exact(outputs.labelled)))
    return points, np.concatenate((np.full(len(outputs), np.nan), outputs.labelled.labels))


@pytest.fixture(scope="module")
def judges():
    """scikit-activeml, imported late because that takes seconds."""
    return pytest.importorskip("skactiveml.pool")


def classifier_of(probabilities, draws=()):
    """A classifier of scikit-activeml that says this of images, in the order of its questions."""
    from skactiveml.base import SkactivemlClassifier

    class Said(SkactivemlClassifier):
        said = iter((probabilities, *draws))

        def fit(self, X, y, sample_weight=None):  # noqa: N803
            return self

        def predict_proba(self, X):  # noqa: N803
            return probabilities.astype(np.float64)

        def predict(self, X):  # noqa: N803
            return next(self.said).argmax(axis=1)

    return Said(classes=list(range(probabilities.shape[1])))


# -- the greedy cover --------------------------------------------------------------------------


def covered_greedily(similar, worth, covered, wanted):
    """Every gain anew for every choice, as it is written down."""
    chosen = []
    for _ in range(wanted):
        gains = [sum(worth * np.maximum(row - covered, 0)) / sum(worth) for row in similar]
        gains = np.round(gains, coverage.DECIMALS)
        if gains.max() <= 0:
            break
        chosen.append(int(gains.argmax()))
        covered = np.maximum(covered, similar[chosen[-1]])
    return chosen


@given(st.integers(1, 40), st.sampled_from((0.05, 0.5, 1.0, 5.0)), st.booleans(), st.integers(0, 9))
def test_a_cover_is_the_greedy_one_with_the_first_of_equal_gains(count, radius, copies, seed):
    rng = np.random.default_rng(seed)
    points = unit(rng.normal(0, 1, (count, 3)))
    if copies:
        points = points[rng.integers(0, count, count)]
    worth, covered = rng.random(count), rng.random(count) / 2
    similar = np.exp(-((apart(points, points) / radius) ** 2))
    expected = covered_greedily(similar, worth, covered, 12)
    found = coverage.Coverage(coverage.alike(points, radius), worth, covered.copy()).choose(12)
    assert found == expected


def test_few_gains_are_computed_again(monkeypatch):
    rng = np.random.default_rng(0)
    similar = coverage.alike(unit(rng.normal(0, 1, (640, 3))), 0.3)
    computed, gains = [], coverage.Coverage._gains
    monkeypatch.setattr(
        coverage.Coverage, "_gains", lambda self, at: computed.extend(at) or gains(self, at)
    )
    assert len(coverage.Coverage(similar, np.ones(640), np.zeros(640)).choose(10)) == 10
    assert len(computed) < 3200  # of 6400


# -- MaxHerding --------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("labels", [0, 6])
def test_maxherding_equals_scikit_activemls(judges, seed, labels):
    outputs = known_evidence(70, labels, features=5, wanted=9, seed=seed)
    judge = judges.MaxHerding(metric="rbf", metric_dict={"gamma": 1.0}, random_state=0)
    expected = judge.query(*with_labels(outputs), batch_size=9)
    assert chosen_by(maxherding.score(outputs)) == expected.tolist()


def test_maxherding_leaves_to_the_end_what_resembles_a_chosen_image():
    outputs = known_evidence(60, 5, features=4, wanted=7)
    scores = maxherding.score(outputs)
    chosen = chosen_by(scores)
    points = unit(exact(outputs))
    near = np.concatenate((unit(exact(outputs.labelled)), points[chosen]))
    similar = np.exp(-(apart(points, near) ** 2)).max(axis=1)
    others = scores <= 0
    np.testing.assert_allclose(scores[others], -similar[others], atol=1e-12)


# -- UHerding ----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_uherding_maximises_the_uncertainty_coverage(seed):
    outputs = known_evidence(60, 8, classes=3, features=4, wanted=10, seed=seed)
    order = np.argsort(outputs.image_ids)
    points, known = unit(exact(outputs))[order], unit(exact(outputs.labelled))
    radius = min(np.linalg.norm(a - b) for i, a in enumerate(known) for b in known[:i])
    highest = np.sort(outputs.probabilities.astype(np.float64), axis=1)[order]
    uncertainty = 1 - (highest[:, -1] - highest[:, -2])
    similar = np.exp(-((apart(points, points) / radius) ** 2))
    covered = np.exp(-((apart(points, known) / radius) ** 2)).max(axis=1)
    places = covered_greedily(similar, uncertainty, covered, 10)
    assert chosen_by(uherding.score(outputs)) == order[places].tolist()


def test_uherding_nears_margin_as_the_labelled_images_draw_near():
    outputs = known_evidence(50, 2, features=4, wanted=5)
    close = np.array([[1, 0, 0, 0], [1, 2e-3, 0, 0]], np.float32)
    outputs = replace(outputs, labelled=replace(outputs.labelled, features=close))
    expected = top(margin.score(outputs), outputs.image_ids, 5)
    assert chosen_by(uherding.score(outputs)) == expected.tolist()


@pytest.mark.parametrize("labels", [0, 1, 6])
def test_uherding_without_labels_or_doubt_is_maxherding(labels):
    outputs = known_evidence(40, labels, features=4)
    if labels > 1:
        certain = np.eye(4, dtype=np.float32)[np.arange(40) % 4]
        outputs = replace(outputs, probabilities=certain)
    if labels == 1:
        even = np.full((40, 4), 0.25, np.float32)  # one label has no distance: the radius is 1
        outputs = replace(outputs, probabilities=even)
    np.testing.assert_allclose(uherding.score(outputs), maxherding.score(outputs), atol=1e-12)


def test_a_radius_is_the_smallest_distance_between_labelled_images_that_differ():
    points = np.array([[0.0, 1], [1e-6, 1], [0.6, 0.8], [1, 0]])
    assert uherding.radius_of(points) == pytest.approx(0.4**0.5, rel=1e-5)
    assert uherding.radius_of(points[:2]) == uherding.radius_of(points[:0]) == 1.0


@pytest.mark.parametrize("strategy", [maxherding, uherding], ids=lambda s: s.NAME)
def test_a_sample_covers_every_group(strategy, monkeypatch):
    monkeypatch.setattr(coverage, "IMAGES", 60)
    rng = np.random.default_rng(4)
    group = rng.permutation(np.repeat(np.arange(4), [300, 200, 100, 150]))
    points = 100 * np.eye(4, 8)[group] + rng.normal(0, 1, (750, 8))
    outputs = replace(outputs_of(750, features=8, wanted=4), features=points.astype(np.float32))
    assert set(group[chosen_by(strategy.score(outputs))]) == {0, 1, 2, 3}


# -- DropQuery ---------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_dropquery_equals_scikit_activemls(judges, seed):
    """Groups far apart, where k-means must find the same ones whatever it begins with."""
    outputs = outputs_of(150, classes=3, noise=3.0, wanted=5, seed=seed)
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 5, 150)
    points = 50 * np.eye(5)[group] + rng.normal(0, 1, (150, 5))
    outputs = replace(outputs, features=points.astype(np.float32))
    changed = outputs.stochastic.argmax(2) != outputs.probabilities.argmax(1)
    assert set(group[changed.mean(axis=0) > 0.5]) == {0, 1, 2, 3, 4}
    judge = judges.DropQuery(cluster_algo_dict={"n_init": 10}, random_state=0)
    told = classifier_of(outputs.probabilities, outputs.stochastic)
    labels = np.full(150, np.nan)
    expected = judge.query(exact(outputs), labels, told, fit_clf=False, batch_size=5)
    assert sorted(chosen_by(dropquery.score(outputs))) == sorted(expected.tolist())


def test_dropquery_fills_up_with_what_most_draws_change():
    outputs = outputs_of(40, classes=2, draws=8, wanted=6)
    still = np.tile(np.array([0.9, 0.1], np.float32), (40, 1))
    stochastic = np.repeat(still[None], 8, axis=0)
    for image, times in zip((3, 11, 20, 31, 37, 39), (4, 4, 3, 3, 2, 1), strict=True):
        stochastic[:times, image] = [0.1, 0.9]
    scores = dropquery.score(replace(outputs, probabilities=still, stochastic=stochastic))
    assert set(chosen_by(scores)) == {3, 11, 20, 31, 37, 39}


# -- FALCUN ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_falcun_draws_by_the_chances_of_scikit_activeml(judges, seed):
    outputs = outputs_of(30, classes=4, wanted=8, seed=seed)
    told = classifier_of(outputs.probabilities)
    judge = judges.Falcun(gamma=falcun.GAMMA, random_state=seed)
    drawn, expected = judge.query(
        exact(outputs), np.full(30, np.nan), told, fit_clf=False, batch_size=8,
        return_utilities=True,
    )  # fmt: skip
    found, path = [], iter(drawn)

    def pick(chances):
        found.append(chances)
        return int(next(path))

    falcun.draw_relevant(outputs.probabilities, 8, pick)
    np.testing.assert_allclose(found, np.nan_to_num(expected), atol=1e-12)


def test_falcun_draws_as_often_as_its_chances_say():
    probabilities = np.array([[0.5, 0.5], [0.45, 0.55], [0.6, 0.4], [0.99, 0.01]], np.float32)
    outputs = replace(outputs_of(4, 2, wanted=1), probabilities=probabilities)
    uncertainty = np.array([1.0, 0.9, 0.8, 0.02])
    chances = (2 * uncertainty) ** 10 / ((2 * uncertainty) ** 10).sum()
    times = 600
    first = [chosen_by(falcun.score(replace(outputs, seed=seed)))[0] for seed in range(times)]
    np.testing.assert_allclose(np.bincount(first, minlength=4) / times, chances, atol=0.08)


@given(outputs=drawn_outputs())
def test_falcun_draws_as_many_as_are_wanted(outputs):
    chosen = chosen_by(falcun.score(outputs))
    assert len(set(chosen)) == min(outputs.wanted, len(outputs))


# -- TCM ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "classes", "labels", "then"),
    [(5, 4, 14, typiclust), (5, 4, 15, margin), (2, 4, 11, typiclust), (2, 4, 12, margin)],
)
def test_tcm_asks_three_batches_by_typiclust_and_then_by_margin(wanted, classes, labels, then):
    outputs = known_evidence(60, labels, classes=classes, features=4, wanted=wanted)
    np.testing.assert_array_equal(tcm.score(outputs), then.score(outputs))


def test_tcm_begins_with_typiclust_where_nothing_is_labelled():
    outputs = outputs_of(60)
    np.testing.assert_array_equal(tcm.score(outputs), typiclust.score(outputs))


# -- BAIT --------------------------------------------------------------------------------------


def trace_of(chosen, factors, fisher, current):
    total = current + sum((np.outer(factors[c], factors[c]) for c in chosen), 0 * current)
    return np.trace(np.linalg.inv(total) @ fisher)


def chosen_there_and_back(factors, fisher, current, wanted):
    """Forward and backward greedy, each trace from the matrices themselves."""
    chosen = []
    for _ in range(min(2 * wanted, len(factors))):
        left = [place for place in range(len(factors)) if place not in chosen]
        chosen.append(min(left, key=lambda p: trace_of([*chosen, p], factors, fisher, current)))
    while len(chosen) > wanted:
        without = [[c for c in chosen if c != drop] for drop in chosen]
        chosen = min(without, key=lambda rest: trace_of(rest, factors, fisher, current))
    return chosen


def informations(outputs):
    """Factors of the pool, the mean of their squares, and what the labelled images tell."""
    scale = np.sqrt(np.mean(exact(outputs) ** 2))

    def factors_of(images):
        likeliest = images.probabilities.max(axis=1).astype(np.float64)
        return exact(images) / scale * np.sqrt(likeliest * (1 - likeliest))[:, None]

    pool, known = factors_of(outputs), factors_of(outputs.labelled)
    return pool, pool.T @ pool / len(pool), np.eye(pool.shape[1]) + known.T @ known


@pytest.mark.parametrize("seed", range(4))
def test_bait_makes_the_trace_small_there_and_back(seed):
    outputs = known_evidence(30, 6, classes=3, features=4, wanted=5, seed=seed)
    pool, fisher, current = informations(outputs)
    order = np.argsort(outputs.image_ids)
    expected = order[chosen_there_and_back(pool[order], fisher, current, 5)]
    found = chosen_by(bait.score(outputs))
    assert found == expected.tolist()
    assert trace_of(found, pool, fisher, current) < trace_of(
        top(margin.score(outputs), outputs.image_ids, 5), pool, fisher, current
    )


def test_baits_information_is_the_full_one_with_two_classes():
    """The Hessian of the softmax, of all weights of both classes; its ridge counts twice there."""
    outputs = known_evidence(12, 3, classes=2, features=3)
    pool, fisher, current = informations(outputs)
    scale = np.sqrt(np.mean(exact(outputs) ** 2))

    def full(images):
        return [
            np.kron(np.diag(p) - np.outer(p, p), np.outer(h, h))
            for p, h in zip(images.probabilities.astype(float), exact(images) / scale, strict=True)
        ]

    of_all = np.mean(full(outputs), axis=0)
    told = 2 * np.eye(6) + sum(full(outputs.labelled))
    for image, information in enumerate(full(outputs)):
        expected = np.trace(np.linalg.inv(told + information) @ of_all)
        assert trace_of([image], pool, fisher, current) == pytest.approx(expected, rel=1e-4)


def test_bait_of_a_sample_chooses_among_its_images(monkeypatch):
    monkeypatch.setattr(bait, "IMAGES", 20)
    outputs = known_evidence(200, 6, features=4)
    drawn = geometry.Rows.of(outputs).sample(20, outputs.seed)
    allowed = set(np.argsort(outputs.image_ids)[drawn].tolist())
    chosen = chosen_by(bait.score(outputs))
    assert len(chosen) == 5
    assert set(chosen) <= allowed


# -- Refine ------------------------------------------------------------------------------------


def filtered_again_and_again(outputs):
    """The paper's equation with sets: the union of what all strategies ask of random parts."""
    random = np.random.default_rng(outputs.seed)
    pool = np.argsort(outputs.image_ids).tolist()
    for _ in range(refine.DEPTH):
        size = min(refine.IMAGES, max(outputs.wanted, int(refine.SHARE * len(pool))))
        union = set()
        for strategy in refine.STRATEGIES:
            for _ in range(refine.BATCHES):
                part = [pool[p] for p in sorted(random.choice(len(pool), size, replace=False))]
                few = replace(taken(outputs, part), seed=int(random.integers(2**31)))
                union |= {part[p] for p in top(strategy.score(few), few.image_ids, few.wanted)}
        pool = [position for position in pool if position in union]
    return pool


@pytest.mark.parametrize("part", [1000, 40])
def test_refine_covers_what_the_strategies_have_asked_for_again_and_again(monkeypatch, part):
    monkeypatch.setattr(refine, "DEPTH", 3)
    monkeypatch.setattr(refine, "BATCHES", 2)
    monkeypatch.setattr(refine, "IMAGES", part)
    outputs = known_evidence(150, 8, features=6, wanted=4)
    pool = filtered_again_and_again(outputs)
    assert 4 < len(pool) < 75
    scores = refine.score(outputs)
    few = taken(outputs, pool)
    expected = [pool[p] for p in chosen_by(uherding.score(few))]
    assert chosen_by(scores) == expected
    left = np.setdiff1d(pool, expected)
    gone = np.setdiff1d(np.arange(150), pool)
    assert scores[left].min() > scores[gone].max()


def test_refine_filters_no_pool_that_is_wanted_whole():
    outputs = known_evidence(5, 8, features=6, wanted=5)
    assert chosen_by(refine.score(outputs)) == chosen_by(uherding.score(outputs))
