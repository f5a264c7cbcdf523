"""Write reference.json: what the Python engine computes, for the tests of the playground's core.

Run it from the repository: ``python web/test/make_reference.py``. Every training has 200 steps in float64.
"""

from __future__ import annotations

import json
import math
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import RandomState
from sklearn.datasets import make_circles, make_moons
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split

from separatrix import MLPClassifier
from separatrix.data.datasets import (
    make_bumps,
    make_checkerboard,
    make_gaussians,
    make_spiral,
    make_ten_points,
    make_xor,
)
from separatrix.engine.base import Data, Monitor, Plan, Run, State, Task
from separatrix.engine.numpy_engine import NumpyEngine
from separatrix.network import (
    ACTIVATIONS,
    HEADS,
    INITIALIZERS,
    SGD,
    Adagrad,
    Adam,
    AdamW,
    Lion,
    Network,
    Penalty,
    RMSprop,
    initial_theta,
)

N_ROWS, N_HELD_OUT, N_STEPS = 60, 20, 200
OPTIMIZERS = {
    "sgd": SGD(),
    "momentum": SGD(momentum=0.9),
    "nesterov": SGD(momentum=0.9, nesterovs_momentum=True),
    "adam": Adam(),
    "adam, PyTorch's form": Adam(epsilon_hat=False, epsilon=1e-3),
    "adamw": AdamW(weight_decay=0.1),
    "rmsprop": RMSprop(),
    "adagrad": Adagrad(),
    "lion": Lion(weight_decay=0.1),
}
RATES = {"sgd": 0.3, "momentum": 0.1, "nesterov": 0.1, "adagrad": 0.1, "rmsprop": 0.01, "lion": 0.003}
BASE: dict[str, Any] = {
    "hidden": [5, 4],
    "activation": ["tanh", "tanh"],
    "dropout": [0.0, 0.0],
    "bias": True,
    "head": "binary",
    "n_out": 1,
    "init": "glorot",
    "optimizer": "adam",
    "rate": 0.02,
    "l1": 0.0,
    "l2": 0.0,
    "batch": 20,
    "order": "shuffle",
    "seed": 1,
}


def cases() -> dict[str, dict[str, Any]]:
    """Return the settings of every training by its name."""
    changes: dict[str, dict[str, Any]] = {}
    for name in ACTIVATIONS:
        changes[f"activation {name}"] = {"activation": [name, name]}
    for name in OPTIMIZERS:
        changes[f"optimizer {name}"] = {"optimizer": name, "rate": RATES.get(name, 0.02)}
    for name in INITIALIZERS:
        changes[f"init {name}"] = {"init": name, "activation": ["logistic", "relu"], "seed": 3}
    changes["init zeros"] |= {"optimizer": "sgd"}  # its gradients are 0 but for rounding, which Adam enlarges
    for name in HEADS:
        n_out = 3 if name in {"multiclass", "multilabel"} else 1
        changes[f"head {name}"] = {"head": name, "n_out": n_out, "hidden": [6], "activation": ["softplus"]}
    changes |= {
        "two outputs of regression": {"head": "regression", "n_out": 2},
        "two outputs of quadratic": {"head": "quadratic", "n_out": 2, "activation": ["logistic", "logistic"]},
        "ten classes": {"head": "multiclass", "n_out": 10},
        "penalties": {"l1": 0.02, "l2": 0.3, "optimizer": "sgd", "rate": 0.1},
        "dropout": {"dropout": [0.3, 0.5], "activation": ["relu", "mish"], "seed": 5},
        "dropout in full batches": {"dropout": [0.2, 0.0], "batch": None},
        "no bias": {"bias": False, "hidden": [3], "activation": ["elu"]},
        "no hidden layer": {"hidden": [], "activation": [], "dropout": []},
        "six layers": {"hidden": [3] * 6, "activation": ["gelu", "silu", "selu", "tanh", "relu", "identity"]},
        "one batch": {"batch": None, "init": "torch"},
        "uneven batches": {"batch": 7, "init": "he", "activation": ["relu", "leaky_relu"]},
        "in order": {"order": "sequential", "batch": 16},
        "with replacement": {"order": "replacement", "batch": 1, "optimizer": "sgd", "rate": 0.05},
        "seed 12": {"seed": 12, "batch": 10},
        "seed 2024": {"seed": 2024, "batch": 32, "optimizer": "rmsprop", "rate": 0.01},
    }
    result = {name: {**BASE, **change} for name, change in changes.items()}
    for case in result.values():
        n_hidden = len(case["hidden"])
        if len(case["activation"]) != n_hidden:
            case["activation"] = [case["activation"][0]] * n_hidden
        if len(case["dropout"]) != n_hidden:
            case["dropout"] = [0.0] * n_hidden
    return result


