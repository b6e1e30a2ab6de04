"""Mode "auto": the candidates as a tilt of a spread-out batch, trusted as far as they have shown.

On features of a warm start a batch of the most uncertain images can be far worse than a random
one; what never was, in any set measured, is to spread a batch over the pool, and better still to
do so with a tilt towards the uncertain and away from what is labelled (docs/RESULTS.md has the
figures). So a batch is spread by k-means, each image weighing s(x), the candidates' mixture, times
its distance from the nearest labelled image. "k-means" itself is a candidate that scores all images
alike: weight on it flattens s(x), and the search (`bilevel`) decides how much of it goes to the
others. A share of every batch is drawn at random, to measure (`Query.audit`).
"""

import numpy as np
import numpy.typing as npt

from autoal_gui.core.language import percent, tr
from autoal_gui.core.messages import LearnedWeights
from autoal_gui.core.registry import label_of
from autoal_gui.core.settings import RunSettings
from autoal_gui.learning.progress import Check, unchecked
from autoal_gui.learning.selection import placebo
from autoal_gui.learning.selection.acquisition import Acquisition
from autoal_gui.learning.selection.bilevel import Learned, can_learn, learn_weights
from autoal_gui.learning.selection.pins import floors_of, hold
from autoal_gui.learning.training.linear_head import Head
from autoal_gui.strategies.candidates import candidate_scores
from autoal_gui.strategies.contract import Labelled, ModelOutputs
from autoal_gui.strategies.geometry import k_means
from autoal_gui.strategies.vote import percentiles, vote_weights

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int64]

SPREAD = "kmeans"
"""The candidate that stands for the spread-out batch itself."""
DIMENSIONS = 32  # principal components that hold nearly all of the features' spread
MOST = 20_000  # images that are clustered; of a larger pool, so many at random
SAMPLE = 2048  # images that the principal components are estimated from
DUPLICATE = 1e-3  # squared distance of unit features below which two images are taken for one


def auto_acquisition(
    outputs: ModelOutputs, head: Head | None, settings: RunSettings, check: Check = unchecked
) -> tuple[Acquisition, str]:
    """Choose a batch, and say in one sentence what it was chosen by.

    Args:
        outputs: of the unlabelled images, with the labelled ones.
        head: how the task model's last layer was fitted; None without a warm start: its own
            predictions of its labelled images are then learned by heart, and nothing is learned
            from them.
        settings: candidates, batch, seed and share of the audit.
        check: called between what takes long.
    """
    names = names_of(settings)
    standing = _standing(outputs, names)
    vote = hold(_vote(standing), floors_of(names, settings.pinned_on))
    if settings.placebo == placebo.MASKS:
        standing = placebo.scores_dealt_out(standing, outputs.image_ids, (settings.seed,))
    check()
    learned = _learned(outputs, head, settings, names, vote, check)
    weights = _weights(learned, vote, outputs, settings)
    mixed = standing @ weights
    check()
    seed = np.random.default_rng((settings.seed, _count(outputs.labelled)))
    batch, audit = _batch(outputs, mixed, settings, seed)
    acquisition = Acquisition(
        outputs.image_ids,
        names,
        standing,
        np.broadcast_to(weights, standing.shape),
        standing,
        drawn=_ranking(batch, mixed, seed),
        audit=frozenset(audit.tolist()),
        learned=_told(learned, names),
    )
    return acquisition, "" if settings.placebo else _reason(learned, names, weights)


def spread_acquisition(
    outputs: ModelOutputs, settings: RunSettings, check: Check = unchecked
) -> Acquisition:
    """Choose a batch before any model is trained: spread out, and its share of the audit."""
    alone = settings.but(candidates=(SPREAD,), pinned_on=(), pinned_off=(), placebo="")
    return auto_acquisition(outputs, None, alone, check)[0]


def names_of(settings: RunSettings) -> tuple[str, ...]:
    """Return the candidates that are weighed: the spread-out batch and those of the settings.

    Where k-means is pinned off the batch is spread all the same, but no weight flattens the tilt.
    """
    names = (SPREAD, *(name for name in settings.candidates if name != SPREAD))
    return tuple(name for name in names if name not in settings.pinned_off)


