"""Training: batches, gradients, epochs, and what is watched after each of them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from separatrix.engine._jit import Entry, kernel
from separatrix.engine.base import watch as _watch
from separatrix.engine.kernels.activations import activate, times_derivative
from separatrix.engine.kernels.draws import draw_with_replacement, drop, drop_backward, shuffle
from separatrix.engine.kernels.heads import add_score, loss_and_dz
from separatrix.engine.kernels.layers import (
    ACTIVATION,
    DROPOUT,
    N_IN,
    N_OUT,
    ROW_OUT,
    WEIGHT,
    dense,
    dense_dx,
    dense_gradient,
)
from separatrix.engine.kernels.optimizers import add_penalty, step

watch = kernel(_watch)

LANES = 16  # rows are rounded up to whole vectors: 16 float32 fill an AVX-512 register

# Columns of the history: one row an epoch.
LOSS, TRAIN_LOSS, TRAIN_SCORE, VALID_LOSS, VALID_SCORE = range(5)
# What is watched, and how rows are ordered.
WATCHED = ("nothing", "loss", "validation_loss", "validation_score")
ORDERS = ("sequential", "shuffle", "replacement")
GOING, STALLED, DIVERGED = range(3)


class Design(NamedTuple):
    """What stays: the network as a table, the optimiser's numbers, the rules."""

    layers: Any  # int64 (n_layers, 9), see `kernels.layers`
    dropout: Any  # float64 (n_layers,)
    head: int
    optimizer: int
    hyper: Any  # float64 (4,), see `kernels.optimizers`
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
    counts: Any  # int64 (5,): step, epoch, best epoch, stalled epochs, halt
    values: Any  # float64 (3,): beta_1 ** step, beta_2 ** step, best value


class Buffers(NamedTuple):
    """Room for one block of rows."""

    A: Any  # (units, block): activations, the inputs first
    S: Any  # (units, block): kept derivatives; no rows where none are kept
    D: Any  # (units, block): dz
    T: Any  # (n_targets, block)
    R: Any  # (4, block): row-wise results
    weight: Any  # (block,)
    gradient: Any  # (n_parameters,)
    product: Any  # room for the largest dw


