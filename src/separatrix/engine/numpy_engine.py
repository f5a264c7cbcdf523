"""The reference engine: every formula of training once, as a line of matrix arithmetic.

The compiled engine is tested against it, and it is used where there is no compiler. Rows are the first axis;
``x``, ``z``, ``a`` are a layer's input, weighted sum and output, and ``dz``, ``dw``, ``db``, ``dx``
derivatives with respect to them. Sparse rows need no extra code: they have ``@`` and ``.T``, too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, assert_never

import numpy as np
from numpy.typing import NDArray

from separatrix.data.coded_rows import CodedRows
from separatrix.engine.base import (
    NEEDS_ALL_ROWS,
    Chunk,
    Data,
    Halt,
    Objective,
    Plan,
    Run,
    State,
    Task,
    is_finite,
    mix32,
    uniform_hash,
)
from separatrix.errors import ParameterError
from separatrix.network import (
    ACTIVATIONS,
    HEADS,
    LBFGS,
    SGD,
    Adagrad,
    Adam,
    AdamW,
    Dense,
    Lion,
    Network,
    Optimizer,
    RMSprop,
    Slice,
)
from separatrix.network.embedding import frequency_gradient, sines_and_cosines
from separatrix.network.heads import weighted_mean

Array = NDArray[Any]

BLOCK = 4096  # rows evaluated at once, which bounds the memory of the hidden layers
_ROW_STRIDE = np.uint32(0x9E3779B9)


def layer_outputs(network: Network, theta: Array, X: Any) -> list[Array]:
    """Return the outputs of every layer: the hidden activations, then the logits.

    Parameters
    ----------
    network : Network
    theta : ndarray of shape (..., n_parameters)
        One network, or any number of them.
    X : ndarray of shape (..., n_rows, n_in), or scipy.sparse CSR of shape (n_rows, n_in)
        Leading dimensions are broadcast against those of `theta`; sparse rows need a single network.

    Returns
    -------
    list of ndarray of shape (..., n_rows, units)
        One for each layer.

    Examples
    --------
    >>> net = Network.mlp(1, (2,), 1, activation="relu")
    >>> theta = np.array([1.0, -1.0, 0.0, 0.0, 2.0, 3.0, 0.5])
    >>> [a.tolist() for a in layer_outputs(net, theta, np.array([[4.0]]))]
    [[[4.0, 0.0]], [[8.5]]]
    >>> layer_outputs(net, np.stack([theta, 2 * theta]), np.array([[4.0]]))[-1].tolist()
    [[[8.5]], [[33.0]]]
    """
    return [a for _, a in layer_sums_and_outputs(network, theta, X)]


def layer_sums_and_outputs(network: Network, theta: Array, X: Any) -> Iterator[tuple[Array, Array]]:
    """Yield the sums ``z`` and outputs ``a`` of one layer after the other, as `layer_outputs` has them."""
    weights, biases = network.split(theta)
    inputs = with_embedding(network, theta, X)
    return _sums_and_outputs(network, weights, biases, _affine(inputs, weights[0], biases[0]))


def with_embedding(network: Network, theta: Array, X: Any) -> Any:
    """Return what the first layer gets: the sines and cosines of the embedding, then the inputs.

    Examples
    --------
    >>> from separatrix.network import PeriodicEmbedding
    >>> net = Network.mlp(1, (), 1, embedding=PeriodicEmbedding(1))
    >>> with_embedding(net, np.array([0.25, 1.0, 1.0, 1.0, 0.0]), np.array([[1.0], [2.0]])).round(3)
    array([[ 1.,  0.,  1.],
           [ 0., -1.,  2.]])
    """
    if network.embedding is None:
        return X
    frequencies, columns = theta[..., network.frequencies], list(network.embedded)
    if isinstance(X, CodedRows) and theta.ndim == 1 and max(columns) < X.dense.shape[1]:
        return X.with_dense(sines_and_cosines(frequencies, X.dense[:, columns]))
    rows = X.toarray() if hasattr(X, "toarray") else X
    first = sines_and_cosines(frequencies, rows[..., columns])
    return np.concatenate([first, np.broadcast_to(rows, (*first.shape[:-1], network.n_in))], axis=-1)


def sums_and_outputs_from(network: Network, theta: Array, z: Array) -> Iterator[tuple[Array, Array]]:
    """Yield the sums and outputs of every layer, given the sums ``z`` of the first.

    Parameters
    ----------
    network : Network
    theta : ndarray of shape (..., n_parameters)
    z : ndarray of shape (..., n_rows, units)

    Yields
    ------
    z, a : ndarray of shape (..., n_rows, units)

    Examples
    --------
    >>> net = Network.mlp(1, (2,), 1, activation="relu")
    >>> theta = np.array([1.0, -1.0, 0.0, 0.0, 2.0, 3.0, 0.5])
    >>> [a.tolist() for _, a in sums_and_outputs_from(net, theta, np.array([[4.0, -4.0]]))]
    [[[4.0, 0.0]], [[8.5]]]
    """
    return _sums_and_outputs(network, *network.split(theta), z)


def forward(network: Network, theta: Array, X: Any) -> Array:
    """Return the logits, computed in blocks of rows.

    Parameters
    ----------
    network : Network
    theta : ndarray of shape (n_parameters,)
    X : ndarray or scipy.sparse CSR of shape (n_rows, n_in)

    Returns
    -------
    ndarray of shape (n_rows, n_out)
        The head's `output` turns them into probabilities or numbers.

    Examples
    --------
    >>> net = Network.mlp(2, (), 1, head="binary")
    >>> forward(net, np.array([1.0, 2.0, 0.5]), np.array([[1.0, 1.0], [0.0, -1.0]]))
    array([[ 3.5],
           [-1.5]])
    """
    if X.shape[0] <= BLOCK:
        return layer_outputs(network, theta, X)[-1]
    starts = range(0, X.shape[0], BLOCK)
    return np.concatenate([layer_outputs(network, theta, X[i : i + BLOCK])[-1] for i in starts])


def batch_gradient(
    plan: Plan, theta: Array, X: Any, T: Array, weight: Array | None = None, step: int | None = None
) -> tuple[float, float, Array]:
    """Return the objective of one batch, its loss as reported, and the objective's gradient.

    The objective is ``(sum_r weight_r loss_r + l2 / 2 |W|^2 + l1 |W|) / sum_r weight_r``. The reported loss
    differs where the head averages over its outputs.

    Parameters
    ----------
    plan : Plan
    theta : ndarray of shape (n_parameters,)
    X, T, weight :
        A batch's rows, as in `Data`; the weights must not all be zero.
    step : int or None
        Number of the step, which dropout depends on; None means no dropout.

    Returns
    -------
    objective, reported_loss : float
    gradient : ndarray of shape (n_parameters,)
    """
    head = HEADS[plan.network.head]
    l2, l1 = plan.penalty.l2, plan.penalty.l1
    total = _total_weight(T, weight)
    gradient = np.empty_like(theta)
    layers = list(zip(_layers(plan.network, theta), _layers(plan.network, gradient), strict=True))

    tape, x = [], with_embedding(plan.network, theta, X)
    for number, ((layer, w, b), _) in enumerate(layers):
        z = _affine(x, w, b)
        a = ACTIVATIONS[layer.activation].value(z)
        kept = dropout_factors(plan, number, len(T), step).astype(theta.dtype)
        tape.append((x, z, a, kept))
        x = a * kept

    losses, dx = head.loss(x, T), head.dz(x, T)  # the last layer's outputs are the logits
    if weight is not None:
        losses = losses * weight
        dx = dx * weight[:, np.newaxis]
    penalty = 0.0
    for ((layer, w, _), (_, dw, db)), (x, z, a, kept) in zip(reversed(layers), reversed(tape), strict=True):
        dz = dx * kept * ACTIVATIONS[layer.activation].derivative(z, a)
        dw[:] = (x.T @ dz + l2 * w + l1 * np.sign(w)) / total
        if layer.use_bias:
            db[:] = dz.sum(axis=0) / total
        if x is not X:
            dx = dz @ w.T
        penalty += l2 / 2 * float((w * w).sum()) + l1 * float(np.abs(w).sum())

    if plan.network.embedding is not None:
        _embedding_gradient(plan.network, tape[0][0], dx, gradient)
        gradient[plan.network.frequencies] /= total

    loss = float(losses.sum(dtype=np.float64))
    reported = loss / plan.network.n_out if head.averages_outputs else loss
    return (loss + penalty) / total, (reported + penalty) / total, gradient


def dropout_factors(plan: Plan, number: int, n_rows: int, step: int | None) -> Array:
    """Return the factors on the outputs of layer `number` (from 0): 0 where dropped, else ``1 / (1 - p)``.

    An array of shape (n_rows, units), or (1, 1) if nothing is dropped or `step` is None.
    """
    layer = plan.network.layers[number]
    if step is None or layer.dropout == 0:
        return np.ones((1, 1))
    keys = [uniform_hash(plan.dropout_seed, step, number, unit) for unit in range(layer.units)]
    rows = np.arange(n_rows, dtype=np.uint32)[:, np.newaxis]
    is_kept = mix32(np.array(keys, np.uint32) + rows * _ROW_STRIDE) >= math.floor(layer.dropout * 2**32)
    return is_kept / (1 - layer.dropout)


def take_step(
    optimizer: Optimizer, state: State, gradient: Array, rate: float, slices: Sequence[Slice] = ()
) -> None:
    """Move ``theta`` by one step; the formulas are documented in `separatrix.network.optimizers`.

    `slices` are those of `optimizer.slices`.
    """
    theta, g = state.theta, gradient
    match optimizer:
        case SGD(momentum=momentum):
            (v,) = state.slots
            v[:] = momentum * v - rate * g
            theta += momentum * v - rate * g if optimizer.nesterovs_momentum else v
        case Adam(beta_1=beta_1, beta_2=beta_2) | AdamW(beta_1=beta_1, beta_2=beta_2):
            m, v = state.slots
            m[:] = beta_1 * m + (1 - beta_1) * g
            v[:] = beta_2 * v + (1 - beta_2) * (g * g)
            state.powers *= beta_1, beta_2
            correction_1, correction_2 = (1 - state.powers).tolist()
            root = math.sqrt(correction_2)
            rates, decays = slice_factors(slices, theta)
            if isinstance(optimizer, AdamW):
                theta -= rate * rates * (optimizer.weight_decay * decays) * theta
            hat = isinstance(optimizer, Adam) and optimizer.epsilon_hat
            epsilon = optimizer.epsilon if hat else optimizer.epsilon * root
            theta -= rate * rates * root / correction_1 * m / (np.sqrt(v) + epsilon)
        case RMSprop(rho=rho):
            (v,) = state.slots
            v[:] = rho * v + (1 - rho) * (g * g)
            theta -= rate * g / (np.sqrt(v) + optimizer.epsilon)
        case Adagrad():
            (v,) = state.slots
            v += g * g
            theta -= rate * g / (np.sqrt(v) + optimizer.epsilon)
        case Lion(beta_1=beta_1, beta_2=beta_2):
            (m,) = state.slots
            theta -= rate * (np.sign(beta_1 * m + (1 - beta_1) * g) + optimizer.weight_decay * theta)
            m[:] = beta_2 * m + (1 - beta_2) * g
        case LBFGS():
            raise ParameterError("optimizer", NEEDS_ALL_ROWS)
        case _:
            assert_never(optimizer)


def slice_factors(slices: Sequence[Slice], theta: Array) -> tuple[Any, Any]:
    """Return the factors on rate and decay of each parameter; 1 without slices.

    Examples
    --------
    >>> slice_factors([Slice(0, 2, 1.0, 0.5), Slice(2, 3, 2.0, 0.0)], np.zeros(3))
    (array([1., 1., 2.]), array([0.5, 0.5, 0. ]))
    """
    if not slices:
        return 1.0, 1.0
    sizes = [part.stop - part.start for part in slices]
    factors = np.repeat(np.array([(part.rate, part.decay) for part in slices], theta.dtype), sizes, axis=0)
    return factors[:, 0], factors[:, 1]


def train_epoch(run: Run, rates: Array) -> float:
    """Take one step for each batch of the next epoch and return the running mean of their losses.

    A batch whose rows all have weight 0 changes nothing and counts as loss 0.
    """
    data, state = run.data, run.state
    total_loss = 0.0
    slices = run.plan.optimizer.slices(run.plan.network)
    for rows, rate in zip(_next_batches(run), rates.tolist(), strict=True):
        T, weight = data.T[rows], None if data.weight is None else data.weight[rows]
        if _total_weight(T, weight) > 0:
            _, loss, gradient = batch_gradient(run.plan, state.theta, data.X[rows], T, weight, state.step)
            take_step(run.plan.optimizer, state, gradient, rate, slices)
            total_loss += loss * len(T)
        state.step += 1
    state.epoch += 1
    return total_loss / data.n_rows


class NumpyEngine:
    """The `Engine` that needs only NumPy; see `separatrix.engine.base.Engine`."""

    name = "numpy"

    def prepare(self, run: Run) -> None:
        """Do nothing: there is nothing to compile."""

    def advance(self, tasks: Sequence[Task], n_threads: int = 1) -> list[Chunk]:
        """Advance every task's run, in place, one after the other."""
        with np.errstate(all="ignore"):  # divergence is reported as a value
            return [_advance(task) for task in tasks]

    def loss_and_gradient(self, plan: Plan, theta: Array, data: Data) -> tuple[float, Array]:
        """Return the objective over all rows and its gradient, without dropout."""
        with np.errstate(all="ignore"):
            objective, _, gradient = batch_gradient(plan, theta, data.X, data.T, data.weight)
        return objective, gradient

    def objective(self, plan: Plan, data: Data, dtype: Any) -> Objective:
        """Return `loss_and_gradient` as a function of ``theta``."""
        return lambda theta: self.loss_and_gradient(plan, theta, data)

    def loss_and_score(self, network: Network, theta: Array, data: Data) -> tuple[float, float]:
        """Return weighted mean loss as reported (without penalty) and score, as in `Chunk`."""
        head = HEADS[network.head]
        with np.errstate(all="ignore"):
            z = forward(network, theta, data.X)
            loss = weighted_mean(head.loss(z, data.T), data.weight)
            score = head.score(z, data.T, data.weight)
        return loss / network.n_out if head.averages_outputs else loss, score