def _told(learned: Learned | None, names: tuple[str, ...]) -> LearnedWeights | None:
    """Return what the window shows of what was learned."""
    if learned is None:
        return None
    weights = tuple(zip(names, learned.weights.tolist(), strict=True))
    return LearnedWeights(weights, float(learned.gain), float(learned.error), learned.believed)


def _weights(
    learned: Learned | None, vote: Floats, outputs: ModelOutputs, settings: RunSettings
) -> Floats:
    """Return (K,) the weights of the candidates: learned where these are believed, else the vote's.

    A placebo puts others in their place.
    """
    if settings.placebo == placebo.UNIFORM:
        return vote
    if settings.placebo == placebo.FROZEN:
        return placebo.frozen_weights(len(vote), settings.seed)
    trusted = learned.weights if learned is not None and learned.believed else vote
    if settings.placebo == placebo.PERMUTED:
        return placebo.dealt_over_candidates(trusted, (settings.seed, _count(outputs.labelled)))
    return trusted


def _count(labelled: Labelled | None) -> int:
    return 0 if labelled is None else len(labelled)


def _standing(outputs: ModelOutputs, names: tuple[str, ...]) -> Floats:
    """Return S (n, K): 1 for the spread-out batch, the percentiles of the other candidates."""
    standing = np.ones((len(outputs), len(names)))
    others = [place for place, name in enumerate(names) if name != SPREAD]
    if others:
        scores = candidate_scores(outputs, [names[place] for place in others])
        standing[:, others] = percentiles(scores).T
    return standing


def _vote(standing: Floats) -> Floats:
    """Return (K,) the weights before anything has been learned: the uniform vote."""
    return vote_weights(standing.T)


def _learned(
    outputs: ModelOutputs,
    head: Head | None,
    settings: RunSettings,
    names: tuple[str, ...],
    vote: Floats,
    check: Check,
) -> Learned | None:
    """Learn the weights where there are labels enough; None where there are not."""
    known = outputs.labelled
    if head is None or known is None or not can_learn(known.labels, len(names), head.units):
        return None
    unseen = ModelOutputs(
        known.image_ids,
        known.features,
        head.out_of_fold.astype(np.float32),
        head.out_of_fold_draws(
            known.features, settings.stochastic_passes, settings.dropout, settings.seed
        ).astype(np.float32),
        outputs.wanted,
        settings.seed,
    )
    standing = _standing(unseen, names)
    if settings.placebo == placebo.MASKS:
        standing = placebo.scores_dealt_out(standing, known.image_ids, (settings.seed,))
    check()
    floors = floors_of(names, settings.pinned_on)
    selected = outputs.wanted / (len(known) + outputs.wanted)
    return learn_weights(
        known.features,
        known.labels,
        head.shares,
        standing,
        vote,
        selected=selected,
        seed=settings.seed,
        floors=floors,
        check=check,
        units=head.units,
    )


def _batch(
    outputs: ModelOutputs, mixed: Floats, settings: RunSettings, random: np.random.Generator
) -> tuple[Positions, Positions]:
    """Return the positions of the batch in the order to ask, and those of them that are audit."""
    by_id = np.argsort(outputs.image_ids)  # no draw may depend on the order of the pool
    audits = _audits(settings.audit_share, outputs.wanted, random)
    audit = random.choice(by_id, min(audits, len(by_id)), replace=False)
    rest = by_id[~np.isin(by_id, audit)]
    rest = np.sort(random.choice(rest, min(MOST, len(rest)), replace=False))
    spread = _spread(outputs, rest, mixed[rest], outputs.wanted - len(audit), settings.seed)
    batch = np.concatenate((audit, spread))
    return batch[random.permutation(len(batch))], audit


