"""The relaxed selection and the losses of the bi-level search (Eq. 2-9)."""

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy.special import expit
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

from autoal_gui.learning.selection.mixture import threshold

Floats = npt.NDArray[np.float64]

SPREAD_FLOOR = 1e-3  # scores lie in [0, 1]; with all of them equal tau must stay above zero
STEPS = 64  # halving a bracket as often reaches as far as doubles do
CLOSE = 1e-14  # a step to the threshold, relative to it, that moves no selection


def mix(weights: Tensor, scores: Tensor) -> Tensor:
    """Return s(x) = sum_k W_k(x) S_k(x) (Eq. 2), (B,), from W (B, K) and S (B, K)."""
    return (weights * scores).sum(1)


def select(mixed: Tensor, share: float, temperature: float) -> Tensor:
    """Return p(x) = sigmoid((s(x) - theta) / tau) (Eq. 6), (B,), in (0, 1).

    Args:
        mixed: (B,) s(x).
        share: t in (0, 1), the part of the images to select.
        temperature: tau in standard deviations of s.
    """
    tau = temperature * mixed.detach().std(correction=0).clamp_min(SPREAD_FLOOR)
    return torch.sigmoid((mixed - threshold(mixed, share)) / tau)


def top_k(
    scores: Tensor, count: float | Tensor, temperature: float, among: Tensor | None = None
) -> Tensor:
    """Return p(x) = sigmoid((s(x) - theta) / tau) with theta such that sum p = count, (..., B).

    Unlike `select` it needs no count term in the loss: theta is found by bisection, and p follows
    the scores with theta moving along, by the implicit function theorem. Adding a constant to all
    scores changes nothing; equal scores are selected alike.

    Args:
        scores: (..., B) s(x), B >= 1; each row is selected from by itself.
        count: n in (0, B), how many images to select: one number, or (...) one for each row.
        temperature: tau > 0, in units of the scores; towards 0 the top n are selected.
        among: (..., B) what may be selected, all by default; p of anything else is 0. n is then
            below the number of those.

    Raises:
        ValueError: a count or the temperature is out of range.
    """
    there = torch.ones_like(scores, dtype=torch.bool) if among is None else among
    counts = torch.as_tensor(count, dtype=torch.float64, device="cpu").expand(scores.shape[:-1])
    fits = ((counts > 0) & (counts < there.sum(-1).cpu())).all()
    if not (fits and temperature > 0):
        raise ValueError("count must lie between 0 and the number of scores, temperature above 0")
    value: Tensor = _TopK.apply(scores, counts, temperature, there)
    return value


class _TopK(torch.autograd.Function):
    """dp = p (1 - p) (ds - dtheta) / tau, where dtheta is the mean of ds weighted by p (1 - p)."""

    @staticmethod
    def forward(ctx: Any, scores: Tensor, counts: Tensor, temperature: float, among: Tensor) -> Any:
        # On the CPU: some devices have no doubles, and torch's own sigmoid rounds by position, so
        # that equal scores would differ.
        there, wanted = among.cpu().numpy(), counts.numpy()
        scaled = scores.detach().cpu().double().numpy() / temperature
        # With the highest score for all the sum would be n at `high`, with the lowest at `low`.
        odds = np.log(wanted) - np.log(there.sum(-1) - wanted)
        low = np.where(there, scaled, np.inf).min(-1) - odds
        high = np.where(there, scaled, -np.inf).max(-1) - odds
        scaled = np.where(there, scaled, -np.inf)
        theta = _threshold(scaled, wanted, low, high)
        selection = torch.from_numpy(expit(scaled - theta[..., None]))
        ctx.save_for_backward(selection)
        ctx.temperature = temperature
        return selection.to(scores)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None, None]:
        (selection,) = ctx.saved_tensors
        slopes, given = selection * (1 - selection), gradient.cpu().double()
        total = slopes.sum(-1, keepdim=True).clamp_min(torch.finfo(slopes.dtype).tiny)
        # What moves all scores alike changes nothing.
        along = (slopes * given).sum(-1, keepdim=True) / total
        return (slopes * (given - along) / ctx.temperature).to(gradient), None, None, None


def _threshold(scaled: Floats, wanted: Floats, low: Floats, high: Floats) -> Floats:
    """Return (...) theta with sum sigmoid(s - theta) = n, by Newton's method within a bracket.

    Where a Newton step would leave the bracket it is halved instead.

    Args:
        scaled: (..., B) scores in units of the temperature; -inf for what may not be selected.
        wanted: (...) n.
        low: (...) below theta.
        high: (...) above theta.
    """
    theta = (low + high) / 2
    for _ in range(STEPS):
        shares = expit(scaled - theta[..., None])
        excess = shares.sum(-1) - wanted
        low, high = np.where(excess > 0, theta, low), np.where(excess > 0, high, theta)
        slope = (shares * (1 - shares)).sum(-1)
        step = np.divide(excess, slope, out=np.full_like(theta, np.inf), where=slope > 0)
        inside = (low <= theta + step) & (theta + step <= high)
        moved = np.where(inside, theta + step, (low + high) / 2)
        still, theta = np.abs(moved - theta) <= CLOSE * (1 + np.abs(theta)), moved
        if still.all():
            break
    return theta


def fit_loss(selection: Tensor, losses: Tensor) -> Tensor:
    """Return L_F = mean(p l) with p held (Eq. 7): FitNet learns what the search selects.

    Args:
        selection: (B,) p(x).
        losses: (B,) FitNet's cross-entropy.
    """
    return (selection.detach() * losses).mean()


def search_loss(selection: Tensor, losses: Tensor) -> Tensor:
    """Return -mean(p l) with l held (Eq. 8): the search selects what FitNet finds hard."""
    return -(selection * losses.detach()).mean()


def count_loss(selection: Tensor, wanted: float) -> Tensor:
    """Return L_re = |alpha / n - 1| for the soft count alpha = sum p (Eq. 8, our reading).

    As printed its sign rewards a wrong count; this grows with the relative miss.
    """
    return (selection.sum() / wanted - 1).abs()


def ranking_loss(predicted: Tensor, losses: Tensor, margin: float) -> Tensor:
    """Return L_rank, the pairwise margin ranking loss over all pairs (Eq. 9; Yoo & Kweon 2019).

    Args:
        predicted: (B,) the loss head's output.
        losses: (B,) FitNet's cross-entropy, held.
        margin: xi, in units of the predicted loss.

    Returns:
        A scalar; zero for fewer than two images.
    """
    first, second = torch.triu_indices(len(losses), len(losses), 1, device=losses.device)
    if not len(first):
        return predicted.sum() * 0
    sign = torch.sign(losses.detach()[first] - losses.detach()[second])
    return functional.margin_ranking_loss(predicted[first], predicted[second], sign, margin=margin)
