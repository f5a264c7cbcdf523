"""Training: batches, gradients, epochs, and the monitor after each of them."""

from __future__ import annotations

from typing import Any, NamedTuple, get_args

import numpy as np

from separatrix.engine._jit import Entry, borrowed, hot, inlined, kernel
from separatrix.engine.base import Order, Quantity
from separatrix.engine.base import compare_with_best as _compare_with_best
from separatrix.engine.kernels.activations import activate, times_derivative
from separatrix.engine.kernels.codes import (
    add_codes,
    add_codes_gradient,
    finish_codes_gradient,
    prepare_codes,
)
from separatrix.engine.kernels.draws import draw_with_replacement, drop, drop_backward, shuffle
from separatrix.engine.kernels.embedding import embed, embed_gradient
from separatrix.engine.kernels.heads import add_score, loss_and_dz
from separatrix.engine.kernels.layers import (
    ACTIVATION,
    N_DX,
    N_IN,
    N_OUT,
    N_WEIGHTS,
    ROW_OUT,
    WEIGHT,
    dense,
    dense_dx,
    dense_gradient,
)
from separatrix.engine.kernels.optimizers import add_penalty, step
from separatrix.engine.kernels.rows import load_block, pack, total_weight, unpack
from separatrix.engine.lanes import lanes, load, store, zeros
from separatrix.engine.planes import pitch, plane, planes, rows_from

compare_with_best = kernel(_compare_with_best)

# Columns of the history: one row an epoch.
LOSS, TRAIN_LOSS, TRAIN_SCORE, VALID_LOSS, VALID_SCORE = range(5)
QUANTITIES = {name: code for code, name in enumerate(get_args(Quantity))}
ORDERS = {name: code for code, name in enumerate(get_args(Order))}
_NOTHING, _LOSS = QUANTITIES["nothing"], QUANTITIES["loss"]
_VALIDATION_LOSS, _VALIDATION_SCORE = QUANTITIES["validation_loss"], QUANTITIES["validation_score"]
_SHUFFLE, _REPLACEMENT = ORDERS["shuffle"], ORDERS["replacement"]
GOING, STALLED, DIVERGED = range(3)


class KernelPlan(NamedTuple):
    """What does not change: the network as a table, the optimiser's numbers, the rules."""

    layers: Any  # int64 (n_layers, 9), see `kernels.layers`
    embedded: Any  # int64 (n_columns,): the inputs that have an embedding
    n_frequencies: int  # of all these inputs together
    dropout: Any  # float64 (n_layers,)
    max_dropout: float
    head: int
    optimizer: int
    hyper: Any  # float64 (n,), see `kernels.optimizers`
    slices: Any  # int64 (n_slices, 2): first and last parameter; none if rate and decay are the same for all
    factors: Any  # float64 (n_slices, 2): on rate and decay
    l2: float
    l1: float
    loss_scale: float  # the data loss is multiplied by this when it is reported
    dropout_seed: int
    order: int
    quantity: int  # of the monitor
    tol: float
    patience: float
    loss_limit: float


class KernelData(NamedTuple):
    """Rows of data, all read-only.

    A sparse X is in `values`, `columns` and `starts` (CSR). Of coded rows X is the plain features alone; see
    `separatrix.data.coded_rows`.
    """

    X: Any  # (n_rows, n_in), or (0, 0) if sparse
    values: Any  # (n_values,), or (0,) if not sparse
    columns: Any  # int64 (n_values,)
    starts: Any  # int64 (n_rows + 1,)
    codes: Any  # int32 (n_rows, n_blocks)
    amounts: Any  # (n_rows, n_blocks): the values of the coded features
    blocks: Any  # int64 (n_blocks, 3), see `kernels.codes`; (0, 3) if rows are not coded
    center: Any  # (n_coded,)
    T: Any  # (n_rows, n_targets)
    weight: Any  # (n_rows,), or (0,) if every row has weight 1
    spread: Any  # float64 (n_out,): weighted mean square of T about its mean, for R²; else (0,)


class KernelState(NamedTuple):
    """What training changes, beside the buffers. Without a row order `rows` and `key` are empty."""

    best: Any  # (n_parameters,): parameters of the best epoch
    rows: Any  # int32 (n_rows,): row order
    key: Any  # uint32 (624,): state of MT19937
    position: Any  # int64 (1,): index of the next word of `key`
    counts: Any  # int64 (4,): step, epoch, best epoch, stalled epochs
    values: Any  # float64 (3,): beta_1 ** step, beta_2 ** step, best value