def _audits(share: float, wanted: int, random: np.random.Generator) -> int:
    """Return how many images of a batch are drawn at random: at least one, where any is.

    Of batches of one image only a share is: else nothing but chance would ever ask.
    """
    if wanted == 1:
        return int(random.random() < share)
    return max(1, round(share * wanted)) if share > 0 else 0


def _spread(
    outputs: ModelOutputs, places: Positions, mixed: Floats, wanted: int, seed: int
) -> Positions:
    """Choose images by k-means: the image nearest to each centroid.

    Each weighs s(x) times its distance from the nearest labelled image, so that a batch makes up
    for what is not labelled yet; images that coincide with a labelled one weigh nothing.
    """
    from threadpoolctl import threadpool_limits

    if wanted < 1 or len(places) <= wanted:
        return places[: max(0, wanted)]
    # One thread: more would add up in varying order, and wait for each other on a busy machine.
    with threadpool_limits(limits=1):
        points, known = _components(outputs, places)
        far = _distances(points, known)
        weights = np.where(far > 0, mixed.clip(1e-6) * far, 1e-9)
        method = k_means(wanted, seed, iterations=20)
        method.fit(points, sample_weight=weights)
    away = ((points - method.cluster_centers_[method.labels_]) ** 2).sum(1)
    away += 4.0 * (far == 0)  # unit features are never further apart
    nearest = np.lexsort((away, method.labels_))
    _, first = np.unique(method.labels_[nearest], return_index=True)
    chosen = nearest[first]
    if len(chosen) < wanted:  # where images coincide there are fewer clusters
        others = np.setdiff1d(np.arange(len(places)), chosen)
        chosen = np.concatenate((chosen, others[np.argsort(-weights[others], kind="stable")]))
    return places[chosen[:wanted]]


def _components(outputs: ModelOutputs, places: Positions) -> tuple[Floats, Floats]:
    """Return principal components of images (n, d) and of the labelled images (m, d)."""
    from scipy.linalg import eigh

    sample = outputs.features[places[:: -(-len(places) // SAMPLE)]].astype(np.float64)
    middle = sample.mean(0)
    width = sample.shape[1]
    lowest = max(0, width - DIMENSIONS)
    _, axes = eigh((sample - middle).T @ (sample - middle), subset_by_index=(lowest, width - 1))
    axes32, middle32 = axes.astype(np.float32), middle.astype(np.float32)
    points = (outputs.features[places].astype(np.float32) - middle32) @ axes32
    if outputs.labelled is None:
        return points.astype(np.float64), np.empty((0, points.shape[1]))
    known = (outputs.labelled.features.astype(np.float32) - middle32) @ axes32
    return points.astype(np.float64), known.astype(np.float64)


def _distances(points: Floats, known: Floats) -> Floats:
    """Return (n,) how far each image is from the nearest labelled one; without labels 1.

    0 where it is (nearly) the same.
    """
    from scipy.spatial import cKDTree

    if not len(known):
        return np.ones(len(points))
    far, _ = cKDTree(known).query(points)
    distances: Floats = np.where(far > DUPLICATE**0.5, far, 0.0)
    return distances


def _ranking(batch: Positions, mixed: Floats, random: np.random.Generator) -> Floats:
    """Return (n,) what the images are ranked by: the batch in its order, then chances by s(x)."""
    ranking: Floats = np.log(mixed.clip(1e-6)) + random.gumbel(size=len(mixed))
    ranking[batch] = ranking.max(initial=0.0) + np.arange(len(batch), 0, -1)
    return ranking


def _reason(learned: Learned | None, names: tuple[str, ...], weights: Floats) -> str:
    if learned is None:
        return tr(
            "Auto spreads the batch over your images; there are too few labels to learn more."
        )
    if not learned.believed:
        return tr(
            "Auto spreads the batch over your images; no strategy has shown that it does better."
        )
    best = label_of("autoal_gui.strategies", names[int(weights.argmax())])
    return tr(
        "Auto trusts {best} most: on labels held out, its weights lower the error by "
        "{gain} (± {error}) against trusting all alike.",
        best=best,
        gain=percent(learned.gain),
        error=percent(learned.error),
    )
