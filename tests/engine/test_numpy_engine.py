from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import RandomState
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import accuracy_score, r2_score
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.utils import shuffle

from separatrix.engine import numpy_engine
from separatrix.engine.base import Chunk, Data, Monitor, Plan, Run, State, Task, mix32, uniform_hash
from separatrix.engine.numpy_engine import (
    NumpyEngine,
    batch_gradient,
    dropout_factors,
    forward,
    layer_outputs,
    layer_sums_and_outputs,
    sums_and_outputs_from,
    take_step,
)
from separatrix.errors import ParameterError
from separatrix.network import (
    ACTIVATIONS,
    HEADS,
    LBFGS,
    OPTIMIZERS,
    SGD,
    Adam,
    AdamW,
    Lion,
    Network,
    Penalty,
    PeriodicEmbedding,
    initial_theta,
)

Array = NDArray[Any]
ENGINE = NumpyEngine()
REFERENCE = json.loads(
    Path(__file__).parents[1].joinpath("reference", "torch_reference.json").read_text("utf-8")
)
STOCHASTIC = [kind for kind in OPTIMIZERS.values() if kind is not LBFGS]
every_head = pytest.mark.parametrize("head", HEADS)


def network(head: str, activation: str = "tanh", **options: Any) -> Network:
    return Network.mlp(3, (4, 5), 1 if head == "binary" else 3, activation=activation, head=head, **options)


def rows_for(net: Network, n_rows: int = 30, seed: int = 0) -> Data:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_rows, net.n_in))
    if net.head == "multiclass":
        T = rng.integers(0, net.n_out, (n_rows, 1))
    elif net.head == "regression":
        T = rng.normal(size=(n_rows, net.n_out))
    else:
        T = rng.integers(0, 4 if net.head == "poisson" else 2, (n_rows, net.n_out))
    return Data(X, T.astype(float), rng.uniform(0.1, 3.0, n_rows))


def start(plan: Plan, data: Data, seed: int = 0, dtype: type = np.float64, **options: Any) -> Run:
    generator = RandomState(seed)
    theta = initial_theta(plan.network, "glorot", generator, dtype)
    return Run(plan, State.start(theta, plan.optimizer, generator), data, **options)


def advance(run: Run, n_epochs: int, rate: float = 0.05, snapshots: tuple[int, ...] = ()) -> Chunk:
    task = Task(run, np.full(n_epochs * run.steps_per_epoch, rate), np.array(snapshots, np.int64))
    return ENGINE.advance([task])[0]


# The gradient


def central_differences(plan: Plan, theta: Array, data: Data, step: int | None) -> Array:
    def objective(at: Array) -> float:
        return batch_gradient(plan, at, data.X, data.T, data.weight, step)[0]

    h = 1e-6
    return np.array([(objective(theta + d) - objective(theta - d)) / (2 * h) for d in h * np.eye(len(theta))])


@every_head
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(
    ("options", "step"),
    [
        ({}, None),
        ({"fit_intercept": False}, None),
        ({"dropout": 0.4}, 3),
        ({"embedding": PeriodicEmbedding(2, 0.5, (1,))}, None),
    ],
)
def test_gradient_is_the_slope_of_the_objective(
    head: str, activation: str, options: dict[str, Any], step: int | None
) -> None:
    n_out = 1 if head == "binary" else 3
    net = Network.mlp(3, (3, 2), n_out, activation=activation, head=head, **options)
    plan = Plan(net, Adam(), Penalty(l2=0.3, l1=0.2), dropout_seed=5)
    data = rows_for(net, n_rows=6)
    theta = initial_theta(net, "glorot", RandomState(1))
    gradient = batch_gradient(plan, theta, data.X, data.T, data.weight, step)[2]
    np.testing.assert_allclose(gradient, central_differences(plan, theta, data, step), rtol=1e-6, atol=2e-8)