def _advance(task: Task) -> Chunk:
    run, engine = task.run, NumpyEngine()
    plan, state = run.plan, run.state
    loss: list[float] = []
    training: list[tuple[float, float]] = []
    validation: list[tuple[float, float]] = []
    snapshots: list[Array] = []
    halt: Halt | None = None
    for rates in task.rates.reshape(task.n_epochs, run.steps_per_epoch):
        before = state.theta.copy()
        loss.append(train_epoch(run, rates))
        if run.track_training:
            training.append(engine.loss_and_score(plan.network, state.theta, run.data))
        if run.validation is not None:
            validation.append(engine.loss_and_score(plan.network, state.theta, run.validation))
        if state.epoch in task.snapshots:
            snapshots.append(state.theta.copy())
        value = plan.monitor.value(loss[-1], *(validation[-1] if validation else ()))
        # The loss of a full batch was computed before its only step.
        is_before = plan.monitor.quantity == "loss" and run.steps_per_epoch == 1
        is_stalled = value is not None and state.update_best(
            value, before if is_before else state.theta, plan.monitor
        )
        is_good = math.isfinite(loss[-1]) and loss[-1] <= plan.loss_limit
        if not (is_good and is_finite(state.theta)):
            halt = "diverged"
        elif is_stalled:
            halt = "stalled"
        if halt is not None:
            break
    train_loss, train_score = np.array(training).reshape(-1, 2).T
    validation_loss, validation_score = np.array(validation).reshape(-1, 2).T
    copies = np.array(snapshots, state.theta.dtype).reshape(-1, len(state.theta))
    return Chunk(np.array(loss), train_loss, train_score, validation_loss, validation_score, copies, halt)


