"""Straight lines: what the networks of a search are held against."""

from __future__ import annotations

from separatrix.search.space import LAYERS, Params

# A straight line is trained to its optimum, so that no network beats one that was not ready; and also with
# the penalty that scikit-learn's own has by default, since with a network's it may fit every row.
STRAIGHT_LINE: Params = {
    LAYERS: (),
    "activation": "relu",
    "dropout": 0.0,
    "init": "zeros",
    "solver": "lbfgs",
    "max_iter": 1000,
    "tol": 1e-6,
    "early_stopping": False,
    "metrics": None,
    "record": None,
    "track_training": False,
}
STRAIGHT_LINES: tuple[Params, ...] = (STRAIGHT_LINE, STRAIGHT_LINE | {"alpha": 1.0, "l1_ratio": 0.0})
