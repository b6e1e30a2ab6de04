"""The rival strategies: each against an independent computation, and where there is little."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from autoal_gui.core.queries import Asked, Query
from autoal_gui.core.settings import CANDIDATES
from autoal_gui.strategies import (
    albl,
    badge,
    bait,
    coreset,
    coverage,
    ddu,
    dropquery,
    ensvarr,
    entropy,
    falcun,
    geometry,
    heads,
    kmeans,
    lpl,
    margin,
    maxherding,
    probcover,
    random_choice,
    refine,
    tailor,
    tcm,
    typiclust,
    uherding,
    vaal,
    variation_ratio,
)
from autoal_gui.strategies.candidates import candidate_scores, is_policy
from autoal_gui.strategies.contract import Labelled, top
from tests.support.strategies import (
    drawn_outputs,
    known_evidence,
    labelled_of,
    outputs_of,
    read_only,
    taken,
)

CHOOSING = (
    kmeans,
    badge,
    coreset,
    typiclust,
    probcover,
    maxherding,
    uherding,
    refine,
    dropquery,
    falcun,
    bait,
)
TWINS = (badge, typiclust, falcun, bait)  # may choose images that coincide
DRAWING = (falcun, refine)  # by chance, also among images that are alike
MEASURING = (ddu, lpl, vaal, ensvarr)
POLICIES = (albl, tailor)


@pytest.fixture(scope="module", autouse=True)
def brief_filtering():
    """A pool that is filtered little obeys the same rules."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(refine, "DEPTH", 2)
        patch.setattr(refine, "BATCHES", 1)
        patch.setattr(refine, "STRATEGIES", (random_choice, margin))
        yield


def each(strategies):
    return pytest.mark.parametrize("strategy", strategies, ids=lambda s: s.NAME)


def chosen_by(scores):
    """The positions that a choosing strategy has put on top, the first choice in front."""
    return [int(p) for p in np.argsort(-scores, kind="stable") if scores[p] > 0]


def exact(outputs):
    return outputs.features.astype(np.float64)


def unit(points):
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def apart(points, others):
    """All Euclidean distances, one by one."""
    return np.linalg.norm(points[:, None] - others[None], axis=2)


def auc(higher, lower):
    """The share of pairs that are in order."""
    return (higher[:, None] > lower[None]).mean()


def blobs(sizes, spread=1.0, features=8):
    """Model outputs whose images lie about far-apart directions, and the blob of each."""
    rng = np.random.default_rng(4)
    blob = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    points = 100 * np.eye(len(sizes), features)[blob] + rng.normal(0, spread, (len(blob), features))
    outputs = outputs_of(len(blob), features=features, wanted=len(sizes))
    return replace(outputs, features=points.astype(np.float32)), blob


def labels_at(points, labels):
    """Labelled images with these features."""
    labelled = labelled_of(len(labels), features=points.shape[1])
    return replace(labelled, features=points.astype(np.float32), labels=np.array(labels))


# -- what they share ---------------------------------------------------------------------------


@each(CHOOSING)
@given(outputs=drawn_outputs())
def test_what_is_chosen_stands_above_the_rest_in_order_of_choice(strategy, outputs):
    scores = strategy.score(outputs)
    chosen = chosen_by(scores)
    assert scores[chosen].tolist() == list(range(len(chosen), 0, -1))
    assert len(chosen) <= outputs.wanted
    points = outputs.features[chosen].tolist()
    if strategy not in TWINS:
        assert len(set(map(tuple, points))) == len(points)


@each((*CHOOSING, *MEASURING, *POLICIES, tcm))
@pytest.mark.parametrize("n", [0, 1, 2])
@pytest.mark.parametrize("m", [0, 1, 2])
def test_few_images_and_few_labels_are_no_error(strategy, n, m):
    for wanted in (1, 5):
        scores = strategy.score(known_evidence(n, m, features=1, wanted=wanted))
        assert scores.shape == (n,)
        assert np.isfinite(scores).all()


@each((*CHOOSING, *MEASURING))
def test_all_images_alike_are_asked_for_by_image_id(strategy):
    outputs = known_evidence(12, 6)
    outputs = replace(taken(outputs, [0] * 12), image_ids=outputs.image_ids)
    scores = strategy.score(outputs)
    if strategy in MEASURING:
        assert len(set(scores.tolist())) == 1
    if strategy not in DRAWING:
        first = top(scores, outputs.image_ids, 1)[0]
        assert outputs.image_ids[first] == outputs.image_ids.min()


