from collections.abc import Callable

import numpy as np
import pytest

from separatrix.engine import get_engine
from separatrix.engine.base import Data, Engine, Monitor, Plan, Run, State
from separatrix.network import SGD, Network, Optimizer, initial_theta

MakeRun = Callable[..., Run]
NO_MONITOR = Monitor("nothing")


def make_data(n_rows: int, seed: int) -> Data:
    random_state = np.random.RandomState(seed)
    X = random_state.normal(size=(n_rows, 2))
    return Data(X, (X[:, :1] * X[:, 1:] > 0).astype(float))


@pytest.fixture(params=["numpy", "numba"])
def engine(request: pytest.FixtureRequest) -> Engine:
    return get_engine(request.param)


@pytest.fixture
def make_run() -> MakeRun:
    """Return a function that makes a new run on a small problem; keywords are passed to its plan."""

    def make(
        *,
        optimizer: Optimizer | None = None,
        monitor: Monitor = NO_MONITOR,
        head: str = "binary",
        dtype: type = np.float64,
        seed: int = 0,
        scale: float = 1.0,
        validated: bool = False,
        track_training: bool = False,
        batch_size: int = 10,
    ) -> Run:
        network = Network.mlp(2, (4,), 1, activation="tanh", head=head)
        plan = Plan(network, optimizer or SGD(momentum=0.9), batch_size=batch_size, monitor=monitor)
        random_state = np.random.RandomState(seed)
        theta = initial_theta(network, "glorot", random_state, dtype)
        rows = make_data(32, seed=1)
        data = Data((rows.X * scale).astype(dtype), (rows.T * scale).astype(dtype))
        held_out = make_data(20, seed=2)
        validation = Data(held_out.X.astype(dtype), held_out.T.astype(dtype)) if validated else None
        state = State.start(theta, plan.optimizer, random_state)
        return Run(plan, state, data, validation, track_training)

    return make
