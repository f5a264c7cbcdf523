"""Optimisers: one step from a gradient; formulas as in `separatrix.spec.optimizers`."""

from __future__ import annotations

import numpy as np

from separatrix.engine._jit import hot, kernel
from separatrix.spec.optimizers import OPTIMIZERS

CODES = {name: code for code, name in enumerate(OPTIMIZERS)}
_SGD, _ADAM, _ADAMW, _RMSPROP, _ADAGRAD = range(5)

# What `hyper` (float64) holds: momentum and a flag for Nesterov, or the decays, epsilon and the rest.
FIRST, SECOND, EPSILON, EXTRA = range(4)

# A moment below this is set to zero: left to decay, it would become subnormal and slow.
_TINY_32, _TINY_64 = 1e-30, 1e-290


@hot
def step(code, theta, slots, gradient, hyper, rate, powers):
    """Move `theta` by one step of the optimiser; `powers` are Adam's ``beta ** step``."""
    x = theta[0]
    zero, one = type(x)(0.0), type(x)(1.0)
    tiny = type(x)(_TINY_32 if theta.itemsize == 4 else _TINY_64)
    lr = type(x)(rate)
    first, second, epsilon = type(x)(hyper[FIRST]), type(x)(hyper[SECOND]), type(x)(hyper[EPSILON])
    n = len(theta)
    if code == _SGD:
        nesterov = hyper[EXTRA] != 0.0
        for p in range(n):
            v = first * slots[0, p] - lr * gradient[p]
            v = zero if abs(v) < tiny else v
            slots[0, p] = v
            theta[p] += first * v - lr * gradient[p] if nesterov else v
    elif code == _ADAM or code == _ADAMW:
        powers[0] *= hyper[FIRST]
        powers[1] *= hyper[SECOND]
        root = np.sqrt(1.0 - powers[1])
        size = type(x)(rate * root / (1.0 - powers[0]))
        decay = one
        if code == _ADAMW:
            decay = type(x)(1.0 - rate * hyper[EXTRA])
        if code == _ADAMW or hyper[EXTRA] == 0.0:  # epsilon goes to the corrected root: Algorithm 1
            epsilon = type(x)(hyper[EPSILON] * root)
        for p in range(n):
            g = gradient[p]
            m = first * slots[0, p] + (one - first) * g
            v = second * slots[1, p] + (one - second) * (g * g)
            m = zero if abs(m) < tiny else m
            v = zero if v < tiny else v
            slots[0, p] = m
            slots[1, p] = v
            theta[p] = theta[p] * decay - size * m / (np.sqrt(v) + epsilon)
    elif code == _RMSPROP:
        for p in range(n):
            g = gradient[p]
            v = first * slots[0, p] + (one - first) * (g * g)
            v = zero if v < tiny else v
            slots[0, p] = v
            theta[p] -= lr * g / (np.sqrt(v) + epsilon)
    else:
        for p in range(n):
            g = gradient[p]
            slots[0, p] += g * g
            theta[p] -= lr * g / (np.sqrt(slots[0, p]) + epsilon)


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
