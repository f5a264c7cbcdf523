"""JAX at its best: networks of equal shape and all folds side by side, the whole training one jitted scan."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter, process_time
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from search_case import Search, batches, start

from searchers import Prepared, Searched, stacked_batches, stacked_losses

_ACTIVATIONS = {"logistic": jax.nn.sigmoid, "tanh": jnp.tanh, "relu": jax.nn.relu}


def prepare(search: Search) -> Prepared:
    """Return the compiled training; all batches are gathered before the clock starts."""
    group, folds = search.candidates, search.folds
    shape = group[0]
    X, y = map(jnp.asarray, stacked_batches(search, [batches(shape, fold) for fold in folds], axis=0))
    rates = jnp.asarray([params["learning_rate_init"] for params in group], jnp.float32)
    first = jax.tree.map(jnp.asarray, list(zip(*start(shape), strict=True)))
    over_networks = jax.vmap(_training(first, _ACTIVATIONS[shape["activation"]]), in_axes=(0, None, None))
    over_folds = jax.vmap(over_networks, in_axes=(None, 0, 0))
    started = perf_counter()
    training = jax.jit(over_folds).lower(rates, X, y).compile()
    compile_seconds = perf_counter() - started

    def run() -> Searched:
        started, processor = perf_counter(), process_time()
        trained, _ = jax.block_until_ready(training(rates, X, y))
        seconds, processor = perf_counter() - started, process_time() - processor
        weights, biases = ([np.asarray(layer[i]) for layer in trained] for i in (0, 1))
        return Searched(seconds, max(1.0, processor / seconds), stacked_losses(group, folds, weights, biases))

    return Prepared(run, compile_seconds)


def _training(first: Any, activation: Callable[[Any], Any]) -> Any:
    """Return the training of one network on one fold; like everyone, it computes the loss of each step."""

    def loss(parameters: Any, x: Any, t: Any) -> Any:
        for w, b in parameters[:-1]:
            x = activation(x @ w + b)
        w, b = parameters[-1]
        z = (x @ w + b)[:, 0]
        return jnp.mean(jax.nn.softplus(z) - t * z)

    def train(rate: Any, X: Any, y: Any) -> Any:
        def step(carry: Any, batch: Any) -> Any:
            parameters, slots = carry
            value, gradient = jax.value_and_grad(loss)(parameters, *batch)
            return _adam(rate, parameters, gradient, slots), value

        zeros = jax.tree.map(jnp.zeros_like, first)
        (parameters, _), losses = jax.lax.scan(step, (first, (zeros, zeros, jnp.float32(0.0))), (X, y))
        return parameters, losses.mean()

    return train


def _adam(rate: Any, parameters: Any, gradient: Any, slots: Any) -> Any:
    first, second, step = slots
    step = step + 1.0
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradient)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradient)
    size = rate * jnp.sqrt(1.0 - 0.999**step) / (1.0 - 0.9**step)
    parameters = jax.tree.map(lambda p, m, v: p - size * m / (jnp.sqrt(v) + 1e-8), parameters, first, second)
    return parameters, (first, second, step)
