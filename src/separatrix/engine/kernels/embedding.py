"""The periodic embedding over rows, forward and backward; formulas as in `separatrix.network.embedding`.

The frequencies are the first of theta. A has the sines of all of them, then the cosines, then the inputs.
"""

from __future__ import annotations

from separatrix.engine._jit import by_width, kernel
from separatrix.engine.lanes import (
    absolute,
    add_sum,
    lanes,
    load,
    minimum,
    rint,
    spread,
    store,
    where,
    zeros,
)


def _sine_32(x):
    # sin(2 pi x) for |x| <= 1/4, a polynomial in x**2 times x
    u = x * x
    q = u * 39.7598270853191 + -76.58117264427872
    q = q * u + 81.60247636892518
    q = q * u + -41.34168061334652
    q = q * u + 6.283185280154407
    return q * x


def _sine_64(x):
    u = x * x
    q = u * 0.10089695501646812 + -0.7177337921413454
    q = q * u + 3.8199280942271643
    q = q * u + -15.0946416761179
    q = q * u + 42.058693925428685
    q = q * u + -76.70585975282492
    q = q * u + 81.60524927607362
    q = q * u + -41.341702240399755
    q = q * u + 6.283185307179586
    return q * x


sine = by_width(_sine_32, _sine_64)


@kernel
def embed(theta, embedded, n_embedded, A, n, n_frequencies):
    """Set the sines and cosines of the block's first n rows.

    Parameters
    ----------
    theta : (1, n_parameters)
    embedded : int64 (n_embedded,)
        The inputs that have an embedding.
    n_embedded : int
    A : (units, block)
    n : int
        Rows of data, a multiple of the lanes.
    n_frequencies : int
        Of all inputs together.
    """
    for p in range(n_frequencies):
        x = 2 * n_frequencies + embedded[p * n_embedded // n_frequencies]
        frequency = spread(theta, p)
        for r in range(0, n, lanes(A)):
            turns = load(A, x, r) * frequency
            turns = turns - rint(turns)
            distance = absolute(turns)
            s = sine(minimum(distance, 0.5 - distance))
            store(A, p, r, where(turns < 0.0, -s, s))
            store(A, n_frequencies + p, r, sine(0.25 - distance))


@kernel
def embed_gradient(embedded, n_embedded, A, D, n, gradient, n_frequencies):
    """Add the gradient of the frequencies, from the first layer's dx in D; arguments as of `embed`."""
    for p in range(n_frequencies):
        x = 2 * n_frequencies + embedded[p * n_embedded // n_frequencies]
        s = zeros(A)
        for r in range(0, n, lanes(A)):
            by_turns = load(A, n_frequencies + p, r) * load(D, p, r)
            by_turns = by_turns - load(A, p, r) * load(D, n_frequencies + p, r)
            s = s + by_turns * load(A, x, r)
        add_sum(gradient, p, s * 6.283185307179586)