@each((*CHOOSING, *MEASURING))
def test_huge_and_tiny_features_are_no_error(strategy):
    outputs = known_evidence(40, 12)
    for scale in (1e-30, 1e15):
        known = outputs.labelled
        known = replace(known, features=known.features * np.float32(scale))
        scaled = replace(outputs, features=outputs.features * np.float32(scale), labelled=known)
        scores = strategy.score(scaled)
        assert np.isfinite(scores).all()
        if strategy not in (badge, ddu):
            assert len(np.unique(scores)) > 10


@each((*CHOOSING, *MEASURING))
def test_half_precision_and_a_file_give_the_same_scores(strategy, tmp_path):
    outputs = known_evidence(60, 12, features=8)
    half = outputs.features.astype(np.float16)
    (tmp_path / "features").write_bytes(half.tobytes())
    mapped = np.memmap(tmp_path / "features", np.float16, "r", shape=half.shape)
    expected = strategy.score(replace(outputs, features=half.astype(np.float32)))
    np.testing.assert_array_equal(strategy.score(replace(outputs, features=mapped)), expected)


@each((*CHOOSING, *MEASURING))
def test_chunks_change_nothing(strategy, monkeypatch):
    outputs = known_evidence(200, 12, features=8)
    whole = strategy.score(outputs)
    monkeypatch.setattr(geometry, "CHUNK_NUMBERS", 64)
    np.testing.assert_allclose(strategy.score(outputs), whole, rtol=1e-4, atol=1e-5)


@each((*CHOOSING, *MEASURING))
def test_no_copy_of_the_features_is_made(strategy, monkeypatch):
    """Nor anything of the size (n, n): that would be 3 GB."""
    n, features = 20_000, 128
    outputs = known_evidence(300, 20, features=features)
    points = np.random.default_rng(0).normal(0, 1, (n, features)).astype(np.float16)
    large = replace(outputs_of(n, draws=1), features=points, labelled=outputs.labelled)
    monkeypatch.setattr(geometry, "CHUNK_NUMBERS", 2**16)
    monkeypatch.setattr(coverage, "IMAGES", 500)
    for name in ("LLOYD_IMAGES", "IMAGES", "MEMBERS"):
        if hasattr(strategy, name) and strategy is not ensvarr:
            monkeypatch.setattr(strategy, name, 500)
    strategy.score(outputs)  # imports and caches are not counted
    tracemalloc.start()
    strategy.score(large)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < n * features * 8 / 2


@each((lpl, vaal))
def test_the_global_random_state_is_left_alone(strategy):
    import torch

    states = torch.get_rng_state(), np.random.get_state()[1]
    strategy.score(known_evidence(20, 12))
    assert torch.equal(torch.get_rng_state(), states[0])
    np.testing.assert_array_equal(np.random.get_state()[1], states[1])


@pytest.mark.parametrize(
    ("strategy", "instead"),
    [
        (ddu, random_choice),
        (vaal, random_choice),
        (lpl, entropy),
        (ensvarr, variation_ratio),
    ],
)
def test_without_labels_another_strategy_takes_the_place(strategy, instead):
    outputs = outputs_of(30)
    expected = instead.score(outputs)
    for labelled in (None, labelled_of(0)):
        scores = strategy.score(replace(outputs, labelled=labelled))
        np.testing.assert_array_equal(scores, expected)


@pytest.mark.parametrize(("strategy", "instead"), [(lpl, entropy), (ensvarr, variation_ratio)])
def test_with_one_class_another_strategy_takes_the_place(strategy, instead):
    labelled = labelled_of(9)
    outputs = replace(
        outputs_of(30), labelled=replace(labelled, labels=np.full_like(labelled.labels, 2))
    )
    np.testing.assert_array_equal(strategy.score(outputs), instead.score(outputs))


# -- BADGE -------------------------------------------------------------------------------------


def embedding(outputs):
    """The gradients in the last layer's weights, (n, C D), which the strategy never makes."""
    residuals = outputs.probabilities.astype(np.float64)
    residuals[np.arange(len(residuals)), residuals.argmax(axis=1)] -= 1
    return np.einsum("nc,nd->ncd", residuals, exact(outputs)).reshape(len(outputs), -1)


@given(outputs=drawn_outputs(smallest=1))
def test_badge_measures_distances_of_the_explicit_embedding(outputs):
    gradients = embedding(outputs)
    scores = badge.score(outputs)
    chosen = chosen_by(scores)
    lengths = np.linalg.norm(gradients, axis=1)
    rounding = 1e-6 * max(1, lengths.max())
    assert lengths[chosen[0]] >= lengths.max() - rounding
    away = apart(gradients, gradients[chosen]).min(axis=1)
    others = scores <= 0
    np.testing.assert_allclose(scores[others], (away - away.max())[others], atol=rounding)
    if len(chosen) < min(outputs.wanted, len(outputs)):
        assert away.max() < rounding


