"""The relaxed selection and the losses of the bi-level search (Eq. 2-9)."""

import torch
from torch import Tensor
from torch.nn import functional

from autoal_gui.learning.mixture import threshold

SPREAD_FLOOR = 1e-3  # scores lie in [0, 1]; with all of them equal tau must stay above zero


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
