"""JAX at its best: the whole training is one jitted scan over epochs, compiled beforehand."""

from __future__ import annotations

from functools import cache
from time import perf_counter
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from cases import Case

from contenders import Contender, Trained

_ACTIVATIONS = {"logistic": jax.nn.sigmoid, "tanh": jnp.tanh, "relu": jax.nn.relu}


def scan(case: Case, epochs: int) -> Trained:
    """Run the compiled training once."""
    training, start, compile_seconds = _compiled(case, epochs)
    started = perf_counter()
    parameters, _ = jax.block_until_ready(training(start))
    seconds = perf_counter() - started
    weights, biases = zip(*parameters, strict=True)
    return Trained(
        seconds, ([np.asarray(w) for w in weights], [np.asarray(b) for b in biases]), compile_seconds
    )


@cache
def _compiled(case: Case, epochs: int) -> tuple[Any, Any, float]:
    X = jnp.asarray(case.X, jnp.float32)
    t = jnp.asarray(case.y, jnp.float32)[:, None]
    activation = _ACTIVATIONS[case.activation]
    update = _adam if case.optimizer == "adam" else _sgd

    def loss(parameters: Any, x: Any, t: Any) -> Any:
        for w, b in parameters[:-1]:
            x = activation(x @ w + b)
        w, b = parameters[-1]
        z = x @ w + b
        return jnp.mean(jax.nn.softplus(z) - t * z)

    def epoch(carry: Any, _: Any) -> Any:
        total = 0.0
        for rows in case.batches:
            parameters, slots = carry
            value, gradient = jax.value_and_grad(loss)(parameters, X[rows], t[rows])
            carry = update(case.rate, parameters, gradient, slots)
            total += value
        return carry, total

    def train(parameters: Any) -> Any:
        zeros = jax.tree.map(jnp.zeros_like, parameters)
        slots = (zeros, zeros, jnp.float32(0.0))
        (parameters, _), losses = jax.lax.scan(epoch, (parameters, slots), length=epochs)
        return parameters, losses

    start = [
        (jnp.asarray(w, jnp.float32), jnp.asarray(b, jnp.float32)) for w, b in zip(*case.start, strict=True)
    ]
    started = perf_counter()
    training = jax.jit(train).lower(start).compile()
    return training, start, perf_counter() - started


def _adam(rate: float, parameters: Any, gradient: Any, slots: Any) -> Any:
    first, second, step = slots
    step = step + 1.0
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradient)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradient)
    size, root = rate / (1.0 - 0.9**step), jnp.sqrt(1.0 - 0.999**step)
    parameters = jax.tree.map(
        lambda p, m, v: p - size * m / (jnp.sqrt(v) / root + 1e-8), parameters, first, second
    )
    return parameters, (first, second, step)


def _sgd(rate: float, parameters: Any, gradient: Any, slots: Any) -> Any:
    return jax.tree.map(lambda p, g: p - rate * g, parameters, gradient), slots


_CASES = ("circles", "ten-points", "moons", "bumps")
CONTENDERS = [
    Contender(
        "JAX jit and scan",
        "float32",
        scan,
        length="steady",
        cases=_CASES,
    )
]
