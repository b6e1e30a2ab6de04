"""What a round asks for: candidates, weights and scores over the pool, and the panel's figures."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

from autoal_gui.core.errors import AutoALError
from autoal_gui.core.language import tr
from autoal_gui.core.messages import Progress
from autoal_gui.core.queries import LearnedWeights, Query
from autoal_gui.core.registry import discover
from autoal_gui.core.settings import RunSettings
from autoal_gui.learning.data.context import Context
from autoal_gui.learning.data.passes import passed
from autoal_gui.learning.model.networks import SearchNet
from autoal_gui.learning.selection import placebo
from autoal_gui.learning.selection.pins import floors_of, hold
from autoal_gui.learning.training.training import DIVERGED
from autoal_gui.strategies.candidates import candidate_scores, top_masks
from autoal_gui.strategies.contract import ModelOutputs, Policy, rank, top
from autoal_gui.strategies.vote import percentiles, vote_weights

Array = npt.NDArray[np.float64]
DECIMALS = 9  # of scores: finer than the ranks of any pool, coarser than a sum's rounding


@dataclass(frozen=True)
class Acquisition:
    """Scores and weights of the candidates over n images."""

    image_ids: npt.NDArray[np.int64]
    """(n,)."""
    candidates: tuple[str, ...]
    """K names."""
    scores: Array
    """S (n, K), in [0, 1]."""
    weights: Array
    """W (n, K), positive, rows sum to 1."""
    order: Array
    """(n, K) mid-rank percentiles of the candidates, which break ties."""
    predicted_loss: Array | None = None
    """(n,) of the loss head, where there is one."""
    drawn: Array | None = None
    """(n,) what ranks the images in place of s(x), where chance decides; ties by image id."""
    audit: frozenset[int] = frozenset()
    """Positions of images drawn at random, to measure."""
    learned: LearnedWeights | None = None
    """What was learned of the weights in a mode that need not trust it."""

    @property
    def mixed(self) -> Array:
        """s(x) = sum_k W_k S_k (Eq. 2), (n,)."""
        return _row_sums(self.weights * self.scores)

    def positions(self) -> npt.NDArray[np.int64]:
        """Rank the images: by s(x), then by the W-weighted mean rank, then by image id.

        Images that all candidates pick are equal; the rounding of W must not order them.
        """
        if self.drawn is not None:
            return top(self.drawn, self.image_ids, len(self.drawn))
        order = _row_sums(self.weights * self.order)
        return rank(self.mixed.round(DECIMALS), order.round(DECIMALS), self.image_ids)

    def shares(self) -> tuple[tuple[str, float], ...]:
        """Return the panel's strategy weights: mean over the pool of W_k S_k, normalised (Fig. 5).

        Empty without images.
        """
        if not len(self.image_ids):
            return ()
        held = (self.weights * self.scores).mean(0)
        return self._named(held / held.sum() if held.sum() > 0 else self.weights.mean(0))

    def plain_weights(self) -> tuple[tuple[str, float], ...]:
        """Return the mean of W_k over the pool; empty without images."""
        if not len(self.image_ids):
            return ()
        return self._named(self.weights.mean(0))

    def queries(self, positions: npt.NDArray[np.int64]) -> tuple[Query, ...]:
        """Say for some images why they are asked for."""
        mixed = self.mixed
        return tuple(self._query(int(i), float(mixed[i])) for i in positions)

    def _query(self, position: int, mixed: float) -> Query:
        scores, weights = self.scores[position].tolist(), self.weights[position].tolist()
        loss = None if self.predicted_loss is None else float(self.predicted_loss[position])
        strategies = tuple(zip(self.candidates, scores, weights, strict=True))
        audit = position in self.audit
        return Query(int(self.image_ids[position]), mixed, strategies, loss, audit)

    def _named(self, values: Array) -> tuple[tuple[str, float], ...]:
        return tuple(zip(self.candidates, values.tolist(), strict=True))


def searched_acquisition(
    context: Context, net: SearchNet, outputs: ModelOutputs
) -> Generator[Progress, None, Acquisition]:
    """Mode "paper": SearchNet weighs the candidates' top picks, S_k in {0, 1}."""
    settings = context.settings
    candidates = settings.weighed
    scores = candidate_scores(outputs, candidates)
    ids = outputs.image_ids
    weights, predicted = yield from _weigh(context, net, ids.tolist())
    masks, order = top_masks(scores, ids, outputs.wanted), percentiles(scores).T
    seed = _placebo_seed(settings, outputs)
    if settings.placebo == placebo.UNIFORM:
        weights = _uniform_weights(scores, candidates, settings.pinned_on)
    elif settings.placebo == placebo.FROZEN:
        frozen = placebo.frozen_weights(len(candidates), settings.seed)
        weights = np.broadcast_to(frozen, weights.shape)
    elif settings.placebo == placebo.PERMUTED:
        weights = placebo.dealt_over_images(weights, ids, seed)
    elif settings.placebo == placebo.MASKS:
        masks, order = (placebo.scores_dealt_out(v, ids, seed) for v in (masks, order))
    if settings.ablation == "backbone":
        return Acquisition(ids, candidates, masks, weights, order)
    drawn = predicted if settings.ablation == "loss head" else None
    return Acquisition(ids, candidates, masks, weights, order, predicted, drawn)