@every_head
def test_objective_is_weighted_mean_loss_and_penalty_on_weights_alone(head: str) -> None:
    net = network(head)
    data, theta = rows_for(net), initial_theta(net, "glorot", RandomState(1))
    objective, reported, _ = batch_gradient(
        Plan(net, Adam(), Penalty(l2=0.3, l1=0.2)), theta, data.X, data.T, data.weight
    )
    w = np.concatenate([weight.ravel() for weight in net.split(theta)[0]])
    penalty = (0.15 * w @ w + 0.2 * abs(w).sum()) / data.weight.sum()
    loss = np.average(HEADS[head].loss(forward(net, theta, data.X), data.T), weights=data.weight)
    assert objective == pytest.approx(loss + penalty, rel=1e-13)
    share = net.n_out if head == "regression" else 1
    assert reported == pytest.approx(loss / share + penalty, rel=1e-13)


@given(st.sampled_from(list(HEADS)), st.integers(0, 2**32 - 1), st.integers(1, 12))
def test_weight_two_is_the_row_twice(head: str, seed: int, n_rows: int) -> None:
    net = network(head)
    data, twice = rows_for(net, n_rows, seed), RandomState(seed).randint(1, 3, n_rows)
    plan, theta = Plan(net, Adam(), Penalty(0.1, 0.1)), initial_theta(net, "glorot", RandomState(seed))
    weighted = batch_gradient(plan, theta, data.X, data.T, twice.astype(float))
    repeated = batch_gradient(plan, theta, data.X.repeat(twice, axis=0), data.T.repeat(twice, axis=0))
    for one, other in zip(weighted, repeated, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-13)


@given(st.sampled_from(list(HEADS)), st.integers(0, 2**32 - 1))
def test_order_of_rows_in_a_batch_does_not_matter(head: str, seed: int) -> None:
    net = network(head)
    data, order = rows_for(net, seed=seed), RandomState(seed).permutation(30)
    plan, theta = Plan(net, Adam(), Penalty(0.1, 0.1)), initial_theta(net, "glorot", RandomState(seed))
    in_order = batch_gradient(plan, theta, data.X, data.T, data.weight)
    permuted = batch_gradient(plan, theta, data.X[order], data.T[order], data.weight[order])
    for one, other in zip(in_order, permuted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-13)


@given(st.sampled_from(list(HEADS)), st.integers(0, 2**32 - 1), st.integers(1, 29))
def test_a_batch_is_the_weighted_sum_of_its_parts(head: str, seed: int, cut: int) -> None:
    net = network(head)
    data, plan = rows_for(net, seed=seed), Plan(net, Adam())
    theta = initial_theta(net, "glorot", RandomState(seed))
    whole = batch_gradient(plan, theta, data.X, data.T, data.weight)
    parts = [
        (data.weight[s].sum(), batch_gradient(plan, theta, data.X[s], data.T[s], data.weight[s]))
        for s in (slice(0, cut), slice(cut, None))
    ]
    for i in range(3):
        summed = sum(weight * part[i] for weight, part in parts) / data.weight.sum()
        np.testing.assert_allclose(whole[i], summed, rtol=1e-11, atol=1e-13)


def test_loss_and_gradient_leaves_dropout_out() -> None:
    net = network("binary", dropout=0.5)
    data, theta = rows_for(net), initial_theta(net, "glorot", RandomState(0))
    dropping, plain = Plan(net, LBFGS()), Plan(network("binary"), LBFGS())
    objective, gradient = ENGINE.loss_and_gradient(dropping, theta, data)
    expected, expected_gradient = ENGINE.loss_and_gradient(plain, theta, data)
    assert objective == expected
    np.testing.assert_array_equal(gradient, expected_gradient)


# Dropout


def test_dropout_is_the_documented_hash() -> None:
    plan = Plan(Network.mlp(1, (3, 4), 1, dropout=[0.0, 0.3]), Adam(), dropout_seed=2**32 - 1)
    factors = dropout_factors(plan, 1, 50, step=2**33 + 7)
    for row in range(50):
        for unit in range(4):
            bits = mix32(uniform_hash(2**32 - 1, 2**33 + 7, 1, unit) + row * 0x9E3779B9)
            assert factors[row, unit] == (0.0 if bits < math.floor(0.3 * 2**32) else 1 / 0.7)