def rows() -> np.ndarray[Any, Any]:
    """Return inputs that three decimals hold exactly."""
    return (RandomState(0).randn(N_ROWS + N_HELD_OUT, 2) * 1000).round() / 1000


def targets(head: str, n_out: int, X: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return targets that follow from the inputs, so that nothing of them must be written down."""
    score = np.floor(X[:, 0] * 3 + X[:, 1] * X[:, 1] * 2 + 20).astype(int)
    if head == "multiclass":
        return (score % n_out)[:, np.newaxis].astype(float)
    if head == "regression":
        return np.column_stack([X[:, 0] * (k + 1) - X[:, 1] * X[:, 1] for k in range(n_out)])
    if head == "quadratic" and n_out > 1:
        return np.eye(n_out)[score % n_out]
    if head == "poisson":
        return (score % 4)[:, np.newaxis].astype(float)
    return np.column_stack([(score + k) // 2 % 2 for k in range(n_out)]).astype(float)


def trained(case: dict[str, Any]) -> dict[str, Any]:
    """Train one case and return what the page must reproduce."""
    network = Network.mlp(
        2,
        case["hidden"],
        case["n_out"],
        activation=case["activation"],
        head=case["head"],
        fit_intercept=case["bias"],
        dropout=case["dropout"],
    )
    X = rows()
    T = targets(case["head"], case["n_out"], X)
    data, held_out = Data(X[:N_ROWS], T[:N_ROWS]), Data(X[N_ROWS:], T[N_ROWS:])
    random_state = RandomState(case["seed"])
    theta = initial_theta(network, case["init"], random_state)
    seed = int(random_state.randint(2**32, dtype=np.uint32)) if any(case["dropout"]) else 0
    plan = Plan(
        network,
        OPTIMIZERS[case["optimizer"]],
        Penalty(case["l2"], case["l1"]),
        batch_size=case["batch"] or N_ROWS,
        order=case["order"],
        dropout_seed=seed,
        monitor=Monitor("nothing"),
    )
    run = Run(plan, State.start(theta.copy(), plan.optimizer, random_state), data, held_out)
    n_epochs = -(-N_STEPS // run.steps_per_epoch)
    rates = np.full(n_epochs * run.steps_per_epoch, case["rate"])
    chunk = NumpyEngine().advance([Task(run, rates)])[0]
    return {
        **case,
        "optimizer": {"name": plan.optimizer.name, **vars(plan.optimizer)},
        "epochs": n_epochs,
        "initial": theta.tolist(),
        "theta": run.state.theta.tolist(),
        "loss": float(chunk.loss[-1]),
        "held_out_loss": float(chunk.validation_loss[-1]),
        "held_out_score": float(chunk.validation_score[-1]),
    }


def draws() -> dict[str, Any]:
    """Return draws of `RandomState`."""
    random_state = RandomState(42)
    return {
        "uniform": random_state.uniform(-2, 3, 5).tolist(),
        "normal": random_state.randn(5).tolist(),
        "permutation": random_state.permutation(17).tolist(),
        "randint": random_state.randint(0, 1000, 8).tolist(),
        "uint32": random_state.randint(0, 2**32, 3, dtype=np.uint32).tolist(),
        "last": random_state.randn(400)[[1, 399]].tolist(),
    }


def toys() -> dict[str, Any]:
    """Return every 20th point of the artificial data sets."""
    made = {
        "circles": make_circles(500, noise=0.15, factor=0.25, random_state=1),
        "moons": make_moons(1000, noise=0.1, random_state=1),
        "moons of 12": make_moons(1000, noise=0.1, random_state=12),
        "spiral": make_spiral(400, noise=0.02, random_state=1),
        "spiral of three": make_spiral(300, n_classes=3, noise=0.1, random_state=4),
        "xor": make_xor(400, noise=0.05, random_state=1),
        "checkerboard": make_checkerboard(1000, random_state=1),
        "gaussians": make_gaussians(),
    }
    return {
        name: {"n": len(X), "X": X[::20].tolist(), "y": y[::20].tolist(), "sum": float(np.abs(X).sum())}
        for name, (X, y) in made.items()
    }


def classic(X: Any, y: Any, at: int, hidden: tuple[int, ...], **settings: Any) -> dict[str, Any]:
    """Return parameters and loss of a recipe after 200 steps, and after the epoch of its facts."""

    def fitted(epochs: int) -> MLPClassifier:
        network = MLPClassifier(
            hidden, alpha=0.0, max_iter=epochs, n_iter_no_change=math.inf, dtype="float64", engine="numpy"
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            return network.set_params(**settings).fit(X, y)

    size = settings["batch_size"]
    n_batches = 1 if size == "full" else -(-len(X) // size)
    early, late = fitted(N_STEPS // n_batches), fitted(at)
    return {
        "epochs": N_STEPS // n_batches,
        "theta": early.theta_.tolist(),
        "at": at,
        "loss": float(late.loss_curve_[-1]),
        "right": round(late.score(X, y) * len(X)),
        "weights": late.theta_.tolist() if not hidden else [],
    }


def classics() -> dict[str, Any]:
    """Return the five recipes, in float64."""
    adam = Adam(epsilon_hat=False)
    full: dict[str, Any] = {"batch_size": "full", "random_state": 1}
    gradient_descent: dict[str, Any] = {**full, "solver": SGD()}
    moons = make_moons(1000, noise=0.1, random_state=12)
    X_moons, _, y_moons, _ = train_test_split(*moons, test_size=0.2, random_state=25)
    start = ([[[-4.0], [-2.0]]], [[]])
    circles = make_circles(500, noise=0.15, factor=0.25, random_state=1)
    logistic: dict[str, Any] = {"activation": "logistic"}
    bumps: dict[str, Any] = {"batch_size": 32, "random_state": 1, "shuffle": False, "solver": adam}
    return {
        "circles": classic(
            *circles, 130, (4,), **logistic, **full, solver=adam, learning_rate_init=0.1, init="torch"
        ),
        "ten-points": classic(
            *make_ten_points(),
            10_000,
            (2, 4),
            **logistic,
            **gradient_descent,
            learning_rate_init=0.001,
            init="torch",
        ),
        "gaussians": classic(
            *make_gaussians(20, random_state=1),
            10,
            (),
            **gradient_descent,
            learning_rate_init=2.0,
            init=start,
            fit_intercept=False,
        ),
        "moons": classic(
            X_moons,
            y_moons,
            5000,
            (5, 3),
            **{**gradient_descent, "random_state": 12},
            activation="tanh",
            learning_rate_init=0.1,
            init="uniform01",
        ),
        "bumps": classic(*make_bumps(), 7000, (20,), **logistic, **bumps, learning_rate_init=0.01),
    }


def main() -> None:
    """Write the file beside this one."""
    reference = {
        "rows": rows().tolist(),
        "cases": {name: trained(case) for name, case in cases().items()},
        "draws": draws(),
        "toys": toys(),
        "classics": classics(),
    }
    Path(__file__).with_name("reference.json").write_text(json.dumps(reference) + "\n")


if __name__ == "__main__":
    main()