@kernel
def load_block(data, order, start, n, total, n_in, buffers):
    """Copy n rows into the block, as columns; weights are divided by `total`. Return n in whole vectors."""
    A, T, weight = buffers.A, buffers.T, buffers.weight
    zero = type(A[0, 0])(0.0)
    whole = -(-n // LANES) * LANES
    if len(data.starts) == 0:
        for first in range(0, n, LANES):  # a tile of rows, so that a cache line is written whole
            last = min(first + LANES, n)
            for i in range(n_in):
                for r in range(first, last):
                    A[i, r] = data.X[order[start + r] if len(order) else start + r, i]
    else:
        for i in range(n_in):
            for r in range(n):
                A[i, r] = zero
        for r in range(n):
            row = order[start + r] if len(order) else start + r
            for k in range(data.starts[row], data.starts[row + 1]):
                A[data.columns[k], r] += data.values[k]
    for t in range(len(T)):
        for r in range(n):
            T[t, r] = data.T[order[start + r] if len(order) else start + r, t]
    for r in range(n):
        row = order[start + r] if len(order) else start + r
        weight[r] = type(zero)((data.weight[row] if len(data.weight) else 1.0) / total)
    for r in range(n, whole):
        weight[r] = zero
        for i in range(n_in):
            A[i, r] = zero
        for t in range(len(T)):
            T[t, r] = zero
    return whole


@kernel
def total_weight(data, order, start, n):
    """Return the weight of n rows together."""
    if len(data.weight) == 0:
        return float(n)
    total = 0.0
    for r in range(start, start + n):
        total += data.weight[order[r] if len(order) else r]
    return total


@kernel
def forward(design, theta, buffers, n):
    """Run the block through the layers, without dropout."""
    for number in range(len(design.layers)):
        layer = design.layers[number]
        dense(theta, layer, buffers.A, n)
        activate(layer[ACTIVATION], buffers.A, buffers.S, layer[ROW_OUT], layer[N_OUT], n)


@kernel
def forward_dropping(design, theta, buffers, n, offset, at_step):
    """Run the block through the layers, with dropout."""
    for number in range(len(design.layers)):
        layer, share = design.layers[number], design.dropout[number]
        dense(theta, layer, buffers.A, n)
        activate(layer[ACTIVATION], buffers.A, buffers.S, layer[ROW_OUT], layer[N_OUT], n)
        if share > 0.0:
            first, units = layer[ROW_OUT], layer[N_OUT]
            drop(buffers.A, first, units, n, offset, share, design.dropout_seed, at_step, number)


@kernel
def backward(design, theta, buffers, n, offset, at_step):
    """Add the block's gradient, from the last layer's dz to the first."""
    for number in range(len(design.layers) - 1, -1, -1):
        layer = design.layers[number]
        dense_gradient(layer, buffers.A, buffers.D, n, buffers.gradient, buffers.product)
        if number > 0:
            dense_dx(theta, layer, buffers.D, n)
            below, share = design.layers[number - 1], design.dropout[number - 1]
            first, units = below[ROW_OUT], below[N_OUT]
            if share > 0.0:
                drop_backward(
                    buffers.A, buffers.D, first, units, n, offset, share, design.dropout_seed, at_step, number - 1
                )
            times_derivative(below[ACTIVATION], buffers.A, buffers.S, buffers.D, first, units, n)


@kernel
def batch_gradient(design, data, order, start, n_batch, theta, buffers, at_step, loaded):
    """Fill the gradient of the batch's mean loss and penalty; return data loss, penalty and weight.

    `loaded`: the batch is one block, and that block is in the buffers already.
    """
    gradient = buffers.gradient
    for p in range(len(gradient)):
        gradient[p] = type(gradient[0])(0.0)
    total = total_weight(data, order, start, n_batch)
    if total == 0.0:
        return 0.0, 0.0, total
    last = design.layers[len(design.layers) - 1]
    dropping = design.dropout.sum() > 0.0
    loss = 0.0
    for offset in range(0, n_batch, buffers.A.shape[1]):
        n = min(n_batch - offset, buffers.A.shape[1])
        whole = -(-n // LANES) * LANES
        if not loaded:
            load_block(data, order, start + offset, n, total, design.layers[0, N_IN], buffers)
        if dropping:
            forward_dropping(design, theta, buffers, whole, offset, at_step)
        else:
            forward(design, theta, buffers, whole)
        loss += loss_and_dz(
            design.head, buffers.A, buffers.D, buffers.T, buffers.weight, buffers.R, last[ROW_OUT], last[N_OUT], whole
        )
        backward(design, theta, buffers, whole, offset, at_step)
    penalty = 0.0
    if design.l2 > 0.0 or design.l1 > 0.0:
        l2, l1 = design.l2 / total, design.l1 / total
        penalty += add_penalty(theta, gradient, design.layers, N_IN, N_OUT, WEIGHT, l2, l1)
    return loss, penalty, total


@kernel
def evaluate(design, data, theta, buffers):
    """Return the weighted mean loss (as reported, without penalty) and the score of all rows."""
    n_rows = len(data.T)
    as_they_stand = np.empty(0, np.int32)
    total = total_weight(data, as_they_stand, 0, n_rows)
    last = design.layers[len(design.layers) - 1]
    first, n_out = last[ROW_OUT], last[N_OUT]
    score = np.zeros(n_out)
    loss = 0.0
    for start in range(0, n_rows, buffers.A.shape[1]):
        n = min(n_rows - start, buffers.A.shape[1])
        whole = load_block(data, as_they_stand, start, n, total, design.layers[0, N_IN], buffers)
        forward(design, theta, buffers, whole)
        A, T, weight, R = buffers.A, buffers.T, buffers.weight, buffers.R
        loss += loss_and_dz(design.head, A, buffers.D, T, weight, R, first, n_out, whole)
        add_score(design.head, A, T, weight, R, first, n_out, whole, score)
    if len(data.spread) == 0:
        return loss * design.loss_scale, score[0]
    r2 = 0.0
    for o in range(n_out):  # scikit-learn's convention for a target that does not vary
        if data.spread[o] > 0.0:
            r2 += 1.0 - score[o] / data.spread[o]
        elif score[o] == 0.0:
            r2 += 1.0
    return loss * design.loss_scale, r2 / n_out


@kernel
def one_epoch(design, data, moving, buffers, batch_size, rates, loaded):
    """Take one step for every batch; return the mean of their losses."""
    n_rows = len(data.T)
    theta, counts, values = moving.theta, moving.counts, moving.values
    loss_sum = 0.0
    for number, start in enumerate(range(0, n_rows, batch_size)):
        n = min(batch_size, n_rows - start)
        loss, penalty, total = batch_gradient(
            design, data, moving.rows, start, n, theta, buffers, counts[0], loaded
        )
        if total > 0.0:
            values[0] *= design.hyper[0]
            values[1] *= design.hyper[1]
            step(design.optimizer, theta, moving.slots, buffers.gradient, design.hyper, rates[number], values)
        counts[0] += 1
        loss_sum += (loss * design.loss_scale + penalty) * n
    return loss_sum / n_rows


@kernel
def note_epoch(design, moving, history, full_batch):
    """Compare the epoch's watched value with the best so far; return whether training goes on."""
    counts, values = moving.counts, moving.values
    if not (np.isfinite(history[LOSS]) and np.isfinite(moving.theta.sum())):
        return DIVERGED
    if design.watched == 0:
        return GOING
    if design.watched == 1:
        value = -history[LOSS]
    elif design.watched == 2:
        value = -history[VALID_LOSS]
    else:
        value = history[VALID_SCORE]
    is_best, stale, halt = watch(value, values[2], counts[3], design.tol, design.patience)
    counts[3] = 0 if halt else stale
    if is_best:
        values[2] = value
        counts[2] = counts[1]
        # a full batch's loss was measured before its step
        source = moving.before if design.watched == 1 and full_batch else moving.theta
        for p in range(len(source)):
            moving.best[p] = source[p]
    return STALLED if halt else GOING


def train_chunk(
    design, data, validation, moving, buffers, batch_size, rates, track_training, snapshots_at, history, snapshots
):
    """Train for as many epochs as `history` has rows; return epochs done, snapshots taken and why it halted."""
    n_rows = len(data.T)
    full_batch = batch_size >= n_rows
    steps = -(-n_rows // batch_size)
    in_one_block = full_batch and n_rows <= buffers.A.shape[1] and len(moving.rows) == 0
    loaded = False
    taken = 0
    for epoch in range(len(history)):
        if len(moving.rows):
            if design.order == 1:
                shuffle(moving.rows, moving.key, moving.position)
            else:
                draw_with_replacement(moving.rows, moving.key, moving.position)
        if full_batch:
            for p in range(len(moving.theta)):
                moving.before[p] = moving.theta[p]
        if in_one_block and not loaded:
            total = total_weight(data, moving.rows, 0, n_rows)
            load_block(data, moving.rows, 0, n_rows, max(total, 1e-300), design.layers[0, N_IN], buffers)
            loaded = True
        now = history[epoch]
        now[LOSS] = one_epoch(
            design, data, moving, buffers, batch_size, rates[epoch * steps : (epoch + 1) * steps], loaded
        )
        moving.counts[1] += 1
        if track_training:
            now[TRAIN_LOSS], now[TRAIN_SCORE] = evaluate(design, data, moving.theta, buffers)
            loaded = False
        if len(validation.T):
            now[VALID_LOSS], now[VALID_SCORE] = evaluate(design, validation, moving.theta, buffers)
            loaded = False
        halt = note_epoch(design, moving, now, full_batch)
        if taken < len(snapshots_at) and snapshots_at[taken] == moving.counts[1]:
            snapshots[taken] = moving.theta
            taken += 1
        if halt != GOING:
            return epoch + 1, taken, halt
    return len(history), taken, GOING


def gradient_of(design, data, theta, buffers):
    """Return objective loss, penalty and weight of all rows as one batch; the gradient is in the buffers."""
    return batch_gradient(design, data, np.empty(0, np.int32), 0, len(data.T), theta, buffers, 0, False)


def evaluation_of(design, data, theta, buffers):
    """Return the loss and the score of all rows."""
    return evaluate(design, data, theta, buffers)


training = Entry(train_chunk)
gradient = Entry(gradient_of)
evaluation = Entry(evaluation_of)