class Buffers(NamedTuple):
    """The parameters, and memory for one block of rows.

    `units` counts those of all layers, the inputs and a one for each layer included. Arrays with
    `n_parameters` columns have memory for a vector more.
    """

    theta: Any  # (1, n_parameters)
    before: Any  # (1, n_parameters): parameters at the start of the epoch
    slots: Any  # (n_slots, n_parameters)
    gradient: Any  # (1, n_parameters)
    A: Any  # (units, block): outputs of all layers, the inputs first; see `kernels.layers`
    S: Any  # (units, block): kept derivatives; (0, block) if none are kept
    D: Any  # (units, block): dz of all layers
    T: Any  # (n_targets, block)
    R: Any  # (4, block): intermediate results of each row
    weight: Any  # (1, block)
    score: Any  # float64 (n_out,)
    panel: Any  # (DEPTH, 2 lanes), see `kernels.layers`
    wide: Any  # (block, pitch): rows of the first layer's units, for coded rows; else empty, as what follows
    below: Any  # (n_coded, pitch), see `kernels.codes`
    change: Any  # (2 n_coded, pitch)
    of_center: Any  # (2, pitch)
    packed: Any  # (n_blocks * (n_in + n_targets + 1), block) for a full batch in fixed order, else (0, block)


@inlined
def forward(plan, data, order, start, n_rows, buffers, n, offset, at_step, dropping):
    """Compute all layers' outputs A of the block's first n rows, from the inputs in A.

    `data`, `order`, `start` and `n_rows` (the rows without those that fill the last vector) are for codes.
    """
    layers = plane(plan.layers)
    if plan.n_frequencies > 0:
        embed(buffers.theta, plane(plan.embedded), len(plan.embedded), buffers.A, n, plan.n_frequencies)
    for number in range(len(plan.layers)):
        dense(buffers.theta, layers, number, buffers.A, n, buffers.panel)
        if number == 0 and len(data.blocks) > 0:
            add_codes(buffers.theta, layers, data, order, start, n_rows, buffers)
        first, units = layers[number, ROW_OUT], layers[number, N_OUT]
        activate(layers[number, ACTIVATION], buffers.A, buffers.S, first, units, n)
        if dropping and plan.dropout[number] > 0.0:
            fraction, seed = plan.dropout[number], plan.dropout_seed
            drop(buffers.A, first, units, n, offset, fraction, seed, at_step, number)


@inlined
def backward(plan, data, order, start, n_rows, buffers, n, offset, at_step, dropping):
    """Add the gradient of the block's first n rows, from the last layer's dz in D to the first's."""
    layers = plane(plan.layers)
    for number in range(len(plan.layers) - 1, -1, -1):
        dense_gradient(layers, number, buffers.A, buffers.D, n, buffers.gradient, buffers.panel)
        if layers[number, N_DX] > 0:
            dense_dx(buffers.theta, layers, number, buffers.D, n)
        if number > 0:
            below = number - 1
            first, units = layers[below, ROW_OUT], layers[below, N_OUT]
            if dropping and plan.dropout[below] > 0.0:
                fraction, seed = plan.dropout[below], plan.dropout_seed
                drop_backward(buffers.A, buffers.D, first, units, n, offset, fraction, seed, at_step, below)
            code = layers[below, ACTIVATION]
            times_derivative(code, buffers.A, buffers.S, buffers.D, first, units, n)
        elif len(data.blocks) > 0:
            add_codes_gradient(layers, data, order, start, n_rows, buffers)
    if plan.n_frequencies > 0:
        embedded, n_embedded = plane(plan.embedded), len(plan.embedded)
        embed_gradient(embedded, n_embedded, buffers.A, buffers.D, n, buffers.gradient, plan.n_frequencies)


