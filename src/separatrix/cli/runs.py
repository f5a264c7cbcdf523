"""Runs: what `separatrix plot --what rates` and `--what seeds` do: train the network of a model again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from separatrix.cli.console import note
from separatrix.estimators import MLPClassifier, MLPRegressor
from separatrix.estimators.settings import uses_lbfgs
from separatrix.model import Model
from separatrix.network import PeriodicEmbedding
from separatrix.text import plural

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from separatrix.plots.display import Subject

RUNS = ("rates", "seeds")
RATES, SEEDS = (0.001, 0.01, 0.1, 1.0), (0, 1, 2)
_ESTIMATORS = {"MLPClassifier": MLPClassifier, "MLPRegressor": MLPRegressor}


def missing_runs(name: str, subject: Subject) -> str | None:
    """Return why the network cannot be trained again on these rows; None if it can."""
    from separatrix.plots.display import NO_NETWORK

    if not isinstance(subject.model, Model):
        return NO_NETWORK
    training = subject.model.training or {}
    if "settings" not in training or training.get("estimator") not in _ESTIMATORS:
        return "the model file does not say how the network was trained"
    if name == "rates" and uses_lbfgs(training["settings"]["solver"]):
        return "solver 'lbfgs' has no learning rate"
    return subject.missing_target()


def draw_runs(name: str, subject: Subject) -> Figure:
    """Train the network of a model on the rows at several rates or from several seeds, and draw all runs."""
    from separatrix.plots.runs import RunComparisonDisplay

    assert isinstance(subject.model, Model)
    assert subject.table is not None
    network, rows = _network(subject.model), subject.table
    n_runs = len(RATES if name == "rates" else SEEDS)
    note(
        f"trains {plural(n_runs, 'network')} with the settings of the model on {plural(rows.n_rows, 'row')}."
    )
    if name == "rates":
        return RunComparisonDisplay.from_rates(network, rows, subject.y, rates=RATES).figure_
    return RunComparisonDisplay.from_seeds(network, rows, subject.y, seeds=SEEDS).figure_


def _network(model: Model) -> Any:
    """Return an estimator with the settings of the training that made the model, which trains once."""
    training = model.training or {}
    settings = dict(training["settings"])
    if settings["learning_rate_init"] == "auto":
        settings["learning_rate_init"] = training["learning_rate_init"]
    if isinstance(settings.get("embedding"), dict):
        settings["embedding"] = PeriodicEmbedding.from_dict(settings["embedding"])
    once = {"n_init": 1, "record": None, "verbose": False}
    return _ESTIMATORS[training["estimator"]](**settings | once)