def _placebo_seed(settings: RunSettings, outputs: ModelOutputs) -> tuple[int, ...]:
    """Return what a placebo is drawn with: another draw in each round."""
    return settings.seed, len(outputs)


def voted_acquisition(
    outputs: ModelOutputs, candidates: tuple[str, ...], pinned: tuple[str, ...] = ()
) -> Acquisition:
    """Mode "vote" and single strategies: the same weights for all images, S_k the percentile."""
    scores = candidate_scores(outputs, candidates)
    order = percentiles(scores).T
    weights = _uniform_weights(scores, candidates, pinned)
    return Acquisition(outputs.image_ids, candidates, order, weights, order)


def _uniform_weights(scores: Array, candidates: tuple[str, ...], pinned: tuple[str, ...]) -> Array:
    """Return (n, K) weights of the uniform vote, the same for all images, from scores (K, n)."""
    shared = hold(vote_weights(scores), floors_of(candidates, pinned))
    return np.broadcast_to(shared, scores.T.shape)


def policy_acquisition(
    outputs: ModelOutputs, policy: str, candidates: tuple[str, ...]
) -> Acquisition:
    """A policy's mode: it weighs the candidates and draws among them; s(x) is what it drew with."""
    module = cast(Policy, discover("autoal_gui.strategies")[policy])
    draw = module.draw(outputs, candidates)
    return Acquisition(
        outputs.image_ids,
        draw.candidates,
        draw.scores,
        draw.weights,
        draw.scores,
        drawn=draw.ranking,
    )


def _weigh(
    context: Context, net: SearchNet, ids: list[int]
) -> Generator[Progress, None, tuple[Array, Array]]:
    """One pass of SearchNet: W (n, K) and predicted losses (n,).

    Raises:
        AutoALError: the search has left weights that are no numbers.
    """
    candidates = context.settings.weighed
    weights = np.empty((len(ids), len(candidates)))
    losses = np.empty(len(ids))
    done = 0
    for chunk, (found, loss) in passed(context, net, ids):
        places = slice(done, done + len(chunk))
        weights[places] = found.cpu().double().numpy()
        losses[places] = loss.cpu().double().numpy()
        done += len(chunk)
        yield context.tracker.advance("scoring", done, len(ids), len(chunk))
    if not (np.isfinite(weights).all() and np.isfinite(losses).all()):
        raise AutoALError(tr(DIVERGED))  # in the last step, whose loss was still a number
    weights = weights / weights.sum(1, keepdims=True)  # float32 sums to 1 but nearly
    return hold(weights, floors_of(candidates, context.settings.pinned_on)), losses


def _row_sums(values: Array) -> Array:
    """Sum rows column by column: a row's sum then never depends on where the row stands."""
    sums = np.zeros(len(values))
    for column in values.T:
        sums += column
    return sums
