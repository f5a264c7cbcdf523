"""Optimisers: one step from a gradient; formulas as in `separatrix.network.optimizers`."""

from __future__ import annotations

import numpy as np

from separatrix.engine._jit import hot, kernel
from separatrix.engine._simd import absolute, lanes, load_part, root, store_part, where
from separatrix.network.optimizers import OPTIMIZERS

CODES = {name: code for code, name in enumerate(OPTIMIZERS)}
_SGD, _ADAM, _ADAMW, _RMSPROP, _ADAGRAD = range(5)

# What `hyper` (float64) holds: momentum and a flag for Nesterov, or the decays, epsilon and the rest.
FIRST, SECOND, EPSILON, EXTRA = range(4)

# A moment below this is set to zero: left to decay, it would become subnormal and slow.
_TINY_32, _TINY_64 = 1e-30, 1e-290


@hot
def step(code, theta, slots, gradient, hyper, rate, powers):
    """Move `theta` by one step of the optimiser; `powers` are Adam's ``beta ** step``."""
    tiny = _TINY_32 if theta.itemsize == 4 else _TINY_64
    first, second, epsilon = hyper[FIRST], hyper[SECOND], hyper[EPSILON]
    m, v = slots[0], slots[len(slots) - 1]
    if code == _SGD:
        # Nesterov's step is the momentum's, looked at once more
        again, plain = (first, rate) if hyper[EXTRA] != 0.0 else (1.0, 0.0)
        for p in range(0, len(theta), lanes(theta)):
            g = load_part(gradient, p)
            velocity = load_part(m, p) * first - g * rate
            velocity = where(absolute(velocity) < tiny, 0.0, velocity)
            store_part(m, p, velocity)
            store_part(theta, p, load_part(theta, p) + (velocity * again - g * plain))
    elif code == _ADAM or code == _ADAMW:
        powers[0] *= first
        powers[1] *= second
        correction = np.sqrt(1.0 - powers[1])
        size = rate * correction / (1.0 - powers[0])
        keep = 1.0 - rate * hyper[EXTRA] if code == _ADAMW else 1.0
        if code == _ADAMW or hyper[EXTRA] == 0.0:  # epsilon goes to the corrected root: Algorithm 1
            epsilon *= correction
        for p in range(0, len(theta), lanes(theta)):
            g = load_part(gradient, p)
            mean = load_part(m, p) * first + g * (1.0 - first)
            square = load_part(v, p) * second + (g * g) * (1.0 - second)
            mean = where(absolute(mean) < tiny, 0.0, mean)
            square = where(square < tiny, 0.0, square)
            store_part(m, p, mean)
            store_part(v, p, square)
            store_part(theta, p, load_part(theta, p) * keep - (mean * size) / (root(square) + epsilon))
    else:
        old, new = (first, 1.0 - first) if code == _RMSPROP else (1.0, 1.0)  # Adagrad forgets nothing
        for p in range(0, len(theta), lanes(theta)):
            g = load_part(gradient, p)
            square = load_part(v, p) * old + (g * g) * new
            square = where(square < tiny, 0.0, square)
            store_part(v, p, square)
            store_part(theta, p, load_part(theta, p) - (g * rate) / (root(square) + epsilon))


@kernel
def add_penalty(theta, gradient, layers, n_in, n_out, weight, l2, l1):
    """Add the penalties' gradient on the weights and return their loss; both already divided by the batch."""
    x = theta[0]
    a, b, zero = type(x)(l2), type(x)(l1), type(x)(0.0)
    total = zero
    for layer in range(len(layers)):
        start = layers[layer, weight]
        for p in range(start, start + layers[layer, n_in] * layers[layer, n_out]):
            w = theta[p]
            sign = type(x)(w > zero) - type(x)(w < zero)
            gradient[p] += a * w + b * sign
            total += type(x)(0.5) * a * w * w + b * abs(w)
    return total
