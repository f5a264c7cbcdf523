"""PyTorch as its tutorials write it, and the same step through `torch.compile`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from time import perf_counter
from typing import Any

import numpy as np
import torch
from cases import Case
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from contenders import Contender, Trained, Unavailable

DEFAULT_THREADS = torch.get_num_threads()
_ACTIVATIONS = {"logistic": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU}


def eager(case: Case, epochs: int, threads: int) -> Trained:
    """Train as a tutorial does."""
    torch.set_num_threads(threads)
    X, y = _tensors(case)
    model, criterion = _model(case), nn.BCELoss()
    optimizer = _optimizer(case, model)
    if case.orders:
        seconds = _train_shuffled(case, epochs, X, y, model, criterion, optimizer)
    elif case.batch_size:
        seconds = _train_batches(case, epochs, X, y, model, criterion, optimizer)
    else:
        seconds = _train_full_batch(epochs, X, y, model, criterion, optimizer)
    return Trained(seconds, _parameters(model))


def _train_full_batch(epochs: int, X: Any, y: Any, model: Any, criterion: Any, optimizer: Any) -> float:
    losses = []
    started = perf_counter()
    for _ in range(epochs):
        loss = criterion(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return perf_counter() - started


def _train_batches(
    case: Case, epochs: int, X: Any, y: Any, model: Any, criterion: Any, optimizer: Any
) -> float:
    loader = DataLoader(TensorDataset(X, y), batch_size=case.batch_size, shuffle=False)
    losses = []
    started = perf_counter()
    for _ in range(epochs):
        total = 0.0
        for xb, yb in loader:
            loss = criterion(model(xb), yb)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total)
    return perf_counter() - started


def _train_shuffled(
    case: Case, epochs: int, X: Any, y: Any, model: Any, criterion: Any, optimizer: Any
) -> float:
    """Pick batches by index: for a table in memory far faster than a `DataLoader`."""
    losses = []
    started = perf_counter()
    for epoch in range(epochs):
        order = torch.from_numpy(case.orders[epoch])
        total = 0.0
        for batch in order.split(case.batch_size):
            loss = criterion(model(X[batch]), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total)
    return perf_counter() - started


def compiled(case: Case, epochs: int) -> Trained:
    """Train with the whole step compiled, and without a `DataLoader`."""
    torch.set_num_threads(1)
    model, optimizer, step, batches, compile_seconds = _compiled_step(case)
    _restart(case, model, optimizer)
    losses = []
    started = perf_counter()
    for _ in range(epochs):
        for xb, yb in batches:
            losses.append(step(xb, yb).item())
    return Trained(perf_counter() - started, _parameters(model), compile_seconds)


@cache
def _compiled_step(case: Case) -> tuple[Any, Any, Callable[..., Any], list[Any], float]:
    torch.set_num_threads(1)
    X, y = _tensors(case)
    model, criterion = _model(case), nn.BCELoss()
    optimizer = _optimizer(case, model)

    def step(xb: Any, yb: Any) -> Any:
        loss = criterion(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    compiled_step = torch.compile(step, dynamic=False)
    batches = [(X[rows], y[rows]) for rows in case.batches]
    started = perf_counter()
    try:
        for _ in range(3):
            for xb, yb in batches:
                compiled_step(xb, yb)
    except torch._dynamo.exc.BackendCompilerFailed as error:  # such as: no C++ compiler
        raise Unavailable(str(error.inner_exception).splitlines()[0]) from error
    return model, optimizer, compiled_step, batches, perf_counter() - started


def _restart(case: Case, model: Any, optimizer: Any) -> None:
    with torch.no_grad():
        for parameter, first in zip(model.parameters(), _model(case).parameters(), strict=True):
            parameter.copy_(first)
        for slots in optimizer.state.values():
            for value in slots.values():
                if isinstance(value, torch.Tensor):
                    value.zero_()


def _tensors(case: Case) -> tuple[Any, Any]:
    return (
        torch.from_numpy(case.X.astype(np.float32)),
        torch.from_numpy(case.y.astype(np.float32)).unsqueeze(1),
    )


def _model(case: Case) -> Any:
    layers: list[Any] = []
    for w, b in zip(*case.start, strict=True):
        layer = nn.Linear(*w.shape)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(w.T))
            layer.bias.copy_(torch.from_numpy(b))
        layers += [layer, _ACTIVATIONS[case.activation]()]
    layers[-1] = nn.Sigmoid()
    return nn.Sequential(*layers)


def _optimizer(case: Case, model: Any) -> Any:
    if case.optimizer == "adam":
        return torch.optim.Adam(model.parameters(), lr=case.rate)
    return torch.optim.SGD(model.parameters(), lr=case.rate)


def _parameters(model: Any) -> Any:
    layers = [layer for layer in model if isinstance(layer, nn.Linear)]
    return (
        [layer.weight.detach().numpy().T.copy() for layer in layers],
        [layer.bias.detach().numpy().copy() for layer in layers],
    )


_CASES = ("circles", "ten-points", "moons", "bumps")
CONTENDERS = [
    Contender(
        f"PyTorch eager, {DEFAULT_THREADS} threads", "float32", partial(eager, threads=DEFAULT_THREADS)
    ),
    Contender("PyTorch eager, 1 thread", "float32", partial(eager, threads=1)),
    Contender(
        "PyTorch compiled, 1 thread", "float32", compiled, cases=("circles", "ten-points", "moons", "bumps")
    ),
]