def test_badge_draws_by_the_squared_distance():
    outputs = outputs_of(3, classes=2, features=1, wanted=2)
    outputs = replace(
        outputs,
        image_ids=np.arange(3),
        features=np.array([[10], [7], [9]], np.float32),
        probabilities=np.array([[0.6, 0.4]] * 3, np.float32),
    )
    times = 400
    drawn = [chosen_by(badge.score(replace(outputs, seed=seed))) for seed in range(times)]
    assert {pair[0] for pair in drawn} == {0}
    assert np.mean([pair[1] == 1 for pair in drawn]) == pytest.approx(0.9, abs=0.06)


def test_badge_makes_no_embedding():
    outputs = outputs_of(500, classes=100, draws=1, features=100)
    badge.score(outputs)
    tracemalloc.start()
    badge.score(outputs)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 500 * 100 * 100 * 8 / 8


# -- CoreSet -----------------------------------------------------------------------------------


def greedy(points, centres, wanted):
    """K-center greedy as it is written down."""
    chosen = []
    for _ in range(wanted):
        away = apart(points, np.concatenate((centres, points[chosen]))).min(axis=1)
        chosen.append(int(away.argmax()))
    return chosen, apart(points, np.concatenate((centres, points[chosen]))).min(axis=1)


def test_coreset_is_k_center_greedy():
    outputs = known_evidence(80, 7, features=5, wanted=12)
    known = outputs.labelled.features.astype(np.float64)
    chosen, away = greedy(exact(outputs), known, 12)
    scores = coreset.score(outputs)
    assert chosen_by(scores) == chosen
    others = scores <= 0
    largest = away.max()  # what was chosen lies at 0
    np.testing.assert_allclose(scores[others], (away - largest)[others], atol=1e-12)


def test_coreset_equals_scikit_activemls():
    pool = pytest.importorskip("skactiveml.pool._core_set")
    outputs = known_evidence(80, 7, features=5, wanted=12)
    points = np.concatenate((exact(outputs), outputs.labelled.features))
    labels = np.concatenate((np.full(80, np.nan), outputs.labelled.labels))
    expected, _ = pool.k_greedy_center(points, labels, batch_size=12, random_state=0)
    assert chosen_by(coreset.score(outputs)) == expected.tolist()


def test_coreset_without_labels_begins_in_the_middle():
    outputs = outputs_of(50, wanted=6)
    points = exact(outputs)
    middle = int(apart(points, points.mean(axis=0)[None]).argmin())
    chosen = chosen_by(coreset.score(outputs))
    assert chosen == [middle, *greedy(points, points[[middle]], 5)[0]]


def test_coreset_asks_for_nothing_twice():
    outputs = outputs_of(12, wanted=10)
    outputs = replace(taken(outputs, [0, 1, 2] * 4), image_ids=outputs.image_ids)
    assert len(chosen_by(coreset.score(outputs))) == 3


# -- TypiClust ---------------------------------------------------------------------------------


def typicality(points, neighbours):
    """The mean distance to the nearest others, the smaller the more typical."""
    away = np.sort(apart(points, points), axis=1)[:, 1 : neighbours + 1]
    return away.mean(axis=1)


