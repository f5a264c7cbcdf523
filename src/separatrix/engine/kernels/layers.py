"""The dense layer over rows, forward and backward, in tiles of four units."""

from __future__ import annotations

from separatrix.engine._jit import hot, kernel
from separatrix.engine.lanes import (
    add_product,
    add_sum,
    add_sums,
    add_tile,
    lanes,
    load,
    load_square,
    load_tile,
    spread,
    spread_tile,
    store,
    store_square,
    store_tile,
    turned,
    zero_tile,
    zeros,
)
from separatrix.engine.planes import pitch

# Columns of the layer table (int64, one row a layer). Of coded rows the first layer's N_IN counts the plain
# inputs alone, N_WEIGHTS the weights of all. N_DX counts the first inputs whose derivatives are needed: those
# of the embedding in the first layer, all in the others.
N_IN, N_OUT, WEIGHT, BIAS, ROW_IN, ROW_OUT, ACTIVATION, N_WEIGHTS, N_DX = range(9)

# Products are added to a tile of four units, or of four inputs, by two vectors at a time: eight sums side by
# side, so that every number that is loaded is used in two or four of them. What does not fill a tile is
# computed one by one. If the rows end with the first vector of a pair, the second computes values behind
# them in the block, which are not used. Below each layer's inputs A has a row of ones, whose weights are the
# biases.

# So many products are added before the next tile. What they are made of then stays in the first cache: the
# inputs of two vectors of rows, and the panel, two vectors wide, that holds weights or turned rows of D.
DEPTH = 128
# With fewer inputs, times lanes, it takes longer to turn rows of D than to add up lanes.
FEW = 512
# Weights of a larger layer are copied to the panel: in theta they lie too far apart for the cache.
LARGE = 4096


@hot
def add_products(s, t, V, v, r, F, f, step, apart, depth):
    """Add ``depth`` products to two tiles.

    Parameters
    ----------
    s, t : tiles
    V, v, r :
        The vectors of a product are those in row `v` of V from columns `r` and ``r + lanes`` on; those of the
        next are in the next row.
    F, f, step, apart :
        The four factors of a product lie ``apart`` numbers from each other, the first at ``F[f]``; those of
        the next product follow after `step` numbers.
    depth : int
    """
    q = r + lanes(V)
    for k in range(depth):
        factors = spread_tile(F, f, apart)
        s = add_product(s, load(V, v + k, r), factors)
        t = add_product(t, load(V, v + k, q), factors)
        f += step
    return s, t


@kernel
def dense(theta, layers, number, A, n, panel):
    """Set ``z = x W + b`` for one layer.

    Parameters
    ----------
    theta : (1, n_parameters), as `gradient`
    layers : int64 (n_layers, 9)
        The layer table: sizes, offsets in theta, first rows in A.
    number : int
        The layer, from 0.
    A : (units, block)
        ``x`` is read from the rows at ROW_IN, ``z`` written to those at ROW_OUT.
    n : int
        Rows of data, a multiple of the lanes.
    panel : (DEPTH, 2 lanes)
        Memory for weights.
    """
    n_in, n_out = layers[number, N_IN], layers[number, N_OUT]
    w, b = layers[number, WEIGHT], layers[number, BIAS]
    x, z = layers[number, ROW_IN], layers[number, ROW_OUT]
    fours, pair = n_out - n_out % 4, 2 * lanes(A)
    packs = n_in * n_out > LARGE
    W, step, size = (panel, pair, pair) if packs else (theta, n_out, max(fours, 4))
    for first in range(0, max(n_in, 1), DEPTH):
        depth = min(DEPTH, n_in - first)
        for group in range(0, fours, size):
            p = w + first * n_out + group
            if packs:
                for k in range(depth):
                    store(panel, k, 0, load(theta, 0, p + k * n_out))
                    store(panel, k, lanes(A), load(theta, 0, p + k * n_out + lanes(A)))
                p = 0
            for r in range(0, n, pair):
                for o in range(group, min(group + size, fours), 4):
                    if first > 0:
                        s, t = load_tile(A, z + o, r), load_tile(A, z + o, r + lanes(A))
                    else:
                        s = spread_tile(theta, b + o, 1) if b >= 0 else zero_tile(A)
                        t = s
                    s, t = add_products(s, t, A, x + first, r, W, p + o - group, step, 1, depth)
                    store_tile(A, z + o, r, s)
                    store_tile(A, z + o, r + lanes(A), t)
    for o in range(fours, n_out):
        for r in range(0, n, pair):
            q = r + lanes(A)
            r0 = spread(theta, b + o) if b >= 0 else zeros(A)
            q0 = r0
            for i in range(n_in):
                w0 = spread(theta, w + i * n_out + o)
                r0 = r0 + load(A, x + i, r) * w0
                q0 = q0 + load(A, x + i, q) * w0
            store(A, z + o, r, r0)
            store(A, z + o, q, q0)


