"""Training: batches, gradients, epochs, and what is watched after each of them."""

from __future__ import annotations

from typing import Any, NamedTuple, get_args

import numpy as np

from separatrix.engine._jit import VECTOR_BYTES, Entry, borrowed, hot, inlined, kernel
from separatrix.engine.base import Order, Quantity
from separatrix.engine.base import compare_with_best as _compare_with_best
from separatrix.engine.kernels.activations import activate, times_derivative
from separatrix.engine.kernels.draws import draw_with_replacement, drop, drop_backward, shuffle
from separatrix.engine.kernels.heads import add_score, loss_and_dz
from separatrix.engine.kernels.layers import (
    ACTIVATION,
    N_IN,
    N_OUT,
    ROW_OUT,
    WEIGHT,
    dense,
    dense_dx,
    dense_gradient,
)
from separatrix.engine.kernels.optimizers import add_penalty, step
from separatrix.engine.lanes import lanes, load, store

compare_with_best = kernel(_compare_with_best)

PAIR = 2 * VECTOR_BYTES // 4  # a block is whole pairs of vectors wide; see `kernels.layers`

# Columns of the history: one row an epoch.
LOSS, TRAIN_LOSS, TRAIN_SCORE, VALID_LOSS, VALID_SCORE = range(5)
WATCHED = {name: code for code, name in enumerate(get_args(Quantity))}
ORDERS = {name: code for code, name in enumerate(get_args(Order))}
_NOTHING, _LOSS = WATCHED["nothing"], WATCHED["loss"]
_VALIDATION_LOSS, _VALIDATION_SCORE = WATCHED["validation_loss"], WATCHED["validation_score"]
_SHUFFLE, _REPLACEMENT = ORDERS["shuffle"], ORDERS["replacement"]
GOING, STALLED, DIVERGED = range(3)


class Design(NamedTuple):
    """What stays: the network as a table, the optimiser's numbers, the rules."""

    layers: Any  # int64 (n_layers, 8), see `kernels.layers`
    dropout: Any  # float64 (n_layers,)
    max_dropout: float
    head: int
    optimizer: int
    hyper: Any  # float64 (n,), see `kernels.optimizers`
    l2: float
    l1: float
    loss_scale: float  # the data loss is reported times this
    dropout_seed: int
    order: int
    watched: int
    tol: float
    patience: float


class Rows(NamedTuple):
    """Rows of data. A sparse X has its `values`, `columns` and `starts` (CSR) and an X of no rows."""

    X: Any
    values: Any
    columns: Any
    starts: Any
    T: Any
    weight: Any  # (n_rows,), or (0,) where every row weighs 1
    spread: Any  # float64 (n_out,): weighted squares of T about its mean, for R²


class Moving(NamedTuple):
    """What a step changes; the counters stand in `counts` and `values`."""

    theta: Any
    slots: Any
    best: Any  # parameters of the best epoch
    before: Any  # parameters at the start of the epoch
    rows: Any  # int32: row order
    key: Any  # uint32 (624,), MT19937
    position: Any  # int64 (1,)
    counts: Any  # int64 (4,): step, epoch, best epoch, stalled epochs
    values: Any  # float64 (3,): beta_1 ** step, beta_2 ** step, best value


class Buffers(NamedTuple):
    """Room for one block of rows."""

    A: Any  # (units, block): activations, the inputs first
    S: Any  # (units, block): kept derivatives; no rows where none are kept
    D: Any  # (units, block): dz
    T: Any  # (n_targets, block)
    R: Any  # (4, block): row-wise results
    weight: Any  # (1, block)
    gradient: Any  # (n_parameters,)
    product: Any  # room for the largest dw
    score: Any  # float64 (n_out,)
    packed: Any  # (n_blocks * (n_in + n_targets + 1), block) for a full batch in fixed order, else no blocks


