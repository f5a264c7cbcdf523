"""Optimisers: one step from a gradient; formulas as in `separatrix.network.optimizers`."""

from __future__ import annotations

import numpy as np

from separatrix.engine._jit import VECTOR_BYTES, kernel
from separatrix.engine.lanes import absolute, lanes, load, root, store, store_before, where
from separatrix.network.optimizers import OPTIMIZERS

CODES = {name: code for code, name in enumerate(OPTIMIZERS)}
_SGD, _ADAM, _ADAMW = CODES["sgd"], CODES["adam"], CODES["adamw"]
_RMSPROP, _ADAGRAD, _LION = CODES["rmsprop"], CODES["adagrad"], CODES["lion"]

# A moment below this is set to zero: left to decay, it would become subnormal and slow.
_TINY_32, _TINY_64 = 1e-30, 1e-290


@kernel
def step(code, hyper, slices, factors, n_slices, theta, slots, gradient, n, rate, powers):
    """Move `theta` by one step of the optimiser.

    Parameters
    ----------
    code, hyper, slices, factors :
        Of the plan; `hyper` has the optimiser's fields in their order, see `separatrix.network.optimizers`.
    n_slices : int
        0 if rate and decay are the same for all.
    theta, gradient : (1, n_parameters)
    slots : (n_slots, n_parameters)
    n : int
        Number of parameters; all these arrays have memory for whole vectors.
    rate : float
    powers : float64 (2 or more,)
        Adam's ``beta_1 ** step`` and ``beta_2 ** step``.
    """
    tiny = _TINY_32 if lanes(theta) * 4 == VECTOR_BYTES else _TINY_64
    if code == _SGD:
        momentum = hyper[0]
        # Nesterov's step is the velocity's, applied once more to the new velocity
        again, plain = (momentum, rate) if hyper[1] != 0.0 else (1.0, 0.0)
        for p in range(0, n, lanes(theta)):
            g = load(gradient, 0, p)
            velocity = load(slots, 0, p) * momentum - g * rate
            velocity = where(absolute(velocity) < tiny, 0.0, velocity)
            store(slots, 0, p, velocity)
            store(theta, 0, p, load(theta, 0, p) + (velocity * again - g * plain))
    elif code == _ADAM or code == _ADAMW:
        beta_1, beta_2, epsilon = hyper[0], hyper[1], hyper[2]
        powers[0] *= beta_1
        powers[1] *= beta_2
        correction = np.sqrt(1.0 - powers[1])
        if code == _ADAMW or hyper[3] == 0.0:  # not Adam's `epsilon_hat`: epsilon goes to the corrected root
            epsilon *= correction
        for s in range(max(1, n_slices)):
            first, last, of_rate, of_decay = 0, n, 1.0, 1.0
            if n_slices > 0:
                first, last = slices[s, 0], slices[s, 1]
                of_rate, of_decay = factors[s, 0], factors[s, 1]
            size = rate * of_rate * correction / (1.0 - powers[0])
            keep = 1.0 - rate * of_rate * hyper[3] * of_decay if code == _ADAMW else 1.0  # weight decay
            for p in range(first, last, lanes(theta)):
                g = load(gradient, 0, p)
                mean = load(slots, 0, p) * beta_1 + g * (1.0 - beta_1)
                square = load(slots, 1, p) * beta_2 + (g * g) * (1.0 - beta_2)
                mean = where(absolute(mean) < tiny, 0.0, mean)
                square = where(square < tiny, 0.0, square)
                moved = load(theta, 0, p) * keep - (mean * size) / (root(square) + epsilon)
                store_before(slots, 0, p, last, mean)
                store_before(slots, 1, p, last, square)
                store_before(theta, 0, p, last, moved)
    elif code == _RMSPROP or code == _ADAGRAD:
        old, new, epsilon = 1.0, 1.0, hyper[0]  # Adagrad forgets nothing
        if code == _RMSPROP:
            old, new, epsilon = hyper[0], 1.0 - hyper[0], hyper[1]
        for p in range(0, n, lanes(theta)):
            g = load(gradient, 0, p)
            square = load(slots, 0, p) * old + (g * g) * new
            square = where(square < tiny, 0.0, square)
            store(slots, 0, p, square)
            store(theta, 0, p, load(theta, 0, p) - (g * rate) / (root(square) + epsilon))
    elif code == _LION:
        _lion(theta, slots, gradient, n, hyper, rate, tiny)
    else:
        raise AssertionError("this optimiser has no kernel")


@kernel
def _lion(theta, slots, gradient, n, hyper, rate, tiny):
    # A call of its own: inlined, its registers slow down the other optimisers.
    beta_1, beta_2 = hyper[0], hyper[1]
    keep = 1.0 - rate * hyper[2]  # weight decay
    for p in range(0, n, lanes(theta)):
        g = load(gradient, 0, p)
        mean = load(slots, 0, p)
        blend = mean * beta_1 + g * (1.0 - beta_1)
        sign = where(blend > 0.0, 1.0, where(blend < 0.0, -1.0, blend))  # NaN stays NaN
        mean = mean * beta_2 + g * (1.0 - beta_2)
        store(slots, 0, p, where(absolute(mean) < tiny, 0.0, mean))
        store(theta, 0, p, load(theta, 0, p) * keep - sign * rate)


@kernel
def add_penalty(theta, gradient, layers, n_layers, weight, n_weights, l2, l1):
    """Add the penalties' gradient and return their loss; l2 and l1 are divided by the batch's weight."""
    x = theta[0, 0]
    a, b, zero = type(x)(l2), type(x)(l1), type(x)(0.0)
    total = zero
    for layer in range(n_layers):
        start = layers[layer, weight]
        for p in range(start, start + layers[layer, n_weights]):
            w = theta[0, p]
            sign = type(x)(w > zero) - type(x)(w < zero)
            gradient[0, p] += a * w + b * sign
            total += type(x)(0.5) * a * w * w + b * abs(w)
    return total