@kernel
def dense_gradient(layers, number, A, D, n, gradient, panel):
    """Add ``dw = x^T dz`` and ``db = sum of dz`` of one layer to the gradient; arguments as of `dense`.

    Parameters
    ----------
    D : (units, block)
        ``dz`` is read from the rows at ROW_OUT.
    gradient : (1, n_parameters)
    """
    n_in, n_out = layers[number, N_IN], layers[number, N_OUT]
    w, b = layers[number, WEIGHT], layers[number, BIAS]
    x, z = layers[number, ROW_IN], layers[number, ROW_OUT]
    pair = 2 * lanes(A)
    wide = n_out - n_out % pair if n_in * lanes(A) >= FEW else 0
    fours = n_in - n_in % 4
    last = n_in if b >= 0 else n_in - 1  # with the row of ones
    # Of units that fill a pair of vectors, dz is turned: the units are the lanes. Of the others, and of the
    # last inputs, the lanes of each sum are added up.
    for o in range(0, wide, pair):
        for first in range(0, n, DEPTH):
            depth = min(DEPTH, n - first)
            for r in range(0, depth, lanes(A)):
                for half in range(0, pair, lanes(A)):
                    store_square(panel, r, half, turned(load_square(D, z + o + half, first + r)))
            for i in range(0, fours, 4):
                s, t = zero_tile(A), zero_tile(A)
                s, t = add_products(s, t, panel, 0, 0, A, (x + i) * pitch(A) + first, 1, pitch(A), depth)
                add_tile(gradient, w + i * n_out + o, n_out, s)
                add_tile(gradient, w + i * n_out + o + lanes(A), n_out, t)
    in_tiles = n_out - n_out % 4
    for i in range(0, last + 1, 2):
        j = min(i + 1, last)
        for o in range(wide if i < fours else 0, in_tiles, 4):
            s, t = zero_tile(A), zero_tile(A)
            for r in range(0, n, lanes(A)):
                dz = load_tile(D, z + o, r)
                s = add_product(s, load(A, x + i, r), dz)
                t = add_product(t, load(A, x + j, r), dz)
            add_sums(gradient, o + (w + i * n_out if i < n_in else b), 1, s)
            if j > i:
                add_sums(gradient, o + (w + j * n_out if j < n_in else b), 1, t)
    for o in range(in_tiles, n_out):
        for i in range(0, fours, 4):
            s = zero_tile(A)
            for r in range(0, n, lanes(A)):
                s = add_product(s, load(D, z + o, r), load_tile(A, x + i, r))
            add_sums(gradient, w + i * n_out + o, n_out, s)
        for i in range(fours, last + 1):
            r0 = zeros(A)
            for r in range(0, n, lanes(A)):
                r0 = r0 + load(A, x + i, r) * load(D, z + o, r)
            add_sum(gradient, o + (w + i * n_out if i < n_in else b), r0)


@kernel
def dense_dx(theta, layers, number, D, n):
    """Set ``dx = dz W^T`` of one layer: rows of D at ROW_IN from those at ROW_OUT; see `dense`."""
    n_dx, n_out = layers[number, N_DX], layers[number, N_OUT]
    w, x, z = layers[number, WEIGHT], layers[number, ROW_IN], layers[number, ROW_OUT]
    fours, pair = n_dx - n_dx % 4, 2 * lanes(D)
    for first in range(0, n_out, DEPTH):
        depth = min(DEPTH, n_out - first)
        for group in range(0, fours, pair):
            for r in range(0, n, pair):
                for i in range(group, min(group + pair, fours), 4):
                    s, t = zero_tile(D), zero_tile(D)
                    if first > 0:
                        s, t = load_tile(D, x + i, r), load_tile(D, x + i, r + lanes(D))
                    s, t = add_products(s, t, D, z + first, r, theta, w + i * n_out + first, 1, n_out, depth)
                    store_tile(D, x + i, r, s)
                    store_tile(D, x + i, r + lanes(D), t)
    for i in range(fours, n_dx):
        for r in range(0, n, pair):
            q = r + lanes(D)
            r0, q0 = zeros(D), zeros(D)
            for o in range(n_out):
                w0 = spread(theta, w + i * n_out + o)
                r0 = r0 + load(D, z + o, r) * w0
                q0 = q0 + load(D, z + o, q) * w0
            store(D, x + i, r, r0)
            store(D, x + i, q, q0)