@hot
def load_block(data, order, start, n, total, n_in, buffers):
    """Copy n rows into the block, as columns; weights are divided by `total`. Return n in whole vectors."""
    A, T, weight = buffers.A, buffers.T, buffers.weight
    zero, one = type(A[0, 0])(0.0), type(A[0, 0])(1.0)
    share = one / type(zero)(total)
    whole = -(-n // lanes(A)) * lanes(A)
    ordered = len(order) > 0
    if len(data.starts) > 0:
        load_sparse(data, order, start, n, n_in, A)
    for first in range(0, n, PAIR):  # a tile of rows, so that a cache line is written whole
        last = min(first + PAIR, n)
        if len(data.starts) == 0:
            for i in range(n_in):
                if ordered:
                    for r in range(first, last):
                        A[i, r] = data.X[order[start + r], i]
                else:
                    for r in range(first, last):
                        A[i, r] = data.X[start + r, i]
        for t in range(len(T)):
            if ordered:
                for r in range(first, last):
                    T[t, r] = data.T[order[start + r], t]
            else:
                for r in range(first, last):
                    T[t, r] = data.T[start + r, t]
    if len(data.weight) == 0:
        for r in range(n):
            weight[0, r] = share
    else:
        for r in range(n):
            weight[0, r] = share * data.weight[order[start + r] if ordered else start + r]
    for r in range(n, whole):
        weight[0, r] = zero
        for i in range(n_in):
            A[i, r] = zero
        for t in range(len(T)):
            T[t, r] = zero
    return whole


@kernel
def load_sparse(data, order, start, n, n_in, A):
    """Copy n rows of a sparse X into the block."""
    for i in range(n_in):
        for r in range(n):
            A[i, r] = type(A[0, 0])(0.0)
    for r in range(n):
        row = order[start + r] if len(order) > 0 else start + r
        for k in range(data.starts[row], data.starts[row + 1]):
            A[data.columns[k], r] += data.values[k]


@kernel
def pack(buffers, kept, n_in):
    """Keep the loaded block, so that a full batch need not turn the same rows into columns at every step."""
    A, T, weight, packed = buffers.A, buffers.T, buffers.weight, buffers.packed
    first = kept * (n_in + len(T) + 1)
    for r in range(0, A.shape[1], lanes(A)):
        for i in range(n_in):
            store(packed, first + i, r, load(A, i, r))
        for t in range(len(T)):
            store(packed, first + n_in + t, r, load(T, t, r))
        store(packed, first + n_in + len(T), r, load(weight, 0, r))


@hot
def unpack(buffers, kept, n_in):
    """Bring a kept block back."""
    A, T, weight, packed = buffers.A, buffers.T, buffers.weight, buffers.packed
    first = kept * (n_in + len(T) + 1)
    for r in range(0, A.shape[1], lanes(A)):
        for i in range(n_in):
            store(A, i, r, load(packed, first + i, r))
        for t in range(len(T)):
            store(T, t, r, load(packed, first + n_in + t, r))
        store(weight, 0, r, load(packed, first + n_in + len(T), r))


@hot
def total_weight(data, order, start, n):
    """Return the weight of n rows together."""
    if len(data.weight) == 0:
        return float(n)
    total = 0.0
    for r in range(start, start + n):
        total += data.weight[order[r] if len(order) else r]
    return total


@inlined
def forward(design, theta, buffers, n, offset, at_step, dropping):
    """Run the block through the layers."""
    layers = design.layers
    for number in range(len(layers)):
        dense(theta, layers, number, buffers.A, n)
        first, units = layers[number, ROW_OUT], layers[number, N_OUT]
        activate(layers[number, ACTIVATION], buffers.A, buffers.S, first, units, n)
        if dropping and design.dropout[number] > 0.0:
            share, seed = design.dropout[number], design.dropout_seed
            drop(buffers.A, first, units, n, offset, share, seed, at_step, number)


@inlined
def backward(design, theta, buffers, n, offset, at_step, dropping):
    """Add the block's gradient, from the last layer's dz to the first."""
    layers = design.layers
    for number in range(len(layers) - 1, -1, -1):
        dense_gradient(layers, number, buffers.A, buffers.D, n, buffers.gradient, buffers.product)
        if number > 0:
            dense_dx(theta, layers, number, buffers.D, n)
            below = number - 1
            first, units = layers[below, ROW_OUT], layers[below, N_OUT]
            if dropping and design.dropout[below] > 0.0:
                share, seed = design.dropout[below], design.dropout_seed
                drop_backward(buffers.A, buffers.D, first, units, n, offset, share, seed, at_step, below)
            code = layers[below, ACTIVATION]
            times_derivative(code, buffers.A, buffers.S, buffers.D, first, units, n)


@inlined
def sweep(design, data, order, start, n_rows, theta, buffers, at_step, loaded, packed, learn):
    """Go over some rows, to learn from them or to judge the network by them.

    Return their mean loss (summed over outputs), the penalty and their weight. To learn fills the gradient of
    loss and penalty; to judge fills the score. One kernel for both: what they share is compiled once.

    `loaded`: the rows are one block, and that block is in the buffers already.
    `packed`: the rows are always the same, and their blocks are kept.
    """
    layers, gradient, score = design.layers, buffers.gradient, buffers.score
    last = len(layers) - 1
    first, n_out = layers[last, ROW_OUT], layers[last, N_OUT]
    if learn:
        for p in range(len(gradient)):
            gradient[p] = type(gradient[0])(0.0)
    else:
        for o in range(n_out):
            score[o] = 0.0
    dropping = learn and design.max_dropout > 0.0
    block = buffers.A.shape[1]
    loss = 0.0
    penalty = 0.0
    total = total_weight(data, order, start, n_rows)
    if total > 0.0 or not learn:
        for offset in range(0, n_rows, block):
            n = min(n_rows - offset, block)
            whole = -(-n // lanes(buffers.A)) * lanes(buffers.A)
            if packed and not loaded:
                unpack(buffers, offset // block, layers[0, N_IN])
            elif not loaded:
                load_block(data, order, start + offset, n, total, layers[0, N_IN], buffers)
                if learn and len(buffers.packed) > 0:
                    pack(buffers, offset // block, layers[0, N_IN])
            forward(design, theta, buffers, whole, offset, at_step, dropping)
            A, D, T, weight, R = buffers.A, buffers.D, buffers.T, buffers.weight, buffers.R
            loss += loss_and_dz(design.head, A, D, T, weight, R, first, n_out, whole)
            if learn:
                backward(design, theta, buffers, whole, offset, at_step, dropping)
            else:
                add_score(design.head, A, T, weight, R, first, n_out, whole, score)
        if learn and (design.l2 > 0.0 or design.l1 > 0.0):
            l2, l1 = design.l2 / total, design.l1 / total
            penalty += add_penalty(theta, gradient, layers, N_IN, N_OUT, WEIGHT, l2, l1)
    return loss, penalty, total


@kernel
def final_score(data, score):
    """Return the accuracy, or R² averaged over outputs with scikit-learn's conventions."""
    spread, n_rows = data.spread, len(data.T)
    if len(spread) == 0:
        # where every row weighs 1, the share of right rows as a quotient of two integers
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
def note_epoch(design, moving, history, epoch, full_batch):
    """Compare the epoch's watched value with the best so far; return whether training goes on."""
    counts, values = moving.counts, moving.values
    finite = np.isfinite(history[epoch, LOSS]) and all_finite(moving.theta)
    if design.watched == _NOTHING:
        return GOING if finite else DIVERGED
    if design.watched == _LOSS:
        value = -history[epoch, LOSS]
    elif design.watched == _VALIDATION_LOSS:
        value = -history[epoch, VALID_LOSS]
    else:
        assert design.watched == _VALIDATION_SCORE
        value = history[epoch, VALID_SCORE]
    is_best, stale, halt = compare_with_best(value, values[2], counts[3], design.tol, design.patience)
    counts[3] = 0 if halt else stale
    # a full batch's loss was measured before its step
    source = moving.before if design.watched == _LOSS and full_batch else moving.theta
    if is_best and all_finite(source):
        values[2] = value
        counts[2] = counts[1]
        for p in range(len(source)):
            moving.best[p] = source[p]
    if not finite:
        return DIVERGED
    return STALLED if halt else GOING


@hot
def all_finite(theta):
    """Return whether every parameter is finite: their sum is not, if one of them is not."""
    s = type(theta[0])(0.0)
    for p in range(len(theta)):
        s += theta[p]
    return np.isfinite(s)


def train_chunk(
    design,
    data,
    validation,
    moving,
    buffers,
    batch_size,
    rates,
    track_training,
    snapshots_at,
    history,
    snapshots,
):
    """Train as many epochs as `history` has rows; return epochs done, snapshots taken and why it halted."""
    design, data, validation = borrowed(design), borrowed(data), borrowed(validation)
    moving, buffers, rates = borrowed(moving), borrowed(buffers), borrowed(rates)
    snapshots_at, history, snapshots = borrowed(snapshots_at), borrowed(history), borrowed(snapshots)
    n_rows = len(data.T)
    theta, counts, values = moving.theta, moving.counts, moving.values
    full_batch = batch_size >= n_rows
    in_one_block = n_rows <= buffers.A.shape[1] and len(buffers.packed) > 0
    as_they_stand = borrowed(moving.rows[:0])
    loaded, packed = False, False
    halt = GOING
    done, taken = np.int64(0), np.int64(0)
    n_batches = -(-n_rows // batch_size)
    while done < len(history) and halt == GOING:
        if len(moving.rows) > 0:
            if design.order == _SHUFFLE:
                shuffle(moving.rows, moving.key, moving.position)
            else:
                assert design.order == _REPLACEMENT
                draw_with_replacement(moving.rows, moving.key, moving.position)
        if full_batch:
            for p in range(len(theta)):
                moving.before[p] = theta[p]
        loss_sum = 0.0
        # the batches, then, where they are asked for, the training rows and the validation rows as a whole
        for piece in range(n_batches + 2):
            learn, of_validation = piece < n_batches, piece == n_batches + 1
            if not learn and not (len(validation.T) > 0 if of_validation else track_training):
                continue
            rows = validation if of_validation else data
            order = moving.rows if learn else as_they_stand
            start = piece * batch_size if learn else 0
            n = min(batch_size, n_rows - start) if learn else len(rows.T)
            loss, penalty, total = sweep(
                design,
                rows,
                order,
                start,
                n,
                theta,
                buffers,
                counts[0],
                learn and loaded,
                learn and packed,
                learn,
            )
            if learn:
                if total > 0.0:
                    rate = rates[done * n_batches + piece]
                    step(design.optimizer, theta, moving.slots, buffers.gradient, design.hyper, rate, values)
                    loaded, packed = in_one_block, len(buffers.packed) > 0
                counts[0] += 1
                loss_sum += (loss * design.loss_scale + penalty) * n
            else:
                history[done, VALID_LOSS if of_validation else TRAIN_LOSS] = loss * design.loss_scale
                history[done, VALID_SCORE if of_validation else TRAIN_SCORE] = final_score(
                    rows, buffers.score
                )
                loaded = False
        history[done, LOSS] = loss_sum / n_rows
        counts[1] += 1
        halt = note_epoch(design, moving, history, done, full_batch)
        if taken < len(snapshots_at) and snapshots_at[taken] == counts[1]:
            for p in range(len(theta)):
                snapshots[taken, p] = theta[p]
            taken += 1
        done += 1
    return done, taken, halt


def gradient_of(design, data, theta, buffers):
    """Return objective loss, penalty and weight of all rows as one batch; the gradient is in the buffers."""
    as_they_stand = np.empty(0, np.int32)
    return sweep(design, data, as_they_stand, np.int64(0), len(data.T), theta, buffers, 0, False, False, True)


def evaluation_of(design, data, theta, buffers):
    """Return the loss, as reported, and the score of all rows."""
    as_they_stand = np.empty(0, np.int32)
    n_rows = len(data.T)
    loss, _, _ = sweep(
        design, data, as_they_stand, np.int64(0), n_rows, theta, buffers, 0, False, False, False
    )
    return loss * design.loss_scale, final_score(data, buffers.score)


training = Entry(train_chunk)
gradient = Entry(gradient_of)
evaluation = Entry(evaluation_of)
