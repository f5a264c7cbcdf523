"""Range test: a learning rate found by a short training at a rising rate."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

from separatrix.engine.base import Data, Engine, Monitor, Plan, Run, State, Task
from separatrix.network import HEADS, SGD, Network, Optimizer, Penalty
from separatrix.train.guess import guess_loss

Array = NDArray[Any]

LOWEST, HIGHEST = 1e-5, 10.0  # rates of the test
N_EPOCHS = 100
MAX_BATCHES = 4  # of an epoch; of more rows, a sample is used
BELOW_MINIMUM = 3.0  # the loss is lowest shortly before training becomes unstable
LARGEST_ADAPTIVE = 0.1  # for optimizers that divide by the size of the gradient
LARGEST = 1.0
NO_FALL = 1e-3  # a smaller relative fall of the loss is none
LEARNED = 0.05  # of the loss of a guess, where classes are learned


def range_test(
    network: Network,
    optimizer: Optimizer,
    penalty: Penalty,
    theta: Array,
    data: Data,
    batch_size: int,
    engine: Engine,
) -> float | None:
    """Find a learning rate for a network and its rows.

    A copy of the network is trained for 100 epochs of at most four batches, while the rate rises from 1e-5 to
    10 by the same factor each step [1]_. A third of the rate at which the loss is lowest is returned, at most
    0.1, or 1 for gradient descent without adaptive steps.

    Classes that can be separated stay separated at any larger rate, so that the lowest loss shows nothing
    there. If the loss of a classification falls to 5 % of its first value and of the loss of the best
    constant prediction, the rate at which it first does is returned where that is smaller.

    Parameters
    ----------
    network : Network
    optimizer : Optimizer
        One that trains in batches.
    penalty : Penalty
    theta : ndarray of shape (n_parameters,)
        The initial parameters; they are not changed.
    data : Data
        The training rows.
    batch_size : int
    engine : Engine

    Returns
    -------
    float or None
        With two significant digits; None if the loss falls at no rate. The same arguments give the same rate.

    References
    ----------
    .. [1] Smith 2017, "Cyclical learning rates for training neural networks", section 3.3.

    Examples
    --------
    >>> from separatrix.engine import get_engine
    >>> from separatrix.network import Adam
    >>> x = np.linspace(-1, 1, 50)[:, np.newaxis]
    >>> data = Data(x, (x > 0).astype(float))
    >>> range_test(Network.mlp(1, (), 1), Adam(), Penalty(), np.zeros(2), data, 50, get_engine("numpy"))
    0.1
    """
    generator = RandomState(0)
    n_rows = MAX_BATCHES * batch_size
    if data.n_rows > n_rows:
        data = data.take(np.sort(generator.permutation(data.n_rows)[:n_rows]))
    state = State.start(theta.copy(), optimizer, generator)
    plan = Plan(network, optimizer, penalty, batch_size=batch_size, monitor=Monitor("nothing"))
    run = Run(plan, state, data)
    engine.prepare(run)
    n_steps = N_EPOCHS * run.steps_per_epoch
    rates = LOWEST * (HIGHEST / LOWEST) ** (np.arange(n_steps) / (n_steps - 1))
    (chunk,) = engine.advance([Task(run, rates)])
    loss = np.where(np.isfinite(chunk.loss), chunk.loss, np.inf)
    best = int(loss.argmin())
    if not loss[best] < loss[0] * (1 - NO_FALL):
        return None
    rate_of_epoch = rates[run.steps_per_epoch // 2 :: run.steps_per_epoch]
    largest = LARGEST if isinstance(optimizer, SGD) else LARGEST_ADAPTIVE
    limits = [largest, rate_of_epoch[best] / BELOW_MINIMUM]
    if HEADS[network.head].task == "classification":
        is_learned = loss <= LEARNED * min(loss[0], guess_loss(network.head, data.T, data.weight))
        limits += [rate_of_epoch[is_learned.argmax()]] if is_learned.any() else []
    return float(f"{min(limits):.2g}")