def test_typiclust_asks_for_the_most_typical_of_each_cluster_the_largest_first():
    outputs, blob = blobs((30, 70, 50))
    chosen = chosen_by(typiclust.score(outputs))
    assert blob[chosen].tolist() == [1, 2, 0]
    for position in chosen:
        members = np.flatnonzero(blob == blob[position])
        neighbours = min(20, len(members) // 2)
        remoteness = typicality(unit(exact(outputs)[members]), neighbours)
        assert members[remoteness.argmin()] == position


def test_typiclust_asks_first_where_nothing_is_labelled():
    outputs, blob = blobs((60, 50, 70, 45))
    points = exact(outputs)
    labelled = labels_at(points[[np.flatnonzero(blob == b)[0] for b in (2, 0)]], [0, 1])
    chosen = chosen_by(typiclust.score(replace(outputs, wanted=2, labelled=labelled)))
    assert blob[chosen].tolist() == [1, 3]


def test_typiclust_equals_scikit_activemls():
    pool = pytest.importorskip("skactiveml.pool")
    outputs, blob = blobs((60, 50, 70, 45, 55), spread=5.0)
    points = exact(outputs)
    known = points[[np.flatnonzero(blob == b)[0] for b in (2, 0)]] * 1.001
    outputs = replace(outputs, wanted=3, labelled=labels_at(known, [0, 1]))
    judge = pool.TypiClust(k=20, random_state=0, cluster_algo_dict={"n_init": 10})
    everything = unit(np.concatenate((points, outputs.labelled.features)))
    labels = np.concatenate((np.full(len(points), np.nan), [0, 1]))
    expected = judge.query(everything, labels, batch_size=3)
    assert chosen_by(typiclust.score(outputs)) == expected.tolist()


def test_typiclust_passes_over_small_clusters_and_asks_in_turn():
    outputs, blob = blobs((5, 40, 60, 50))
    chosen = chosen_by(typiclust.score(outputs))
    assert blob[chosen].tolist() == [2, 3, 1, 2]
    assert len(set(chosen)) == 4


def test_typiclust_looks_at_a_sample_of_a_large_cluster(monkeypatch):
    outputs, blob = blobs((300, 200))
    whole = chosen_by(typiclust.score(outputs))
    monkeypatch.setattr(typiclust, "MEMBERS", 50)
    chosen = chosen_by(typiclust.score(outputs))
    assert blob[chosen].tolist() == blob[whole].tolist() == [0, 1]
    for position in chosen:  # typical of all, though sought in a part
        members = np.flatnonzero(blob == blob[position])
        remoteness = typicality(unit(exact(outputs)[members]), 20)
        assert remoteness[members == position] < np.quantile(remoteness, 0.2)


# -- ProbCover ---------------------------------------------------------------------------------


def pure_radius(points, labels):
    """The largest distance at which 95 % of the open balls hold one pseudo-class, by trial."""
    away = apart(points, points)
    radii = [
        radius
        for radius in np.unique(away)
        if np.mean([len(set(labels[row < radius])) <= 1 for row in away]) >= 0.95
    ]
    return max(radii)


def covering(outputs):
    """The neighbourhoods of the pool and of the labelled images, by the definition."""
    points = unit(exact(outputs))
    in_order = points[np.argsort(outputs.image_ids)]
    centroids = geometry.lloyd(in_order, outputs.probabilities.shape[1], outputs.seed)
    radius = pure_radius(points, apart(points, centroids).argmin(axis=1))
    known = unit(outputs.labelled.features.astype(np.float64))
    return apart(points, points) < radius, (apart(points, known) < radius).any(axis=1), radius


@pytest.mark.parametrize("seed", range(4))
def test_probcover_covers_greedily(seed):
    outputs = known_evidence(60, 5, classes=3, features=4, wanted=7, seed=seed)
    graph, covered, _ = covering(outputs)
    order = np.argsort(outputs.image_ids)
    expected = []
    for _ in range(7):
        gains = (graph & ~covered).sum(axis=1)
        expected.append(int(order[gains[order].argmax()]))
        covered = covered | graph[expected[-1]]
    assert gains.max() > 0
    scores = probcover.score(outputs)
    assert chosen_by(scores) == expected
    points = unit(exact(outputs))
    taken_up = np.concatenate((unit(outputs.labelled.features.astype(float)), points[expected]))
    away = apart(points, taken_up).min(axis=1)
    others = scores <= 0
    np.testing.assert_allclose(scores[others], (away - away.max())[others], atol=1e-9)


def test_probcovers_first_choice_is_scikit_activemls():
    pool = pytest.importorskip("skactiveml.pool")
    outputs = known_evidence(60, 5, classes=3, features=4, wanted=1)
    _, _, radius = covering(outputs)
    points = unit(np.concatenate((exact(outputs), outputs.labelled.features)))
    labels = np.concatenate((np.full(60, np.nan), outputs.labelled.labels))
    judge = pool.ProbCover(deltas=[radius * (1 - 1e-9)], random_state=0)
    with pytest.warns(UserWarning, match="purity"):  # of a radius that it has not sought itself
        _, gains = judge.query(points, labels, batch_size=1, return_utilities=True)
    assert gains[0, chosen_by(probcover.score(outputs))] == np.nanmax(gains)


def test_probcover_stops_when_all_is_covered():
    outputs, blob = blobs((20, 30, 25, 15), spread=0.01)
    outputs = replace(outputs, wanted=10)
    chosen = chosen_by(probcover.score(outputs))
    assert set(blob[chosen]) == {0, 1, 2, 3}
    assert len(chosen) < 10


def test_probcover_of_a_sample_covers_every_blob(monkeypatch):
    monkeypatch.setattr(probcover, "IMAGES", 60)
    outputs, blob = blobs((300, 200, 100, 150))
    chosen = chosen_by(probcover.score(outputs))
    assert set(blob[chosen]) == {0, 1, 2, 3}


# -- DDU ---------------------------------------------------------------------------------------


def test_ddu_is_the_negative_log_density_of_scipy_and_scikit_learn():
    from scipy.stats import multivariate_normal
    from sklearn.covariance import LedoitWolf

    outputs = known_evidence(40, 30, classes=3, features=6)
    known, labels = outputs.labelled.features.astype(np.float64), outputs.labelled.labels
    means = np.stack([known[labels == c].mean(axis=0) for c in range(3)])
    shrunk = LedoitWolf(assume_centered=True).fit(known - means[labels]).covariance_
    shrunk += ddu.FLOOR * np.trace(shrunk) / 6 * np.eye(6)
    density = sum(
        (labels == c).mean() * multivariate_normal(means[c], shrunk).pdf(exact(outputs))
        for c in range(3)
    )
    np.testing.assert_allclose(ddu.score(outputs), -np.log(density), rtol=1e-9)


@pytest.mark.parametrize("labels", [[1], [0, 2]])
def test_ddu_of_one_image_a_class_still_asks_for_what_lies_far(labels):
    points = np.random.default_rng(0).normal(0, 1, (len(labels), 3))
    outputs = replace(outputs_of(30), labelled=labels_at(points, labels))
    scores, away = ddu.score(outputs), apart(exact(outputs), points).min(axis=1)
    if len(labels) == 1:
        np.testing.assert_array_equal(np.argsort(scores), np.argsort(away))
    assert scores[away.argmax()] > np.median(scores)


# -- heads, LPL, ENSvarR -----------------------------------------------------------------------


@pytest.mark.parametrize("classes", [2, 3])
def test_out_of_fold_probabilities_are_those_of_scikit_learn(classes):
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import PredefinedSplit, cross_val_predict

    rng = np.random.default_rng(0)
    labels = rng.permutation(np.arange(30) % classes)
    points = rng.normal(0, 1, (30, 4)) + labels[:, None]
    folds = np.argmax(heads._folds(labels, 5, seed=3), axis=0)
    assert all(np.bincount(labels[folds == f]).min() >= 3 - classes % 2 for f in range(5))
    expected = cross_val_predict(
        LogisticRegression(), points, labels, cv=PredefinedSplit(folds), method="predict_proba"
    )
    found = heads.out_of_fold(points, labels, classes, seed=3)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_many_classes_of_few_labels_are_fitted_without_a_warning():
    """The paper's budgets may give two labels a class, and warnings reach the terminal."""
    points = np.random.default_rng(0).normal(size=(24, 4))
    weights, _ = heads.fit(points, np.arange(24) % 13, 13)
    assert weights.any(axis=0).all()


def test_a_class_that_a_head_has_not_seen_gets_no_probability():
    points = np.random.default_rng(0).normal(0, 1, (9, 4))
    labels = np.array([0, 0, 0, 0, 3, 3, 3, 3, 1])
    found = heads.out_of_fold(points, labels, classes=5, seed=0)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert found[:, [2, 4]].max() == 0
    assert found[8, 1] == 0  # held out, the only one of its class


def test_lpl_learns_the_order_of_losses():
    points = np.random.default_rng(0).normal(0, 1, (120, 6))
    losses = points[:, 0] + 2 * points[:, 1]
    net = lpl._train(points, losses, seed=0)
    import torch

    predicted = net(torch.from_numpy(points).float())[:, 0].detach().numpy()
    hardest = losses > np.median(losses)
    assert auc(predicted[hardest], predicted[~hardest]) > 0.9


def test_lpl_asks_where_labels_contradict_each_other():
    rng = np.random.default_rng(1)
    known = rng.normal(0, 1, (200, 4)) + 4 * rng.integers(0, 2, (200, 1)) * [0, 0, 0, 1]
    noisy = known[:, 3] > 2
    labels = np.where(noisy, rng.integers(0, 2, 200), known[:, 0] > 0)
    outputs = replace(outputs_of(100, features=4), labelled=labels_at(known, labels))
    points = exact(outputs)
    points[:50, 3] += 4
    scores = lpl.score(replace(outputs, features=points.astype(np.float32)))
    assert auc(scores[:50], scores[50:]) > 0.8


def test_ensvarr_is_the_variation_ratio_of_bootstrapped_logistic_regressions(monkeypatch):
    from sklearn.linear_model import LogisticRegression

    drawn = []

    def noted(labels, random):
        drawn.append(heads.bootstrap(labels, random))
        assert sorted(labels[drawn[-1]]) == sorted(labels)  # none of the classes is lost
        return drawn[-1]

    monkeypatch.setattr(ensvarr, "bootstrap", noted)
    outputs = known_evidence(50, 20, classes=3, features=5)
    known = outputs.labelled
    order = np.argsort(known.image_ids)
    points, labels = known.features[order].astype(np.float64), known.labels[order]
    mean, size = points.mean(axis=0), np.sqrt(np.mean((points - points.mean(axis=0)) ** 2))
    scores = ensvarr.score(outputs)
    members = [
        LogisticRegression().fit((points[d] - mean) / size, labels[d]).predict_proba(
            (exact(outputs) - mean) / size
        )
        for d in drawn
    ]  # fmt: skip
    assert len(members) == ensvarr.MEMBERS
    votes = np.argmax(members, axis=2)
    modal = [np.bincount(image).max() for image in votes.T]
    ratio = 1 - np.array(modal) / len(members)
    highest = np.sort(np.mean(members, axis=0), axis=1)
    closeness = 1 - (highest[:, -1] - highest[:, -2])
    assert len(np.unique(ratio)) > 2
    np.testing.assert_allclose(scores, ratio + closeness / (2 * len(members)), atol=1e-4)


# -- VAAL --------------------------------------------------------------------------------------


def test_vaal_asks_for_what_is_unlike_the_labelled():
    rng = np.random.default_rng(0)
    outputs = outputs_of(200, features=8)
    points = exact(outputs)
    points[:60, :4] += 3
    outputs = replace(
        outputs,
        features=points.astype(np.float32),
        labelled=labels_at(rng.normal(0, 1, (60, 8)), [0] * 60),
    )
    scores = vaal.score(outputs)
    assert auc(scores[:60], scores[60:]) > 0.9


# -- ALBL and TAILOR ---------------------------------------------------------------------------

NAMES = ("entropy", "kmeans", "margin")


def play(policy, rounds, n=60, classes=3, wanted=4, seed=0):
    """Rounds of a policy, as the program plays them: the model outputs and the draw of each."""
    pool = outputs_of(n, classes, wanted=wanted, seed=seed)
    truth = np.random.default_rng(seed).integers(0, classes, n)
    asked, history = [], ()
    for number in range(1, rounds + 1):
        left = [p for p in range(n) if p not in asked]
        outputs = replace(taken(pool, left), history=history, labelled=None)
        if asked:
            known = taken(pool, asked)
            labelled = Labelled(known.image_ids, known.features, known.probabilities, truth[asked])
            outputs = replace(outputs, labelled=labelled)
        draw = policy.draw(outputs, NAMES)
        yield outputs, draw
        for place in top(draw.ranking, outputs.image_ids, wanted):
            strategies = tuple(
                zip(draw.candidates, draw.scores[place], draw.weights[place], strict=True)
            )
            query = Query(
                int(outputs.image_ids[place]),
                float(draw.scores[place] @ draw.weights[place]),
                strategies,
            )
            suggested = int(outputs.probabilities[place].argmax())
            history = (*history, Asked(number, query, suggested))
            asked.append(left[place])


@each(POLICIES)
@given(outputs=drawn_outputs())
def test_a_draw_has_weights_and_the_ranking_that_the_strategy_scores(strategy, outputs):
    draw = strategy.draw(outputs, CANDIDATES)
    assert is_policy(strategy.NAME)
    assert set(CANDIDATES) <= set(draw.candidates)
    shape = (len(outputs), len(draw.candidates))
    assert draw.scores.shape == draw.weights.shape == shape
    for values in (draw.scores, draw.weights):
        assert ((values >= 0) & (values <= 1)).all()
    np.testing.assert_allclose(draw.weights.sum(axis=1), 1)
    np.testing.assert_array_equal(strategy.score(outputs), draw.ranking)


@each(POLICIES)
def test_each_round_draws_anew(strategy):
    outputs = outputs_of(200)
    asked = Asked(1, Query(10**7, 1.0, (("unheard of", 1.0, 1.0),)), None)
    first = strategy.score(outputs)
    again = strategy.score(replace(outputs, history=(asked,)))
    assert not np.array_equal(first, again)


def test_albl_draws_by_the_mixture_of_its_candidates():
    outputs, names = outputs_of(8, wanted=2), ("entropy", "margin", "mean_std")
    draw = albl.draw(outputs, names)
    assert draw.candidates == (*names, "random")
    np.testing.assert_allclose(draw.scores.sum(axis=0), 1)
    for column, name in enumerate(names):
        best = top(candidate_scores(outputs, (name,))[0], outputs.image_ids, 2)
        assert sorted(np.flatnonzero(draw.scores[:, column])) == sorted(best)
    np.testing.assert_allclose(draw.scores[:, 3], 1 / 8)
    np.testing.assert_allclose(draw.weights, 1 / 4)  # no history
    chances = (draw.scores * draw.weights).sum(axis=1)
    times = 600
    first = [
        albl.draw(replace(outputs, seed=seed), names).ranking.argmax() for seed in range(times)
    ]
    shares = np.bincount(first, minlength=8) / times
    np.testing.assert_allclose(shares, chances, atol=5 * 0.5 / times**0.5)


def test_albls_weights_are_those_of_exp4p():
    """The recursion of the paper's Algorithm 1, from what each draw was seen to be."""
    played = list(play(albl, rounds=5))
    outputs, last = played[-1]
    truth, history = outputs.truth, outputs.history
    experts, horizon = 4, len(history) + 4
    least = np.sqrt(np.log(experts) / (experts * horizon))
    w = np.ones(experts)
    for number, (_, draw) in enumerate(played[:-2], start=1):
        weight_of = right = 0.0
        for asked in history:
            if asked.round_number == number + 1:
                weight_of += 1 / asked.query.score
                right += (asked.suggested == truth[asked.query.image_id]) / asked.query.score
        reward = right / weight_of
        assert 0 <= reward <= 1
        for asked in history:
            if asked.round_number == number:
                place = played[number - 1][0].image_ids.tolist().index(asked.query.image_id)
                advice, p = draw.scores[place], draw.weights[place]
                gain = reward * advice / (advice @ p)
                bonus = np.sqrt(np.log(experts / 0.1) / (experts * horizon)) / p
                w *= np.exp(least / 2 * (gain + bonus))
    expected = (1 - experts * least) * w / w.sum() + least
    assert np.ptp(expected) > 1e-3
    np.testing.assert_allclose(last.weights[0], expected)


def test_albl_trusts_whom_the_model_learned_from():
    """Batches of one candidate are followed by right answers, those of another by wrong ones."""
    names = ("entropy", "margin", "random")
    labelled = labelled_of(80, classes=2)
    history = []
    for place, (image_id, label) in enumerate(
        zip(labelled.image_ids.tolist(), labelled.labels.tolist(), strict=True)
    ):
        number = place // 4
        asker = number % 2  # entropy's batches are even
        scores = [0.0, 0.0, 0.01]
        scores[asker] = 0.25
        strategies = tuple(zip(names, scores, (1 / 3,) * 3, strict=True))
        suggested = label if asker == 1 else 1 - label  # told by who learned of the other's batch
        query = Query(image_id, sum(scores) / 3, strategies)
        history.append(Asked(number, query, suggested))
    outputs = replace(outputs_of(30, 2), labelled=labelled, history=tuple(history))
    weights = dict(zip(names, albl.draw(outputs, names).weights[0], strict=True))
    assert weights["entropy"] > 2 * weights["margin"]


def test_albl_passes_over_what_was_not_drawn_so():
    plain = outputs_of(30)
    labelled = labelled_of(12)
    history = tuple(
        Asked(place // 4, Query(image_id, 1.0, (("entropy", 1.0, 1.0),)), 0)
        for place, image_id in enumerate(labelled.image_ids.tolist())
    )
    outputs = replace(plain, labelled=labelled, history=history)
    np.testing.assert_allclose(albl.draw(outputs, NAMES).weights, 1 / 4)


def test_tailors_images_are_the_best_left_of_who_asked():
    outputs = outputs_of(40, wanted=20)
    draw = tailor.draw(outputs, NAMES)
    scores = dict(zip(NAMES, candidate_scores(outputs, NAMES), strict=True))
    left = set(range(40))
    asked = top(draw.ranking, outputs.image_ids, 20)
    for position in asked:
        asker = NAMES[int(draw.weights[position].argmax())]
        assert draw.weights[position].max() == 1
        best = max(left, key=lambda p: (scores[asker][p], -outputs.image_ids[p]))
        assert position == best
        left.remove(position)
    shares = draw.weights[list(asked)].mean(axis=0)
    np.testing.assert_allclose(draw.weights[list(left)], np.tile(shares, (20, 1)))
    assert (shares > 0).all()


def test_tailor_counts_what_each_candidate_found_and_forgets_slowly():
    played = list(play(tailor, rounds=5))
    outputs, _ = played[-1]
    expected = np.zeros((3, 3))
    for asked in outputs.history:
        asker = [name for name, _, weight in asked.query.strategies if weight == 1]
        label = outputs.truth[asked.query.image_id]
        expected[NAMES.index(asker[0]), label] += 0.9 ** (4 - asked.round_number)
    assert len(np.unique(expected)) > 4
    np.testing.assert_allclose(tailor._found(outputs, NAMES), expected)


def test_tailor_asks_whoever_finds_the_rare_class():
    labelled = labelled_of(60, classes=3)
    labels = np.array([0] * 55 + [2] * 5)
    names = ["entropy"] * 30 + ["margin"] * 25 + ["kmeans"] * 5
    history = tuple(
        Asked(1, Query(image_id, 1.0, ((name, 1.0, 1.0),)), 0)
        for image_id, name in zip(labelled.image_ids.tolist(), names, strict=True)
    )
    outputs = replace(
        outputs_of(80, 3, wanted=40),
        labelled=replace(labelled, labels=read_only(labels)),
        history=history,
    )
    # Class 1 has no label yet and is worth 1: who is not known to find class 0 may find it.
    weights = tailor.draw(outputs, NAMES).weights
    shares = dict(zip(NAMES, weights[weights.max(axis=1) == 1].mean(axis=0), strict=True))
    assert shares["kmeans"] > 0.8


@each(POLICIES)
def test_a_policys_ballot_ranks_by_the_draw_and_tells_what_it_was_drawn_with(strategy):
    from autoal_gui.learning.selection.acquisition import policy_acquisition

    outputs = outputs_of(40)
    draw = strategy.draw(outputs, NAMES)
    acquisition = policy_acquisition(outputs, strategy.NAME, NAMES)
    positions = acquisition.positions()
    assert positions.tolist() == top(draw.ranking, outputs.image_ids, 40).tolist()
    for position, query in zip(positions, acquisition.queries(positions), strict=True):
        assert query.image_id == outputs.image_ids[position]
        names, scores, weights = zip(*query.strategies, strict=True)
        assert names == draw.candidates
        np.testing.assert_array_equal(scores, draw.scores[position])
        np.testing.assert_array_equal(weights, draw.weights[position])
        assert query.score == pytest.approx(np.dot(scores, weights))


@pytest.mark.small_network
def test_a_policy_plays_rounds_and_remembers_its_draws(tmp_path):
    from autoal_gui.core.images.pool import HiddenTruth
    from autoal_gui.learning.backend import TorchBackend
    from autoal_gui.learning.replay import Replay, ReplaySet
    from tests.support.learning import TINY, never, picture, pool_of

    pool = pool_of([picture(i % 2, i) for i in range(30)])
    truth = {i: (i - 1) % 2 for i in pool.images}
    for policy in POLICIES:
        settings = TINY.but(mode=policy.NAME, candidates=("entropy", "kmeans"))
        data = ReplaySet(pool, ("even", "odd"), HiddenTruth(truth), ())
        replay = Replay(data, settings, 6, tmp_path / policy.NAME)
        replay.folder.mkdir()
        results = list(replay.run(TorchBackend(threads=1), 3, never, lambda event: None))
        assert [result.mode for result in results] == [policy.NAME] * 3
        for result in results:
            assert {"entropy", "kmeans"} <= {name for name, _ in result.weights}
            assert sum(share for _, share in result.weights) == pytest.approx(1)
        for asked in replay.history:
            held = sum(score * weight for _, score, weight in asked.query.strategies)
            assert asked.query.score == pytest.approx(held)
        if policy is albl:
            assert results[0].weights == (("entropy", pytest.approx(1 / 3)),
                                          ("kmeans", pytest.approx(1 / 3)),
                                          ("random", pytest.approx(1 / 3)))  # fmt: skip
            assert results[2].weights != results[0].weights


def test_the_images_of_a_patient_are_held_out_together():
    rng = np.random.default_rng(0)
    units = np.repeat(np.arange(10), 4)
    folds = heads._folds(units % 2, 5, 0, units)
    assert len(folds) == 5
    assert all(len(set(mask[units == unit])) == 1 for mask in folds for unit in range(10))
    alone = heads._folds(units % 2, 5, 0, np.arange(40))
    np.testing.assert_array_equal(alone, heads._folds(units % 2, 5, 0))
    points = rng.normal(size=(10, 6))[units]
    told = heads.out_of_fold(points, units % 2, 2, 0).argmax(1) == units % 2
    blind = heads.out_of_fold(points, units % 2, 2, 0, units).argmax(1) == units % 2
    assert told.mean() > blind.mean() + 0.2


@pytest.mark.parametrize(("count", "width", "most"), [(40, 90, 12), (8, 30, 12), (60, 5, 12)])
def test_the_main_axes_are_the_longest_singular_vectors(count, width, most):
    points = np.random.default_rng(count).normal(size=(count, width)) * np.linspace(1, 4, width)
    axes = geometry.main_axes(points.astype(np.float32), most)
    _, _, exact = np.linalg.svd(points, full_matrices=False)
    assert axes.shape == (width, min(count, width, most))
    np.testing.assert_allclose(axes.T @ axes, np.eye(axes.shape[1]), atol=1e-4)
    kept = exact[: axes.shape[1]]
    np.testing.assert_allclose(axes @ axes.T, kept.T @ kept, atol=1e-3)  # the same space