@inlined
def sweep(plan, data, order, start, n_rows, n_parameters, buffers, at_step, loaded, keeps, packed, learn):
    """Compute loss and gradient, or loss and score, of some rows.

    One kernel does both, so that their common parts are compiled once.

    Parameters
    ----------
    plan : KernelPlan
    data : KernelData
    order : int32 (n_rows,) or (0,)
        Row order; empty if rows are taken as they are in `data`.
    start, n_rows : int
        Index of the first row in the order, and number of rows.
    n_parameters : int
    buffers : Buffers
        As planes. Its `gradient` (of loss and penalty) is filled if `learn` is true, else its `score`.
    at_step : int
        Number of the step, for dropout.
    loaded : bool
        Whether the rows are one block that is in the buffers already.
    keeps : bool
        Whether the training rows are always the same, and `buffers.packed` has memory for their blocks.
    packed : bool
        Whether the blocks are in `buffers.packed` already.
    learn : bool

    Returns
    -------
    loss : float
        Weighted mean over the rows, summed over the outputs.
    penalty : float
        0 if `learn` is false.
    total : float
        Weight of the rows.
    """
    layers, theta, gradient, score = plane(plan.layers), buffers.theta, buffers.gradient, buffers.score
    last, n_targets = len(plan.layers) - 1, data.T.shape[1]
    first, n_out = layers[last, ROW_OUT], layers[last, N_OUT]
    if learn:
        for p in range(0, n_parameters, lanes(gradient)):
            store(gradient, 0, p, zeros(gradient))
    else:
        for o in range(n_out):
            score[o] = 0.0
    dropping = learn and plan.max_dropout > 0.0
    A, D, T, weight, R = buffers.A, buffers.D, buffers.T, buffers.weight, buffers.R
    block = pitch(A)
    above = 2 * plan.n_frequencies
    inputs, n_in = rows_from(A, above), layers[0, N_IN] - above
    loss = 0.0
    penalty = 0.0
    total = total_weight(data, order, start, n_rows)
    if total > 0.0 or not learn:
        if len(data.blocks) > 0:
            prepare_codes(theta, layers, data, buffers, learn)
        for offset in range(0, n_rows, block):
            n = min(n_rows - offset, block)
            whole = -(-n // lanes(A)) * lanes(A)
            if packed and not loaded:
                unpack(inputs, T, weight, buffers.packed, offset // block, n_in, n_targets)
            elif not loaded:
                load_block(data, order, start + offset, n, total, inputs, n_in, T, weight)
                if learn and keeps:
                    pack(inputs, T, weight, buffers.packed, offset // block, n_in, n_targets)
            at = start + offset
            forward(plan, data, order, at, n, buffers, whole, offset, at_step, dropping)
            loss += loss_and_dz(plan.head, A, D, T, weight, R, first, n_out, whole)
            if learn:
                backward(plan, data, order, at, n, buffers, whole, offset, at_step, dropping)
            else:
                add_score(plan.head, A, T, weight, R, first, n_out, whole, score)
        if learn and len(data.blocks) > 0:
            finish_codes_gradient(layers, data, buffers)
        if learn and (plan.l2 > 0.0 or plan.l1 > 0.0):
            l2, l1 = plan.l2 / total, plan.l1 / total
            penalty += add_penalty(theta, gradient, layers, last + 1, WEIGHT, N_WEIGHTS, l2, l1)
    return loss, penalty, total


@kernel
def final_score(data, score):
    """Return the accuracy, or R² averaged over outputs with scikit-learn's conventions.

    `score` (n_out,) holds the weight of the right rows in its first entry, or each output's squared error.
    """
    spread, n_rows = data.spread, len(data.T)
    if len(spread) == 0:
        # if every row has weight 1, a quotient of two integers
        return np.rint(score[0] * n_rows) / n_rows if len(data.weight) == 0 else score[0]
    if n_rows < 2:
        return np.nan
    r2 = 0.0
    for o in range(len(spread)):
        if spread[o] > 0.0:
            r2 += 1.0 - score[o] / spread[o]
        elif score[o] == 0.0:
            r2 += 1.0
    return r2 / len(spread)


@hot
def note_epoch(plan, state, theta, before, history, epoch, full_batch):
    """Compare the epoch's monitored value with the best so far; return GOING, STALLED or DIVERGED.

    `history` is (n_epochs, 5); `epoch` is the row of the last epoch in it.
    """
    counts, values = state.counts, state.values
    loss = history[epoch, LOSS]
    good = np.isfinite(loss) and loss <= plan.loss_limit and all_finite(theta, len(state.best))
    if plan.quantity == _NOTHING:
        return GOING if good else DIVERGED
    if plan.quantity == _LOSS:
        value = -loss
    elif plan.quantity == _VALIDATION_LOSS:
        value = -history[epoch, VALID_LOSS]
    else:
        assert plan.quantity == _VALIDATION_SCORE
        value = history[epoch, VALID_SCORE]
    is_best, stale, halt = compare_with_best(value, values[2], counts[3], plan.tol, plan.patience)
    counts[3] = 0 if halt else stale
    # the loss of a full batch was computed before its only step
    source = before if plan.quantity == _LOSS and full_batch else theta
    if is_best and all_finite(source, len(state.best)):
        values[2] = value
        counts[2] = counts[1]
        for p in range(len(state.best)):
            state.best[p] = source[0, p]
    if not good:
        return DIVERGED
    return STALLED if halt else GOING


@hot
def all_finite(theta, n_parameters):
    """Return whether every parameter is finite: their sum is not, if one of them is not."""
    s = type(theta[0, 0])(0.0)
    for p in range(n_parameters):
        s += theta[0, p]
    return np.isfinite(s)


def train_chunk(
    plan,
    data,
    validation,
    state,
    buffers,
    batch_size,
    rates,
    track_training,
    snapshots_at,
    history,
    snapshots,
):
    """Train the network.

    Parameters
    ----------
    plan : KernelPlan
    data, validation : KernelData
        `validation` has no rows if there are none.
    state : KernelState
    buffers : Buffers
    batch_size : int
    rates : float64 (n_epochs * n_batches,)
    track_training : bool
        Whether loss and score of the training rows are computed after every epoch.
    snapshots_at : int64 (n_snapshots,)
        Epochs, counted over the whole training, after which theta is copied to `snapshots`.
    history : float64 (n_epochs, 5)
        Filled; columns LOSS, TRAIN_LOSS and so on.
    snapshots : (n_snapshots, n_parameters)
        Filled.

    Returns
    -------
    done, taken, halt : int
        Epochs trained, snapshots copied, and GOING, STALLED or DIVERGED.
    """
    plan, data, validation = borrowed(plan), borrowed(data), borrowed(validation)
    state, buffers, rates = borrowed(state), borrowed(buffers), borrowed(rates)
    snapshots_at, history, snapshots = borrowed(snapshots_at), borrowed(history), borrowed(snapshots)
    n_rows, n_parameters = len(data.T), len(state.best)
    keeps = len(buffers.packed) > 0
    buffers = planes(buffers)
    theta, counts, values = buffers.theta, state.counts, state.values
    full_batch = batch_size >= n_rows
    in_one_block = n_rows <= pitch(buffers.A) and keeps
    no_order = borrowed(state.rows[:0])
    loaded, packed = False, False
    halt = GOING
    done, taken = np.int64(0), np.int64(0)
    n_batches = -(-n_rows // batch_size)
    while done < len(history) and halt == GOING:
        if len(state.rows) > 0:
            if plan.order == _SHUFFLE:
                shuffle(state.rows, state.key, state.position)
            else:
                assert plan.order == _REPLACEMENT
                draw_with_replacement(state.rows, state.key, state.position)
        if full_batch:
            for p in range(0, n_parameters, lanes(theta)):
                store(buffers.before, 0, p, load(theta, 0, p))
        loss_sum = 0.0
        # the batches, then, if asked for, all training rows and all validation rows
        for batch in range(n_batches + 2):
            learn, of_validation = batch < n_batches, batch == n_batches + 1
            if not learn and not (len(validation.T) > 0 if of_validation else track_training):
                continue
            rows = validation if of_validation else data
            order = state.rows if learn else no_order
            start = batch * batch_size if learn else 0
            n = min(batch_size, n_rows - start) if learn else len(rows.T)
            loss, penalty, total = sweep(
                plan,
                rows,
                order,
                start,
                n,
                n_parameters,
                buffers,
                counts[0],
                learn and loaded,
                keeps,
                learn and packed,
                learn,
            )
            if learn:
                if total > 0.0:
                    rate = rates[done * n_batches + batch]
                    step(
                        plan.optimizer,
                        plane(plan.hyper),
                        plane(plan.slices),
                        plane(plan.factors),
                        len(plan.slices),
                        theta,
                        buffers.slots,
                        buffers.gradient,
                        n_parameters,
                        rate,
                        plane(values),
                    )
                    loaded, packed = in_one_block, keeps
                counts[0] += 1
                loss_sum += (loss * plan.loss_scale + penalty) * n
            else:
                history[done, VALID_LOSS if of_validation else TRAIN_LOSS] = loss * plan.loss_scale
                history[done, VALID_SCORE if of_validation else TRAIN_SCORE] = final_score(
                    rows, buffers.score
                )
                loaded = False
        history[done, LOSS] = loss_sum / n_rows
        counts[1] += 1
        halt = note_epoch(plan, state, theta, buffers.before, history, done, full_batch)
        if taken < len(snapshots_at) and snapshots_at[taken] == counts[1]:
            for p in range(n_parameters):
                snapshots[taken, p] = theta[0, p]
            taken += 1
        done += 1
    return done, taken, halt


def gradient_of(plan, data, n_parameters, buffers):
    """Return loss, penalty and weight of all rows as one batch; the gradient is in the buffers."""
    plan, data, buffers = borrowed(plan), borrowed(data), planes(borrowed(buffers))
    order, n = borrowed(np.empty(0, np.int32)), len(data.T)
    return sweep(plan, data, order, np.int64(0), n, n_parameters, buffers, 0, False, False, False, True)


def evaluation_of(plan, data, n_parameters, buffers):
    """Return the loss, as reported, and the score of all rows."""
    plan, data, buffers = borrowed(plan), borrowed(data), planes(borrowed(buffers))
    order, n = borrowed(np.empty(0, np.int32)), len(data.T)
    loss, _, _ = sweep(
        plan, data, order, np.int64(0), n, n_parameters, buffers, 0, False, False, False, False
    )
    return loss * plan.loss_scale, final_score(data, buffers.score)


training = Entry(train_chunk)
gradient = Entry(gradient_of)
evaluation = Entry(evaluation_of)
