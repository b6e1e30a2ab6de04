"""Mode "auto": the candidates as a tilt of a spread-out batch, trusted as far as they have shown.

A batch of the most uncertain images can be far worse than a random one, and which way of asking is
best differs from set to set (docs/RESULTS.md has the figures). So a batch tells the last layer most
about the pool, each of its images counting for s(x), the candidates' mixture, times the error that
the model expects there. "k-means" is a candidate that scores all images alike: weight on it
flattens s(x), and the search (`bilevel`) decides how much of it goes to the others. A share of
every batch is drawn at random, to measure (`Query.audit`).
"""

import numpy as np
import numpy.typing as npt

from autoal_gui.core.feature_sentences import (
    ALL_KINDS,
    NONE_BETTER,
    NOT_LEARNED,
    TOO_FEW,
    TOO_FEW_GROUPS,
    TOO_FEW_OF_A_CLASS,
    TRUSTED,
    TRUSTED_FIGURES,
)
from autoal_gui.core.queries import LearnedWeights
from autoal_gui.core.registry import english_label
from autoal_gui.core.sentences import Sentence, Sentences
from autoal_gui.core.settings import RunSettings
from autoal_gui.learning.progress import Check, unchecked
from autoal_gui.learning.selection import placebo
from autoal_gui.learning.selection.acquisition import Acquisition
from autoal_gui.learning.selection.batch import spread_out, telling
from autoal_gui.learning.selection.bilevel import (
    Lack,
    Learned,
    can_learn,
    learn_weights,
    what_lacks,
)
from autoal_gui.learning.selection.pins import floors_of, hold
from autoal_gui.learning.training.linear_head import Head
from autoal_gui.strategies.candidates import candidate_scores
from autoal_gui.strategies.contract import Labelled, ModelOutputs
from autoal_gui.strategies.vote import percentiles, vote_weights

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int64]

LACKING: dict[Lack, str] = {
    "labels": TOO_FEW,
    "of a class": TOO_FEW_OF_A_CLASS,
    "groups": TOO_FEW_GROUPS,
    "": NOT_LEARNED,
}
"""What stands behind the sentence where no weights are learned, by what is missing for that."""
SPREAD = "kmeans"
"""The candidate that stands for the spread-out batch itself."""


def auto_acquisition(
    outputs: ModelOutputs, head: Head | None, settings: RunSettings, check: Check = unchecked
) -> tuple[Acquisition, Sentences]:
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
    if settings.placebo:
        return acquisition, ()
    return acquisition, (_reason(learned, _lack(outputs, head, names), names, weights),)


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
    rest, left = by_id[~np.isin(by_id, audit)], outputs.wanted - len(audit)
    if outputs.labelled is None:
        chosen = spread_out(outputs, rest, left, random)
    else:
        chosen = telling(outputs, rest, audit, mixed, left, random)
    batch = np.concatenate((audit, chosen))
    return batch[random.permutation(len(batch))], audit


def _audits(share: float, wanted: int, random: np.random.Generator) -> int:
    """Return how many images of a batch are drawn at random: at least one, where any is.

    Of batches of one image only a share is: else nothing but chance would ever ask.
    """
    if wanted == 1:
        return int(random.random() < share)
    return max(1, round(share * wanted)) if share > 0 else 0


def _ranking(batch: Positions, mixed: Floats, random: np.random.Generator) -> Floats:
    """Return (n,) what the images are ranked by: the batch in its order, then chances by s(x)."""
    ranking: Floats = np.log(mixed.clip(1e-6)) + random.gumbel(size=len(mixed))
    ranking[batch] = ranking.max(initial=0.0) + np.arange(len(batch), 0, -1)
    return ranking


def _lack(outputs: ModelOutputs, head: Head | None, names: tuple[str, ...]) -> Lack:
    """Say what is missing to learn weights; "" also where nothing could be learned from labels."""
    known = outputs.labelled
    if known is None:
        return "labels"
    return "" if head is None else what_lacks(known.labels, len(names), head.units)


def _reason(
    learned: Learned | None, lack: Lack, names: tuple[str, ...], weights: Floats
) -> Sentence:
    if learned is None:
        return Sentence(ALL_KINDS, details=LACKING[lack])
    if not learned.believed:
        return Sentence(ALL_KINDS, details=NONE_BETTER)
    best = names[int(weights.argmax())]
    words = {"best": english_label("autoal_gui.strategies", best)}
    figures = {"gain": learned.gain, "error": learned.error}
    return Sentence(ALL_KINDS if best == SPREAD else TRUSTED, words, figures, TRUSTED_FIGURES)
