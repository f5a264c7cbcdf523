"""`separatrix warm`: compile the training kernels ahead of the first fit."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import numpy as np
import typer

from separatrix.cli.console import seconds_text
from separatrix.engine import get_engine
from separatrix.engine.base import Data, Plan, Run, State, Task
from separatrix.network import SGD, Network

DTYPES = ("float32", "float64")


def warm() -> None:
    """Compile the training kernels ahead of the first fit.

    The kernels for float32 and float64 are kept on this machine, and compiled again only after an update.
    """
    if get_engine().name == "numpy":
        typer.echo("Numba is not installed: the NumPy engine trains, and has nothing to compile.")
        return
    for dtype in DTYPES:
        started = perf_counter()
        call_every_kernel(np.dtype(dtype))
        typer.echo(f"{dtype}: kernels ready after {seconds_text(perf_counter() - started)}.")


def call_every_kernel(dtype: np.dtype[Any]) -> None:
    """Call every function of the engine on a tiny network, which compiles what is not compiled yet."""
    engine, network = get_engine(), Network.mlp(1, (1,), 1)
    plan = Plan(network, SGD())
    data = Data(np.array([[-1.0], [1.0]], dtype), np.array([[0.0], [1.0]], dtype))
    theta = np.full(network.n_parameters, 0.1, dtype)
    run = Run(plan, State.start(theta, plan.optimizer, np.random.RandomState(0)), data)
    engine.advance([Task(run, rates=np.array([0.1]))])
    engine.loss_and_gradient(plan, theta, data)
    engine.loss_and_score(network, theta, data)