def _next_batches(run: Run) -> list[Any]:
    """Draw the next epoch's order and cut it into batches: slices, or arrays of row indices."""
    n_rows, state, order = run.data.n_rows, run.state, run.plan.order
    slices = [slice(i, i + run.batch_size) for i in range(0, n_rows, run.batch_size)]
    if order == "replacement":
        state.rows = state.random_state.randint(0, n_rows, n_rows).astype(np.int32)
    elif order == "sequential" or len(slices) == 1:
        return list(slices)
    else:
        if not state.rows.size:
            state.rows = np.arange(n_rows, dtype=np.int32)
        state.random_state.shuffle(state.rows)
    return [state.rows[s] for s in slices]


def _layers(network: Network, theta: Array) -> Iterator[tuple[Dense, Array, Array]]:
    """Return each layer with views of its weights and biases in `theta`."""
    return zip(network.layers, *network.split(theta), strict=True)


def _sums_and_outputs(
    network: Network, weights: list[Array], biases: list[Array], z: Array
) -> Iterator[tuple[Array, Array]]:
    for number, layer in enumerate(network.layers, 1):
        a = ACTIVATIONS[layer.activation].value(z)
        yield z, a
        if number < len(weights):
            z = _affine(a, weights[number], biases[number])


def _affine(x: Any, w: Array, b: Array) -> Array:
    """Return ``x W + b`` for ``x`` (..., n_rows, n_in), ``W`` (..., n_in, n_out) and ``b`` (..., n_out)."""
    z: Array = x @ w
    return z + (b[..., np.newaxis, :] if b.ndim > 1 else b) if b.size else z


def _embedding_gradient(network: Network, inputs: Any, dx: Array, gradient: Array) -> None:
    """Write the sum of the frequencies' gradient, from what the first layer got and its derivative."""
    n = network.n_embedded
    rows = inputs.dense if isinstance(inputs, CodedRows) else inputs
    x = rows[:, n:][:, list(network.embedded)]
    gradient[network.frequencies] = frequency_gradient(x, rows[:, :n], dx[:, :n])


def _total_weight(T: Array, weight: Array | None) -> float:
    return float(len(T) if weight is None else weight.sum())