def test_dropout_keeps_the_mean_and_differs_by_step_and_layer() -> None:
    plan = Plan(Network.mlp(1, (40, 40), 1, dropout=0.2), Adam(), dropout_seed=1)
    factors = dropout_factors(plan, 0, 2000, step=0)
    assert factors.mean() == pytest.approx(1.0, abs=0.01)
    for number, step in ((1, 0), (0, 1)):
        other = dropout_factors(plan, number, 2000, step)
        assert np.corrcoef(factors.ravel(), other.ravel())[0, 1] == pytest.approx(0.0, abs=0.02)


# PyTorch and scikit-learn


@pytest.mark.parametrize(
    "entry",
    REFERENCE["trajectories"],
    ids=lambda e: f"{e['optimizer']}-{'-'.join(e['options'])}-{e['head']}-{e['activation']}",
)
def test_trajectories_are_pytorch_s(entry: dict[str, Any]) -> None:
    optimizer = OPTIMIZERS[entry["optimizer"].lower()](**entry["options"])
    data = Data(np.array(entry["X"]), np.array(entry["T"]))
    n_out = 3 if entry["head"] == "multiclass" else data.T.shape[1]
    net = Network.mlp(3, (4, 3), n_out, activation=entry["activation"], head=entry["head"])
    state = State.start(np.array(entry["theta_start"]), optimizer, RandomState(0))
    chunk = advance(Run(Plan(net, optimizer), state, data), len(entry["losses"]), entry["rate"])
    losses = np.array(entry["losses"])
    if entry["head"] == "regression":
        losses /= n_out
    elif entry["head"] == "poisson":  # PyTorch omits terms that do not depend on z
        t = data.T
        losses += (t * np.log(np.where(t > 0, t, 1)) - t).mean()
    np.testing.assert_allclose(chunk.loss, losses, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(state.theta, entry["theta_end"], rtol=1e-11, atol=1e-12)


NOT_IN_PYTORCH: set[str] = set()
"""Activations that PyTorch does not have."""


def test_the_reference_covers_every_part_that_pytorch_has() -> None:
    entries = REFERENCE["trajectories"]
    assert {entry["activation"] for entry in entries} == ACTIVATIONS.keys() - NOT_IN_PYTORCH
    optimizers = {kind.__name__ for kind in STOCHASTIC}
    assert {entry["optimizer"] for entry in entries} == optimizers - {"Lion"}  # see the test below


def chen_2023_algorithm_2(
    parameters: list[float],
    gradients: list[list[float]],
    rate: float,
    beta: tuple[float, float],
    decay: float,
) -> tuple[list[float], list[float]]:
    """Return parameters and moments after Lion's steps, one number at a time, as the paper writes them."""
    theta, m = list(parameters), [0.0] * len(parameters)
    for gradient in gradients:
        for i, g in enumerate(gradient):
            c = beta[0] * m[i] + (1 - beta[0]) * g
            sign = (c > 0) - (c < 0)
            theta[i] = theta[i] - rate * (sign + decay * theta[i])
            m[i] = beta[1] * m[i] + (1 - beta[1]) * g
    return theta, m


@pytest.mark.parametrize("options", [{}, {"beta_1": 0.7, "beta_2": 0.8, "weight_decay": 0.3}])
def test_lion_is_the_paper_s_algorithm(options: dict[str, float]) -> None:
    optimizer = Lion(**options)
    rng = np.random.default_rng(7)
    start, gradients = rng.normal(size=5), rng.normal(size=(40, 5))
    gradients[:3, 0] = 0.0  # a sign of zero changes nothing
    state = State.start(start.copy(), optimizer, RandomState(0))
    for gradient in gradients:
        take_step(optimizer, state, gradient, 0.03)
    beta = optimizer.beta_1, optimizer.beta_2
    theta, m = chen_2023_algorithm_2(start.tolist(), gradients.tolist(), 0.03, beta, optimizer.weight_decay)
    np.testing.assert_allclose(state.theta, theta, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(state.slots[0], m, rtol=1e-13, atol=1e-15)


def test_a_slice_has_its_own_rate_and_decay() -> None:
    """Each slice moves as the whole would with its rate and decay."""
    network = Network.mlp(3, (4,), 1, activation="relu")
    optimizer = AdamW(weight_decay=0.5, decays_biases=False, layer_rates=(0.5, 2.0))
    rng = np.random.default_rng(7)
    start, gradients = rng.normal(size=network.n_parameters), rng.normal(size=(9, network.n_parameters))

    def after(optimizer: AdamW, rate: float, network: Network | None = None) -> Any:
        state = State.start(start.copy(), optimizer, RandomState(0))
        for gradient in gradients:
            take_step(optimizer, state, gradient, rate, optimizer.slices(network) if network else ())
        return state.theta

    got = after(optimizer, 0.01, network)
    for part, rate, decay in zip(
        optimizer.slices(network), (0.005, 0.005, 0.02, 0.02), (0.5, 0.0, 0.5, 0.0), strict=True
    ):
        expected = after(AdamW(weight_decay=decay), rate)
        np.testing.assert_allclose(got[part.start : part.stop], expected[part.start : part.stop], rtol=1e-12)


def test_lion_has_the_paper_s_defaults() -> None:
    assert Lion() == Lion(beta_1=0.9, beta_2=0.99, weight_decay=0.0)
    assert Lion.from_parameters({"beta_1": 0.9, "beta_2": 0.999, "weight_decay": 0.1}) == Lion(
        weight_decay=0.1
    )


SCIKIT_LEARN = {
    "adam": (Adam(), {"solver": "adam"}),
    "sgd": (SGD(), {"solver": "sgd", "momentum": 0.0, "nesterovs_momentum": False}),
    "momentum": (SGD(0.8), {"solver": "sgd", "momentum": 0.8, "nesterovs_momentum": False}),
    "nesterov": (SGD(0.8, True), {"solver": "sgd", "momentum": 0.8, "nesterovs_momentum": True}),
}
TARGETS = {  # head and number of outputs
    "binary": ("binary", 1),
    "multiclass": ("multiclass", 3),
    "multilabel": ("multilabel", 3),
    "regression, 1 target": ("regression", 1),
    "regression, 3 targets": ("regression", 3),
    "poisson": ("poisson", 1),
}


def scikit_learn(head: str, **options: Any) -> Any:
    if head in {"regression", "poisson"}:
        loss = "poisson" if head == "poisson" else "squared_error"
        return MLPRegressor(loss, hidden_layer_sizes=(4, 5), **options)
    return MLPClassifier((4, 5), **options)


@pytest.mark.parametrize("solver", SCIKIT_LEARN)
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize(("activation", "batch_size"), [("relu", 7), ("logistic", 30)])
def test_training_is_scikit_learn_s(
    solver: str, target: str, is_weighted: bool, activation: str, batch_size: int
) -> None:
    head, n_out = TARGETS[target]
    optimizer, options = SCIKIT_LEARN[solver]
    net = Network.mlp(3, (4, 5), n_out, activation=activation, head=head)
    data = rows_for(net, seed=3)
    if not is_weighted:
        data = Data(data.X, data.T)
    theirs = scikit_learn(
        head,
        activation=activation,
        alpha=0.1,
        batch_size=batch_size,
        learning_rate_init=0.02,
        max_iter=8,
        tol=0.0,
        n_iter_no_change=100,
        random_state=5,
        **options,
    )
    y = data.T if data.T.shape[1] > 1 else data.T[:, 0]
    with pytest.warns(ConvergenceWarning):
        theirs.fit(data.X, y, sample_weight=data.weight)
    run = start(Plan(net, optimizer, Penalty(l2=0.1), batch_size), data, seed=5)
    chunk = advance(run, 8, 0.02)
    np.testing.assert_allclose(chunk.loss, theirs.loss_curve_, rtol=1e-12)
    np.testing.assert_allclose(run.state.theta, net.join(theirs.coefs_, theirs.intercepts_), atol=1e-10)


def test_a_stall_is_scikit_learn_s() -> None:
    net = Network.mlp(3, (4, 5), 1, activation="relu")
    data = Data(rows_for(net).X, rows_for(net).T)
    theirs = MLPClassifier((4, 5), batch_size=10, tol=0.01, n_iter_no_change=3, alpha=0.0, random_state=5)
    theirs.fit(data.X, data.T[:, 0])
    plan = Plan(net, Adam(), batch_size=10, monitor=Monitor("loss", 0.01, 3))
    chunk = advance(start(plan, data, seed=5), 200, 0.001)
    assert chunk.halt == "stalled"
    assert len(chunk.loss) == theirs.n_iter_ < 200


def test_shuffles_are_scikit_learn_s() -> None:
    net = network("binary")
    run = start(Plan(net, SGD(), batch_size=7), rows_for(net))
    generator = RandomState()
    generator.set_state(run.state.random_state.get_state())
    rows = np.arange(30)
    for _ in range(3):
        advance(run, 1)
        rows = shuffle(rows, random_state=generator)
        np.testing.assert_array_equal(run.state.rows, rows)
    assert run.state.rows.dtype == np.int32


# Orders, batches, chunks


@pytest.mark.parametrize(("order", "batch_size"), [("sequential", 7), ("shuffle", 30), ("shuffle", 10**9)])
def test_without_shuffling_nothing_is_drawn(order: Any, batch_size: int) -> None:
    net = network("binary")
    run = start(Plan(net, SGD(), batch_size=batch_size, order=order), rows_for(net))
    before = run.state.random_state.get_state(legacy=False)["state"]
    advance(run, 2)
    after = run.state.random_state.get_state(legacy=False)["state"]
    assert before["pos"] == after["pos"]
    np.testing.assert_array_equal(before["key"], after["key"])
    assert run.state.rows.size == 0


@pytest.mark.parametrize("batch_size", [7, 30])
def test_replacement_draws_once_an_epoch(batch_size: int) -> None:
    net = network("binary")
    run = start(Plan(net, SGD(), batch_size=batch_size, order="replacement"), rows_for(net))
    generator = RandomState()
    generator.set_state(run.state.random_state.get_state())
    for _ in range(3):
        advance(run, 1)
        np.testing.assert_array_equal(run.state.rows, generator.randint(0, 30, 30))


def test_epoch_loss_counts_each_batch_by_its_rows() -> None:
    net = network("binary")
    data = rows_for(net, n_rows=5)
    run = start(Plan(net, SGD(), batch_size=3, order="sequential"), data)
    parts = [Data(data.X[s], data.T[s], data.weight[s]) for s in (slice(0, 3), slice(3, 5))]
    losses = [ENGINE.loss_and_score(net, run.state.theta, part)[0] for part in parts]
    assert advance(run, 1, rate=0.0).loss[0] == pytest.approx((3 * losses[0] + 2 * losses[1]) / 5, rel=1e-13)


def test_a_batch_without_weight_moves_nothing_and_counts_as_zero() -> None:
    net = network("binary")
    data = rows_for(net, n_rows=10)
    plan = Plan(net, Adam(), Penalty(0.1), batch_size=5, order="sequential")
    padded = start(plan, Data(data.X, data.T, np.repeat([0.0, 1.0], 5)))
    alone = start(plan, Data(data.X[5:], data.T[5:]))
    chunk, expected = advance(padded, 3), advance(alone, 3)
    np.testing.assert_array_equal(padded.state.theta, alone.state.theta)
    np.testing.assert_allclose(chunk.loss, expected.loss / 2, rtol=1e-14)
    assert (padded.state.step, alone.state.step) == (6, 3)


@pytest.mark.parametrize("kind", STOCHASTIC)
@pytest.mark.parametrize("order", ["sequential", "shuffle", "replacement"])
def test_cutting_into_chunks_changes_no_bit(kind: Any, order: Any) -> None:
    net = network("multiclass", dropout=0.2)
    plan = Plan(net, kind(), Penalty(0.1, 0.1), batch_size=7, order=order)
    data = rows_for(net)
    whole, pieces = (start(plan, data, validation=data, track_training=True) for _ in range(2))
    expected = advance(whole, 6, snapshots=(1, 4, 6))
    chunks = [advance(pieces, n_epochs, snapshots=(1, 4, 6)) for n_epochs in (1, 2, 0, 3)]
    for name in (
        "loss",
        "train_loss",
        "train_score",
        "validation_loss",
        "validation_score",
        "snapshots",
    ):
        joined = np.concatenate([getattr(chunk, name) for chunk in chunks])
        np.testing.assert_array_equal(joined, getattr(expected, name))
    for name in ("theta", "slots", "rows", "powers", "step", "epoch", "best_theta", "best_value", "stale"):
        np.testing.assert_array_equal(getattr(pieces.state, name), getattr(whole.state, name))


@pytest.mark.parametrize("order", ["sequential", "shuffle", "replacement"])
@pytest.mark.parametrize("batch_size", [7, 30])
def test_sparse_rows_train_as_dense_ones(order: Any, batch_size: int) -> None:
    net = network("multiclass")
    dense = rows_for(net)
    dense.X[np.abs(dense.X) < 0.7] = 0.0
    sparse = Data(scipy.sparse.csr_array(dense.X), dense.T, dense.weight)
    plan = Plan(net, Adam(), batch_size=batch_size, order=order)
    runs = [start(plan, data, validation=data) for data in (dense, sparse)]
    chunks = [advance(run, 4) for run in runs]
    np.testing.assert_allclose(runs[1].state.theta, runs[0].state.theta, rtol=1e-9)
    np.testing.assert_allclose(chunks[1].validation_loss, chunks[0].validation_loss, rtol=1e-11)
    objective, gradient = ENGINE.loss_and_gradient(plan, runs[0].state.theta, sparse)
    expected, expected_gradient = ENGINE.loss_and_gradient(plan, runs[0].state.theta, dense)
    assert objective == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(gradient, expected_gradient, atol=1e-13)


@every_head
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("kind", STOCHASTIC)
def test_float32_stays_float32(head: str, activation: str, kind: Any) -> None:
    net = network(head, activation, dropout=0.2)
    data = rows_for(net)
    single = Data(*(values.astype(np.float32) for values in (data.X, data.T, data.weight)))
    plan = Plan(net, kind(), Penalty(0.1, 0.1), batch_size=10)
    runs = [start(plan, data), start(plan, single, dtype=np.float32)]
    chunks = [advance(run, 2, rate=0.01, snapshots=(2,)) for run in runs]
    assert runs[1].state.theta.dtype == runs[1].state.slots.dtype == chunks[1].snapshots.dtype == np.float32
    assert batch_gradient(plan, runs[1].state.theta, single.X, single.T, step=0)[2].dtype == np.float32
    np.testing.assert_allclose(chunks[1].loss, chunks[0].loss, rtol=1e-3)


def test_l_bfgs_does_not_work_batch_by_batch() -> None:
    net = network("binary")
    state = State.start(initial_theta(net, "zeros", RandomState(0)), LBFGS(), RandomState(0))
    with pytest.raises(ParameterError, match=r"optimizer must work batch by batch here, got LBFGS\(\)"):
        take_step(LBFGS(), state, state.theta, 0.1)


# Evaluation


@every_head
def test_loss_and_score_are_scikit_learn_s(head: str) -> None:
    net = network(head)
    data, theta = rows_for(net), initial_theta(net, "he", RandomState(2))
    z = forward(net, theta, data.X)
    a, t, weight = HEADS[head].output(z), data.T, data.weight
    expected = {
        "binary": lambda: accuracy_score(t[:, 0], a[:, 0] > 0.5, sample_weight=weight),
        "multiclass": lambda: accuracy_score(t[:, 0], a.argmax(axis=1), sample_weight=weight),
        "multilabel": lambda: accuracy_score(t, a > 0.5, sample_weight=weight),
        "quadratic": lambda: accuracy_score(t.argmax(axis=1), a.argmax(axis=1), sample_weight=weight),
        "regression": lambda: r2_score(t, a, sample_weight=weight),
        "poisson": lambda: r2_score(t, a, sample_weight=weight),
    }[head]()
    loss, score = ENGINE.loss_and_score(net, theta, data)
    assert score == pytest.approx(expected, rel=1e-12)
    share = net.n_out if head == "regression" else 1
    assert loss == pytest.approx(np.average(HEADS[head].loss(z, t), weights=weight) / share, rel=1e-13)


def test_quadratic_head_with_one_output_decides_at_one_half() -> None:
    net = Network.mlp(1, (), 1, head="quadratic")
    data = Data(np.array([[-1.0], [-2.0], [3.0], [4.0]]), np.array([[0.0], [1.0], [1.0], [1.0]]))
    assert ENGINE.loss_and_score(net, np.array([1.0, 0.0]), data)[1] == 0.75


@pytest.mark.parametrize("targets", [[[2.0], [2.0]], [[1.0], [1.0]], [[1.0], [3.0]]])
def test_r2_of_constant_targets_is_scikit_learn_s(targets: list[list[float]]) -> None:
    net, T = Network.mlp(1, (), 1, head="regression"), np.array(targets)
    theta = np.array([0.0, 2.0])  # predicts 2
    assert ENGINE.loss_and_score(net, theta, Data(np.ones((2, 1)), T))[1] == r2_score(T, [[2.0], [2.0]])


def test_r2_of_one_row_is_undefined() -> None:
    net = Network.mlp(1, (), 1, head="regression")
    assert math.isnan(ENGINE.loss_and_score(net, np.zeros(2), Data(np.ones((1, 1)), np.ones((1, 1))))[1])


@every_head
def test_loss_is_finite_at_huge_logits(head: str) -> None:
    net = Network.mlp(1, (), 1 if head == "binary" else 3, head=head, fit_intercept=False)
    data = rows_for(net)
    weights = np.full(net.n_parameters, -1000.0 if head == "poisson" else 1000.0)
    rows = Data(np.sign(data.X) if head != "poisson" else np.abs(np.sign(data.X)), data.T)
    assert math.isfinite(ENGINE.loss_and_score(net, weights, rows)[0])


@pytest.mark.parametrize("n_rows", [0, 1, 6, 7])
def test_forward_in_blocks(monkeypatch: pytest.MonkeyPatch, n_rows: int) -> None:
    monkeypatch.setattr(numpy_engine, "BLOCK", 3)
    net = network("multiclass")
    X, theta = rows_for(net, n_rows).X, initial_theta(net, "glorot", RandomState(0))
    np.testing.assert_allclose(forward(net, theta, X), layer_outputs(net, theta, X)[-1], rtol=1e-13)


def test_layer_outputs_have_one_array_a_layer() -> None:
    net = network("multiclass")
    outputs = layer_outputs(net, initial_theta(net, "glorot", RandomState(0)), rows_for(net).X)
    assert [a.shape for a in outputs] == [(30, 4), (30, 5), (30, 3)]


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_layer_outputs_of_many_networks_are_those_of_each_alone(fit_intercept: bool) -> None:
    net = network("multiclass", fit_intercept=fit_intercept)
    X = rows_for(net).X
    thetas = np.stack([initial_theta(net, "glorot", RandomState(seed)) for seed in range(6)])
    together = layer_outputs(net, thetas.reshape(2, 3, -1), X)
    assert [a.shape for a in together] == [(2, 3, 30, 4), (2, 3, 30, 5), (2, 3, 30, 3)]
    for number, theta in enumerate(thetas):
        for a, alone in zip(together, layer_outputs(net, theta, X), strict=True):
            np.testing.assert_allclose(a[number // 3, number % 3], alone, rtol=1e-13, atol=1e-15)


def test_layer_outputs_can_start_from_the_first_sums() -> None:
    net = network("binary")
    X, theta = rows_for(net).X, initial_theta(net, "glorot", RandomState(0))
    layers = list(layer_sums_and_outputs(net, theta, X))
    again = list(sums_and_outputs_from(net, theta, layers[0][0]))
    for (z, a), (other_z, other_a) in zip(layers, again, strict=True):
        np.testing.assert_array_equal(z, other_z)
        np.testing.assert_array_equal(a, other_a)


# The monitor


def test_a_full_batch_s_best_parameters_are_those_before_the_step() -> None:
    net = network("binary")
    run = start(Plan(net, SGD()), rows_for(net))
    chunk = advance(run, 5, 0.1, snapshots=(1, 2, 3, 4, 5))
    assert (np.diff(chunk.loss) < 0).all()
    assert (run.state.best_epoch, run.state.best_value) == (5, -chunk.loss[-1])
    np.testing.assert_array_equal(run.state.best_theta, chunk.snapshots[3])


def test_with_batches_the_best_parameters_are_those_after_the_epoch() -> None:
    net = network("binary")
    run = start(Plan(net, SGD(), batch_size=10), rows_for(net))
    chunk = advance(run, 5, 0.1, snapshots=(1, 2, 3, 4, 5))
    best = int(chunk.loss.argmin())
    assert run.state.best_epoch == best + 1
    np.testing.assert_array_equal(run.state.best_theta, chunk.snapshots[best])


@pytest.mark.parametrize("quantity", ["validation_loss", "validation_score"])
def test_the_best_epoch_of_the_validation_rows(quantity: Any) -> None:
    net = network("binary")
    plan = Plan(net, Adam(), monitor=Monitor(quantity, n_iter_no_change=math.inf))
    run = start(plan, rows_for(net), validation=rows_for(net, seed=2))
    chunk = advance(run, 20, 0.1, snapshots=tuple(range(1, 21)))
    values = -chunk.validation_loss if quantity == "validation_loss" else chunk.validation_score
    best = int(values.argmax())
    assert 0 < best < 19
    assert (run.state.best_epoch, run.state.best_value) == (best + 1, values[best])
    np.testing.assert_array_equal(run.state.best_theta, chunk.snapshots[best])


def test_a_stalled_run_may_go_on() -> None:
    net = network("binary")
    plan = Plan(net, SGD(), monitor=Monitor("loss", 1e-4, 2))
    run = start(plan, rows_for(net))
    first, second = advance(run, 10, rate=0.0), advance(run, 10, rate=0.0)
    assert (first.halt, len(first.loss)) == ("stalled", 4)  # one best epoch, then more than two stalled
    assert (second.halt, len(second.loss)) == ("stalled", 3)
    assert (run.state.stale, run.state.epoch) == (0, 7)


def test_without_a_monitor_nothing_halts() -> None:
    net = network("binary")
    run = start(Plan(net, SGD(), monitor=Monitor("nothing", 1e-4, 1)), rows_for(net))
    assert advance(run, 10, rate=0.0).halt is None
    assert (run.state.best_epoch, run.state.stale) == (0, 0)


@pytest.mark.parametrize("batch_size", [10, 30])
def test_divergence_is_a_value_and_the_best_parameters_stay_finite(batch_size: int) -> None:
    net = network("regression", "identity")
    data = rows_for(net)
    run = start(Plan(net, SGD(), batch_size=batch_size), data, validation=data, track_training=True)
    chunk = advance(run, 100, rate=10.0)
    assert chunk.halt == "diverged"
    assert len(chunk.loss) == len(chunk.train_loss) == len(chunk.validation_score) == run.state.epoch < 100
    assert not (np.isfinite(chunk.loss[-1]) and np.isfinite(run.state.theta).all())
    assert np.isfinite(chunk.loss[:-1]).all()
    assert np.isfinite(run.state.best_theta).all()


@pytest.mark.parametrize(("batch_size", "best_epoch"), [(15, 0), (30, 1)])
def test_parameters_that_are_not_finite_are_never_the_best(batch_size: int, best_epoch: int) -> None:
    net = network("binary")
    run = start(Plan(net, SGD(), batch_size=batch_size), rows_for(net))
    first = run.state.theta.copy()
    rates = np.array([0.0, math.inf])[-run.steps_per_epoch :]
    chunk = ENGINE.advance([Task(run, rates)])[0]
    assert math.isfinite(chunk.loss[0])
    assert (chunk.halt, run.state.best_epoch) == ("diverged", best_epoch)
    np.testing.assert_array_equal(run.state.best_theta, first)


def test_every_task_is_advanced() -> None:
    net = network("binary")
    runs = [start(Plan(net, Adam()), rows_for(net), seed) for seed in range(3)]
    chunks = ENGINE.advance([Task(run, np.full(2, 0.1)) for run in runs], n_threads=2)
    assert [len(chunk.loss) for chunk in chunks] == [2, 2, 2]
    assert [run.state.epoch for run in runs] == [2, 2, 2]
    assert len({chunk.loss[-1] for chunk in chunks}) == 3
