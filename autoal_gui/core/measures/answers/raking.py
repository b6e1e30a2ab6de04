"""How much of the pool each answer stands for, when a method has chosen what to ask.

Asked are the images on which a model is unsure, so that the answers are harder than the pool. Their
weights are therefore moved, as little as need be, until the answers are predicted with the same
confidence as the pool on average, and each class as often: raking, by which surveys are brought
into line with what is known of everybody (Deville & Sarndal 1992; by entropy, as here, Hainmueller
2012). What is right is never looked at.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

HELD = 10.0
"""How strongly weights are held where they were: with few answers they cannot follow the pool in
everything without a few of them counting for all (docs/RESULTS.md, table 15)."""
STEPS = 200


def standing_for(
    shares: Floats, unseen: npt.NDArray[np.floating], others: npt.NDArray[np.floating]
) -> Floats:
    """Return (m,) positive weights of the answers; the mean is 1.

    They start half from all answers alike and half from the pool images near each.

    Args:
        shares: (m,) positive with a mean of 1, how much of the pool lies nearest to each answer.
        unseen: (m, C) probabilities of the answers, each by a model that never saw it.
        others: (n, C) those of the images of the pool that have no answer.
    """
    known, pool = _told(unseen), np.concatenate((_told(unseen), _told(others)))
    spread = pool.std(0)
    used = spread > 0
    known, pool = known[:, used] / spread[used], pool[:, used] / spread[used]
    return raked((1 + shares) / 2, known - pool.mean(0))


def raked(start: Floats, apart: Floats, held: float = HELD) -> Floats:
    """Return (m,) weights with a mean of 1 under which the means of some columns are near 0.

    Of all weights w = start exp(apart @ a) they are those that minimise
    log(mean w) + held |a|^2 / (2 m): without `held` the means are 0 where any weights can do that,
    and w is then as near to `start` as can be in relative entropy.

    Args:
        start: (m,) positive.
        apart: (m, d) by how much each answer differs from what the mean is to be.
        held: not negative.
    """
    from scipy.optimize import minimize  # slow to load
    from scipy.special import logsumexp, softmax

    logs, pull = np.log(start), held / len(start)

    def loss(moved: Floats) -> tuple[float, Floats]:
        found = logs + apart @ moved
        slope = softmax(found) @ apart + pull * moved
        return float(logsumexp(found) + pull / 2 * (moved @ moved)), slope

    best = minimize(
        loss, np.zeros(apart.shape[1]), method="L-BFGS-B", jac=True, options={"maxiter": STEPS}
    )
    weights: Floats = softmax(logs + apart @ best.x) * len(start)
    return weights


def _told(probabilities: npt.NDArray[np.floating]) -> Floats:
    """Return (n, 1 + C) what is predicted of each image: how surely, and as which class."""
    likeliest = np.eye(probabilities.shape[1])[probabilities.argmax(1)]
    return np.column_stack((probabilities.max(1).astype(np.float64), likeliest))
