"""The compiled engine against the reference: every activation, head, optimiser, dtype, order and batch."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numba
import numpy as np
import pytest
import scipy.sparse
from threadpoolctl import threadpool_info

from separatrix.data.coded_rows import Block, CodedRows
from separatrix.engine import numba_engine
from separatrix.engine.base import Data, Monitor, Plan, Run, State, Task
from separatrix.engine.kernels import activations, heads, optimizers
from separatrix.engine.kernels.layers import DEPTH, LARGE
from separatrix.engine.numba_engine import BLOCK, NumbaEngine
from separatrix.engine.numpy_engine import NumpyEngine
from separatrix.errors import ParameterError
from separatrix.network import (
    ACTIVATIONS,
    HEADS,
    LBFGS,
    SGD,
    Adam,
    AdamW,
    Lion,
    Network,
    Penalty,
    PeriodicEmbedding,
    initial_theta,
)
from separatrix.network import OPTIMIZERS as REGISTRY

pytestmark = pytest.mark.compiles

# Every optimiser with its defaults, at a rate that keeps float32 close to float64, and some with options.
RATES = {"sgd": 0.02, "rmsprop": 0.001, "adagrad": 0.05, "lion": 0.001}
OPTIMIZERS = {name: (kind(), RATES.get(name, 0.01)) for name, kind in REGISTRY.items() if kind.n_slots}
OPTIMIZERS |= {
    "momentum": (SGD(0.9), 0.05),
    "nesterov": (SGD(0.9, nesterovs_momentum=True), 0.05),
    "adam-algorithm-1": (Adam(epsilon_hat=False, epsilon=1e-3), 0.01),
    "adamw-decay": (AdamW(weight_decay=0.1), 0.01),
    "adamw-slices": (AdamW(weight_decay=2.0, decays_biases=False, layer_rates=(0.5, 0.0, 2.0)), 0.01),
    "lion-decay": (Lion(0.8, 0.9, weight_decay=0.1), 0.001),
}
# float32 sums of a few hundred rows differ in the last digits, and training amplifies that
TOLERANCE = {np.float32: {"rtol": 3e-4, "atol": 3e-5}, np.float64: {"rtol": 1e-10, "atol": 1e-12}}


def make_data(head, n_rows, dtype, *, n_in=3, n_out=2, weighted=False, sparse=False, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_rows, n_in))
    if sparse:
        X[rng.random(X.shape) < 0.6] = 0.0
    if head == "binary":
        T = (X[:, :1] + 0.3 * rng.normal(size=(n_rows, 1)) > 0).astype(float)
    elif head == "multiclass":
        T = rng.integers(0, n_out, (n_rows, 1)).astype(float)
    elif head == "poisson":
        T = rng.poisson(2.0, (n_rows, n_out)).astype(float)
    elif head == "regression":
        T = rng.normal(size=(n_rows, n_out))
    else:
        T = rng.integers(0, 2, (n_rows, n_out)).astype(float)
    weight = rng.uniform(0.0, 2.0, n_rows).astype(dtype) if weighted else None
    X = np.ascontiguousarray(X, dtype)
    return Data(scipy.sparse.csr_matrix(X) if sparse else X, T.astype(dtype), weight)


def make_run(data, plan, dtype, *, init="glorot", seed=1, **keywords):
    theta = initial_theta(plan.network, init, np.random.RandomState(seed), dtype)
    return Run(plan, State.start(theta, plan.optimizer, np.random.RandomState(seed)), data, **keywords)


def network_for(data, head, hidden=(5, 4), activation="tanh", **keywords):
    n_out = 1 if head == "binary" else 3 if head == "multiclass" else data.T.shape[1]
    return Network.mlp(data.X.shape[1], hidden, n_out, activation=activation, head=head, **keywords)


def advance_both(make, rate, n_epochs, snapshots=()):
    results = []
    for engine in (NumpyEngine(), NumbaEngine()):
        run = make()
        rates = np.full(n_epochs * run.steps_per_epoch, rate)
        chunk = engine.advance([Task(run, rates, np.array(snapshots, np.int64))])[0]
        results.append((run.state, chunk))
    return results


def assert_same(results, dtype):
    (reference, expected), (state, chunk) = results
    tolerance = TOLERANCE[dtype]
    assert chunk.halt == expected.halt
    for name in ("loss", "train_loss", "train_score", "validation_loss", "validation_score", "snapshots"):
        np.testing.assert_allclose(getattr(chunk, name), getattr(expected, name), err_msg=name, **tolerance)
    for name in ("theta", "slots", "powers", "best_theta", "best_value"):
        np.testing.assert_allclose(getattr(state, name), getattr(reference, name), err_msg=name, **tolerance)
    for name in ("step", "epoch", "best_epoch", "stale"):
        assert getattr(state, name) == getattr(reference, name), name
    if len(reference.rows):
        np.testing.assert_array_equal(state.rows, reference.rows)
    assert state.random_state.randint(2**31) == reference.random_state.randint(2**31)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_combination(activation, head, optimizer, dtype):
    kind, rate = OPTIMIZERS[optimizer]
    data = make_data(head, 50, dtype, n_out=3 if head == "multiclass" else 2)
    plan = Plan(network_for(data, head, activation=activation), kind, Penalty(0.01), batch_size=16)
    assert_same(advance_both(lambda: make_run(data, plan, dtype), rate, 2), dtype)


@pytest.mark.parametrize(
    ("codes", "name", "what"),
    [
        (activations.CODES, "tanh", "activation"),
        (heads.CODES, "binary", "head"),
        (optimizers.CODES, "adam", "optimiser"),
    ],
)
def test_what_no_kernel_knows_is_an_error(monkeypatch, codes, name, what):
    monkeypatch.setitem(codes, name, 99)
    monkeypatch.setattr(numba_engine, "_of_network", numba_engine._of_network.__wrapped__)  # not cached
    data = make_data("binary", 50, np.float64)
    run = make_run(data, Plan(network_for(data, "binary"), Adam(), batch_size=16), np.float64)
    with pytest.raises(AssertionError, match=f"this {what} has no kernel"):
        NumbaEngine().advance([Task(run, np.full(4, 0.01))])


def test_l_bfgs_does_not_work_batch_by_batch():
    data = make_data("binary", 50, np.float64)
    run = make_run(data, Plan(network_for(data, "binary"), LBFGS(), batch_size=16), np.float64)
    with pytest.raises(ParameterError, match=r"optimizer must work batch by batch here, got LBFGS"):
        NumbaEngine().advance([Task(run, np.full(4, 0.01))])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("order", ["sequential", "shuffle", "replacement"])
@pytest.mark.parametrize("batch_size", [1, 7, 32, 10**6])
def test_batches_orders_weights(batch_size, order, weighted, sparse, head, dtype):
    data = make_data(
        head, 40, dtype, weighted=weighted, sparse=sparse, n_out=3 if head == "multiclass" else 2
    )
    plan = Plan(network_for(data, head), SGD(0.5), Penalty(0.02, 0.01), batch_size=batch_size, order=order)
    assert_same(advance_both(lambda: make_run(data, plan, dtype), 0.02, 3, [2]), dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("hidden", [(), (1,), (4,), (21, 9), (40, 50), (3, 3, 3, 3)])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("n_in", [1, 2, 5, 64])
def test_shapes(n_in, fit_intercept, hidden, dtype):
    data = make_data("multilabel", 45, dtype, n_in=n_in, n_out=3)
    network = network_for(data, "multilabel", hidden, "silu", fit_intercept=fit_intercept)
    plan = Plan(network, Adam(), Penalty(0.1), batch_size=20)
    assert_same(advance_both(lambda: make_run(data, plan, dtype), 0.003, 4), dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_objective_as_a_function_forgets_its_last_call(dtype):
    data = make_data("regression", 40, dtype, weighted=True)
    plan = Plan(network_for(data, "regression"), SGD(), Penalty(0.1, 0.2))
    thetas = [make_run(data, plan, dtype, seed=seed).state.theta for seed in (1, 2, 1)]
    for engine in (NumpyEngine(), NumbaEngine()):
        objective = engine.objective(plan, data, dtype)
        for theta in thetas:
            loss, gradient = objective(theta)
            expected, slope = engine.loss_and_gradient(plan, theta, data)
            assert loss == expected
            assert gradient.tobytes() == slope.tobytes()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("hidden", "n_rows"), [((40,), 30), ((150, 37), 300)])
def test_layers_that_are_computed_part_by_part(hidden, n_rows, dtype):
    assert DEPTH < 137
    assert LARGE < 137 * 40
    data = make_data("binary", n_rows, dtype, n_in=137)
    plan = Plan(network_for(data, "binary", hidden), SGD(), batch_size=DEPTH + 22)
    assert_same(advance_both(lambda: make_run(data, plan, dtype), 0.1, 2), dtype)


@pytest.mark.parametrize("n_in", [1030, 1103])
def test_a_last_layer_of_many_inputs_reads_no_further_than_its_memory(n_in):
    data = make_data("regression", 20, np.float32, n_in=n_in, n_out=4)
    plan = Plan(network_for(data, "regression", ()), SGD(), batch_size=20)
    assert_same(advance_both(lambda: make_run(data, plan, np.float32), 1e-4, 1), np.float32)


@pytest.mark.parametrize("activation", ["relu", "gelu", "tanh"])
@pytest.mark.parametrize("n_rows", [40, BLOCK + 77])
def test_dropout_masks_are_the_same(n_rows, activation):
    data = make_data("binary", n_rows, np.float64)
    network = network_for(data, "binary", (16, 8), activation, dropout=(0.5, 0.25))
    plan = Plan(network, Adam(), batch_size=n_rows, dropout_seed=2**32 - 5)
    assert_same(advance_both(lambda: make_run(data, plan, np.float64), 0.01, 5), np.float64)


@pytest.mark.parametrize("hidden", [(4,), (64, 64)])
@pytest.mark.parametrize("n_rows", [BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 5])
def test_batches_of_several_blocks(n_rows, hidden):
    data = make_data("multiclass", n_rows, np.float64, n_out=3, weighted=True, n_in=40)
    plan = Plan(network_for(data, "multiclass", hidden), SGD(), batch_size=n_rows)
    assert_same(advance_both(lambda: make_run(data, plan, np.float64), 0.1, 3), np.float64)


@pytest.mark.parametrize("quantity", ["loss", "validation_loss", "validation_score", "nothing"])
@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("batch_size", [13, 1000])
def test_every_monitored_quantity(batch_size, head, quantity):
    n_out = 3 if head == "multiclass" else 2
    data, validation = (make_data(head, n, np.float64, n_out=n_out, seed=n, weighted=True) for n in (60, 31))
    monitor = Monitor(quantity, tol=1e-4, n_iter_no_change=3)
    plan = Plan(network_for(data, head), Adam(), batch_size=batch_size, monitor=monitor)
    results = advance_both(
        lambda: make_run(data, plan, np.float64, validation=validation, track_training=True),
        0.05,
        40,
        [1, 5, 39],
    )
    assert_same(results, np.float64)
    assert len(results[1][1].validation_loss) == len(results[1][1].loss)


@pytest.mark.parametrize("batch_size", [10, 64])
def test_divergence_keeps_the_last_good_parameters(batch_size):
    data = make_data("regression", 64, np.float32)
    plan = Plan(network_for(data, "regression", activation="identity"), SGD(0.9), batch_size=batch_size)
    results = advance_both(lambda: make_run(data, plan, np.float32), 50.0, 30)
    (reference, expected), (state, chunk) = results
    assert chunk.halt == expected.halt == "diverged"
    assert len(chunk.loss) == len(expected.loss)
    assert state.best_epoch == reference.best_epoch
    np.testing.assert_allclose(state.best_value, reference.best_value, rtol=1e-4)
    np.testing.assert_allclose(state.best_theta, reference.best_theta, rtol=1e-4)


@pytest.mark.parametrize("batch_size", [5, 20])
def test_the_epoch_before_a_rate_too_high_is_kept(batch_size):
    data = make_data("binary", 20, np.float64)
    plan = Plan(network_for(data, "binary"), SGD(), batch_size=batch_size)
    results = []
    for engine in (NumpyEngine(), NumbaEngine()):
        run = make_run(data, plan, np.float64)
        rates = np.repeat([0.1, 0.1, np.inf], run.steps_per_epoch)
        results.append((run.state, engine.advance([Task(run, rates)])[0]))
    (reference, _), (state, chunk) = results
    assert chunk.halt == "diverged"
    assert state.best_epoch == reference.best_epoch > 1
    np.testing.assert_allclose(state.best_theta, reference.best_theta, rtol=1e-12)


@pytest.mark.parametrize("quantity", ["validation_loss", "validation_score"])
@pytest.mark.parametrize("weight", [None, np.zeros(1)])
def test_a_validation_value_that_is_nan_is_no_progress(weight, quantity):
    data = make_data("regression", 30, np.float64)
    validation = Data(data.X[:1], data.T[:1], weight)
    plan = Plan(network_for(data, "regression"), SGD(), batch_size=10, monitor=Monitor(quantity, 1e-4, 4))
    assert_same(
        advance_both(lambda: make_run(data, plan, np.float64, validation=validation), 0.01, 9), np.float64
    )
    run = make_run(data, plan, np.float64, validation=validation)
    chunk = NumbaEngine().advance([Task(run, np.full(27, 0.01))])[0]
    is_nan = np.isnan(
        chunk.validation_loss if quantity == "validation_loss" else chunk.validation_score
    ).all()
    assert (chunk.halt == "stalled") == is_nan


@pytest.mark.parametrize("order", ["sequential", "shuffle", "replacement"])
@pytest.mark.parametrize("optimizer", ["adam", "nesterov"])
def test_chunks_change_no_bit(optimizer, order):
    kind, rate = OPTIMIZERS[optimizer]
    data = make_data("binary", 90, np.float32)
    plan = Plan(network_for(data, "binary", dropout=0.2), kind, batch_size=32, order=order)
    engine, whole, cut = NumbaEngine(), *(make_run(data, plan, np.float32) for _ in range(2))
    rates = np.full(12 * whole.steps_per_epoch, rate)
    in_one = engine.advance([Task(whole, rates)])[0].loss
    steps = np.cumsum([1, 4, 7]) * whole.steps_per_epoch
    parts = [engine.advance([Task(cut, part)])[0].loss for part in np.split(rates, steps[:-1])]
    np.testing.assert_array_equal(np.concatenate(parts), in_one)
    np.testing.assert_array_equal(cut.state.theta, whole.state.theta)


def coded_data(n_rows, dtype, blocks, n_dense, *, weighted=False):
    rng = np.random.default_rng(4)
    codes = [rng.integers(0 if block.is_cumulative else -1, block.size, n_rows) for block in blocks]
    center = [rng.random(block.size) * block.is_cumulative for block in blocks]
    X = CodedRows(
        rng.normal(size=(n_rows, n_dense)).astype(dtype),
        np.stack(codes, axis=1).astype(np.int32),
        rng.random((n_rows, len(blocks))).astype(dtype),
        tuple(blocks),
        np.concatenate(center).astype(dtype),
    )
    T = rng.integers(0, 3, (n_rows, 1)).astype(dtype)
    weight = rng.uniform(0.0, 2.0, n_rows).astype(dtype) if weighted else None
    return Data(X, T, weight), Data(X.toarray(), T, weight)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("order", ["sequential", "shuffle", "replacement"])
@pytest.mark.parametrize("hidden", [(), (5,), (40, 21)])
@pytest.mark.parametrize(
    ("blocks", "n_dense"),
    [
        ([Block(9, True), Block(4)], 3),
        ([Block(30, True)] * 3, 20),
        ([Block(7)], 0),
        ([Block(1, True), Block(1), Block(2)], 1),
    ],
)
@pytest.mark.parametrize("batch_size", [7, 10**6])
def test_coded_rows_train_as_plain_ones(batch_size, blocks, n_dense, hidden, order, dtype):
    coded, plain = coded_data(50, dtype, blocks, n_dense, weighted=True)
    network = network_for(plain, "multiclass", hidden, "relu", dropout=0.1, fit_intercept=batch_size == 7)
    plan = Plan(network, SGD(0.5), Penalty(0.02, 0.01), batch_size=batch_size, order=order)
    keywords = {"validation": coded.take(slice(3, 40)), "track_training": True}
    expected = NumpyEngine().advance(
        [Task(reference := make_run(plain, plan, dtype), np.full(3 * reference.steps_per_epoch, 0.02))]
    )[0]
    results = advance_both(lambda: make_run(coded, plan, dtype, **keywords), 0.02, 3, [2])
    assert_same(results, dtype)
    for state, chunk in results:
        np.testing.assert_allclose(state.theta, reference.state.theta, **TOLERANCE[dtype])
        np.testing.assert_allclose(chunk.loss, expected.loss, **TOLERANCE[dtype])


@pytest.mark.parametrize("n_rows", [BLOCK - 1, 2 * BLOCK + 5])
def test_coded_rows_in_several_blocks(n_rows):
    coded, _ = coded_data(n_rows, np.float64, [Block(9, True), Block(4)], 2)
    network = network_for(coded, "multiclass", (20,))
    plan = Plan(network, SGD(), batch_size=n_rows)
    assert_same(advance_both(lambda: make_run(coded, plan, np.float64), 0.1, 3), np.float64)
    theta = initial_theta(network, "torch", np.random.RandomState(3), np.float64)
    for ask in ("loss_and_gradient", "loss_and_score"):
        arguments = (plan, theta, coded) if ask == "loss_and_gradient" else (network, theta, coded)
        expected, got = (getattr(engine, ask)(*arguments) for engine in (NumpyEngine(), NumbaEngine()))
        for e, g in zip(expected, got, strict=True):
            np.testing.assert_allclose(g, e, err_msg=ask, **TOLERANCE[np.float64])


def test_coded_rows_have_the_same_bits_for_any_number_of_threads():
    coded, _ = coded_data(300, np.float32, [Block(40, True)] * 3 + [Block(9)], 4)
    plan = Plan(network_for(coded, "multiclass", (64, 64)), AdamW(), batch_size=32)
    alone, together = ([make_run(coded, plan, np.float32, seed=seed) for seed in range(4)] for _ in range(2))
    rates = np.full(3 * 10, 0.01)
    for run in alone:
        NumbaEngine().advance([Task(run, rates)])
    NumbaEngine().advance([Task(run, rates) for run in together], n_threads=3)
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one.state.theta, other.state.theta)


def test_many_at_once_are_as_each_alone():
    data = make_data("binary", 200, np.float32)
    plans = [
        Plan(network_for(data, "binary", hidden, activation), Adam(), batch_size=50)
        for hidden in [(3,), (8, 8), (48, 48)]
        for activation in ("tanh", "relu")
    ]
    alone, together = ([make_run(data, plan, np.float32) for plan in plans] for _ in range(2))
    rates = np.full(10 * 4, 0.01)
    for run in alone:
        NumbaEngine().advance([Task(run, rates)])
    NumbaEngine().advance([Task(run, rates) for run in together], n_threads=3)
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one.state.theta, other.state.theta)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradient_and_score(activation, head, dtype):
    data = make_data(head, 77, dtype, n_out=3 if head == "multiclass" else 2, weighted=True)
    network = network_for(data, head, activation=activation)
    plan = Plan(network, SGD(), Penalty(0.3, 0.2))
    theta = initial_theta(network, "torch", np.random.RandomState(3), dtype)
    for ask in ("loss_and_gradient", "loss_and_score"):
        arguments = (plan, theta, data) if ask == "loss_and_gradient" else (network, theta, data)
        expected, got = (getattr(engine, ask)(*arguments) for engine in (NumpyEngine(), NumbaEngine()))
        for e, g in zip(expected, got, strict=True):
            np.testing.assert_allclose(g, e, err_msg=ask, **TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1e-8, 1.0, 50.0, 1000.0])
@pytest.mark.parametrize("head", ["binary", "multiclass", "quadratic"])
def test_losses_are_right_at_any_logit(head, size, dtype):
    signs = np.array([[1.0], [-1.0], [1.0], [-1.0]], dtype)
    T = np.array([[1.0], [1.0], [0.0], [0.0]], dtype)
    network = Network.mlp(1, (), 2 if head == "multiclass" else 1, head=head, fit_intercept=False)
    theta = np.array([size] if head != "multiclass" else [-size / 2, size / 2], dtype)
    data = Data(signs, T)
    expected = NumpyEngine().loss_and_score(
        network, theta.astype(float), Data(signs.astype(float), T.astype(float))
    )
    got = NumbaEngine().loss_and_score(network, theta, data)
    np.testing.assert_allclose(got, expected, rtol=2e-6 if dtype is np.float32 else 1e-14)


def test_saturated_units_stay_fast_numbers():
    """No moment is subnormal after many epochs with weights at which every gradient underflows."""
    data = make_data("binary", 32, np.float32)
    plan = Plan(network_for(data, "binary", activation="logistic"), Adam(), batch_size=32)
    run = make_run(data, plan, np.float32)
    run.state.theta *= np.float32(1e4)
    NumbaEngine().advance([Task(run, np.full(3000, 1e-9))])
    tiny = np.finfo(np.float32).tiny
    assert not ((np.abs(run.state.slots) < tiny) & (run.state.slots != 0)).any()


@pytest.mark.usefixtures("two_blas_threads")
def test_trainings_in_threads_leave_the_process_as_it_was():
    before = threadpool_info(), numba.config.CACHE_DIR
    data = make_data("binary", 300, np.float32, n_in=40)
    plan = Plan(network_for(data, "binary", (64, 64)), Adam(), batch_size=50)
    runs = [make_run(data, plan, np.float32) for _ in range(4)]
    with ThreadPoolExecutor(2) as pool:
        lengths = (10, 60, 30, 20)
        jobs = [
            pool.submit(NumbaEngine().advance, [Task(run, np.full(6 * n, 0.01))])
            for run, n in zip(runs, lengths, strict=True)
        ]
        losses = [job.result()[0].loss for job in jobs]
    assert (threadpool_info(), numba.config.CACHE_DIR) == before
    for shorter, longer in ((0, 1), (0, 2), (0, 3), (2, 1), (3, 1)):
        np.testing.assert_array_equal(losses[shorter], losses[longer][: len(losses[shorter])])


@pytest.mark.parametrize(
    "change", [np.asfortranarray, lambda X: X.astype(np.float32), lambda X: X[::-1][::-1]]
)
def test_rows_of_another_layout_train_like_others(change):
    data = make_data("binary", 60, np.float64)
    data = Data(data.X.astype(np.float32).astype(np.float64), data.T)
    plan = Plan(network_for(data, "binary"), Adam(), batch_size=20)
    runs = [make_run(rows, plan, np.float64) for rows in (Data(change(data.X), data.T), data)]
    for run in runs:
        NumbaEngine().advance([Task(run, np.full(9, 0.01))])
    np.testing.assert_array_equal(runs[0].state.theta, runs[1].state.theta)


def test_read_only_rows_train_like_others():
    data = make_data("binary", 60, np.float64, weighted=True)
    frozen = Data(*(part.copy() for part in (data.X, data.T, data.weight)))
    for part in (frozen.X, frozen.T, frozen.weight):
        part.flags.writeable = False
    plan = Plan(network_for(data, "binary"), Adam(), batch_size=20)
    runs = [make_run(rows, plan, np.float64) for rows in (frozen, data)]
    for run in runs:
        NumbaEngine().advance([Task(run, np.full(9, 0.01))])
    np.testing.assert_array_equal(runs[0].state.theta, runs[1].state.theta)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("columns", [None, (2,), (3, 0)])
@pytest.mark.parametrize("batch_size", [7, 10**6])
@pytest.mark.parametrize("hidden", [(), (5, 4), (40, 50)])
def test_periodic_embeddings(hidden, batch_size, columns, sparse, dtype):
    data = make_data("multiclass", 45, dtype, n_in=4, n_out=3, sparse=sparse, weighted=True)
    embedding = PeriodicEmbedding(6, 0.5, columns)
    network = network_for(data, "multiclass", hidden, dropout=0.25 if hidden else 0.0, embedding=embedding)
    plan = Plan(
        network, AdamW(weight_decay=0.5, embedding_rate=2.0), Penalty(0.1, 0.01), batch_size=batch_size
    )
    results = advance_both(lambda: make_run(data, plan, dtype), 0.01, 4)
    assert_same(results, dtype)
    state = results[1][0]
    frequencies = network.frequencies
    assert np.abs(state.theta[frequencies] - state.first_theta[frequencies]).min() > 1e-4


@pytest.mark.parametrize("columns", [(0, 1), (0, 7)])  # of the plain features alone, and of coded ones, too
def test_periodic_embeddings_of_coded_rows(columns):
    data, _ = coded_data(60, np.float64, [Block(9, True), Block(4)], 2)
    network = network_for(data, "binary", embedding=PeriodicEmbedding(3, columns=columns))
    plan = Plan(network, Adam(), batch_size=16)
    results = advance_both(lambda: make_run(data, plan, np.float64, validation=data), 0.01, 3)
    assert_same(results, np.float64)


@pytest.mark.parametrize(("dtype", "error"), [(np.float32, 3e-7), (np.float64, 5e-16)])
def test_sines_and_cosines_are_exact_to_the_last_digits(dtype, error):
    x = np.linspace(-3.0, 3.0, 12001).astype(dtype)[:, np.newaxis]
    network = Network.mlp(1, (), 2, head="regression", embedding=PeriodicEmbedding(1))
    data = Data(x, np.hstack([np.sin(2 * np.pi * x.astype(float)), np.cos(2 * np.pi * x.astype(float))]))
    data = replace(data, T=data.T.astype(dtype))
    theta = np.array([1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0], dtype)
    loss, _ = NumbaEngine().loss_and_score(network, theta, data)
    assert loss < error**2
