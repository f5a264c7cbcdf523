"""PyTorch at its best: networks of equal shape and all folds side by side through `torch.func.vmap`."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

import torch
from search_case import Search, batches, start
from torch.nn.functional import binary_cross_entropy_with_logits

from searchers import Prepared, Searched, stacked_batches, stacked_losses

_ACTIVATIONS = {"logistic": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}


def prepare(search: Search) -> Prepared:
    """Return the loop over steps on one thread; all batches are gathered before the clock starts."""
    group, folds = search.candidates, search.folds
    shape = group[0]
    X, y = map(torch.from_numpy, stacked_batches(search, [batches(shape, fold) for fold in folds], axis=1))
    rates = torch.tensor([params["learning_rate_init"] for params in group])
    first = [torch.from_numpy(part) for layer in zip(*start(shape), strict=True) for part in layer]
    over_networks = torch.func.vmap(_gradient(_ACTIVATIONS[shape["activation"]]), in_dims=(0, None, None))
    over_folds = torch.func.vmap(over_networks)

    def run() -> Searched:
        torch.set_num_threads(1)
        parameters = [part.expand(len(folds), len(group), *part.shape).clone() for part in first]
        update = _adam(parameters, rates)
        started = perf_counter()
        for x, t in zip(X, y, strict=True):
            gradient, _ = over_folds(parameters, x, t)
            update(gradient)
        seconds = perf_counter() - started
        weights, biases = ([part.numpy() for part in parameters[i::2]] for i in (0, 1))
        return Searched(seconds, 1, stacked_losses(group, folds, weights, biases))

    return Prepared(run)


def _gradient(activation: Callable[[Any], Any]) -> Any:
    """Return the gradient and the loss of one network's batch."""

    def loss(parameters: Any, x: Any, t: Any) -> Any:
        for i in range(0, len(parameters) - 2, 2):
            x = activation(x @ parameters[i] + parameters[i + 1])
        z = (x @ parameters[-2] + parameters[-1])[:, 0]
        return binary_cross_entropy_with_logits(z, t)

    return torch.func.grad_and_value(loss)


def _adam(parameters: list[Any], rates: Any) -> Callable[[list[Any]], None]:
    """Return Adam over stacked parameters, in place; each network has its own rate."""
    first = [torch.zeros_like(part) for part in parameters]
    second = [torch.zeros_like(part) for part in parameters]
    shapes = [(1, -1, *[1] * (part.dim() - 2)) for part in parameters]
    n_steps = 0

    def update(gradient: list[Any]) -> None:
        nonlocal n_steps
        n_steps += 1
        torch._foreach_lerp_(first, gradient, 0.1)
        torch._foreach_mul_(second, 0.999)
        torch._foreach_addcmul_(second, gradient, gradient, 0.001)
        root = torch._foreach_sqrt(second)
        torch._foreach_add_(root, 1e-8)
        change = torch._foreach_div(first, root)
        size = rates * ((1 - 0.999**n_steps) ** 0.5 / (1 - 0.9**n_steps))
        torch._foreach_mul_(change, [size.view(shape) for shape in shapes])
        torch._foreach_sub_(parameters, change)

    return update
