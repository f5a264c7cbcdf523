"""Divergence: whether a training made its network worse, and which parameters are kept then.

Losses are compared on the training objective, penalty included, without dropout. Two rules, both relative to
the usual loss, the larger of the loss of the first parameters and that of parameters that are all 0:

- an epoch whose mean loss is `EXPLODED` times the usual loss ends training at once;
- a training that ends no better than its first parameters has diverged. Few rows are compared, and many where
  the few are no better: they may be so by chance. Where the first parameters had been trained before, an
  epoch may well end a little worse: then only an end at `LOST` times the usual loss counts. Where they had
  been trained on other rows, as in ``partial_fit``, nothing is compared.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from separatrix.engine.base import Data, Run
from separatrix.engine.numpy_engine import forward
from separatrix.network import HEADS
from separatrix.network.heads import weighted_mean

Array = NDArray[Any]
First = Literal["untrained", "trained", "of other rows"]

EXPLODED = 1e8
LOST = 10.0
FEW_ROWS = 256  # a forward pass of them takes 20 µs
MANY_ROWS = 10_000
GOLDEN = (math.sqrt(5) - 1) / 2


def sample_rows(data: Data, n_rows: int) -> Data:
    """Return copies of up to `n_rows` rows, evenly spread.

    They are not at equal distances: where classes alternate, all would be of one class.

    Examples
    --------
    >>> data = Data(np.zeros((400, 1)), np.tile([0.0, 1.0], 200)[:, np.newaxis])
    >>> round(float(sample_rows(data, 100).T.mean()), 1)
    0.5
    """
    return data.take(_spread_rows(data.n_rows, n_rows))


@lru_cache(maxsize=64)
def _spread_rows(n_rows: int, most: int) -> Array:
    """Return the indices of up to `most` of the rows, read-only: a search asks for the same ones again."""
    if n_rows > most:
        places = np.arange(most) * GOLDEN % 1.0  # Weyl's sequence
        rows = np.unique((places * n_rows).astype(np.intp))
    else:
        rows = np.arange(n_rows)
    rows.flags.writeable = False
    return rows


def objective(run: Run, theta: Array, rows: Data) -> float:
    """Return loss and penalty of rows, infinite if it is not finite."""
    # Not by the engine of the training: the compiled one would have to compile another kernel for it.
    with np.errstate(all="ignore"):
        network = run.plan.network
        head = HEADS[network.head]
        loss = weighted_mean(head.loss(forward(network, theta, rows.X), rows.T), rows.weight)
        loss = (loss / network.n_out if head.averages_outputs else loss) + _penalty(run, theta)
    return loss if math.isfinite(loss) else math.inf


class Judge:
    """Judges whether a training has diverged, by some of its rows.

    Parameters
    ----------
    run : Run
        Before its first step. Its plan is given the loss at which an engine halts.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.rows = sample_rows(run.data, FEW_ROWS)  # copied: a buffer of a stream is filled again
        self.first = objective(run, run.state.first_theta, self.rows)
        self.usual = max(self.first, _loss_of_zeros(run, self.rows))
        run.plan = replace(run.plan, loss_limit=EXPLODED * self.usual if self.usual > 0.0 else math.inf)

    def is_no_better(self, theta: Array, first: First) -> bool:
        """Return whether parameters are no better than the first ones; see `LoopSettings.first`."""
        if first == "of other rows":
            return False
        loss = objective(self.run, theta, self.rows)
        if first == "trained":
            return not loss <= LOST * self.usual  # NaN, too
        if loss < self.first or not self.first > 0.0:
            return False
        many = sample_rows(self.run.data, MANY_ROWS)
        return objective(self.run, theta, many) >= objective(self.run, self.run.state.first_theta, many)


def _loss_of_zeros(run: Run, rows: Data) -> float:
    """Return the loss of parameters that are all 0."""
    head, n_out = HEADS[run.plan.network.head], run.plan.network.n_out
    with np.errstate(all="ignore"):
        losses = head.loss(np.zeros((rows.n_rows, n_out), rows.T.dtype), rows.T)
        loss = weighted_mean(losses, rows.weight)
    return loss if math.isfinite(loss) else 0.0


def _penalty(run: Run, theta: Array) -> float:
    """Return the penalty of a batch."""
    penalty = run.plan.penalty
    if not (penalty.l2 or penalty.l1):
        return 0.0
    weights = run.plan.network.split(theta)[0]
    total = sum(penalty.l2 / 2 * float(np.vdot(w, w)) + penalty.l1 * float(np.abs(w).sum()) for w in weights)
    return total / run.batch_size
