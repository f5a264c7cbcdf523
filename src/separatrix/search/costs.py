"""Costs: how long a trial takes, compared with others."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from sklearn.utils.validation import _num_features

from separatrix.search.experiment import Experiment
from separatrix.search.trials import Trial

# A row's overhead in an epoch, in multiplications by a weight: measured with networks of a handful of units.
ROW_OVERHEAD = 100


def cost_of_trials(experiment: Experiment) -> Callable[[Trial], float]:
    """Return a function that tells a trial's cost: rows times weights times epochs, no unit."""
    n_in = _num_features(experiment.X)
    n_rows = [len(train) for train, _ in experiment.splits]

    def cost(trial: Trial) -> float:
        params = experiment.split_params(trial.params)[0]
        sizes = [n_in, *params["hidden_layer_sizes"], 1]
        n_weights = sum(a * b for a, b in pairwise(sizes))
        epochs = trial.pause_at or experiment.max_iter(trial.params)
        if trial.paused is not None:
            epochs -= trial.paused.state.epoch
        return float(n_rows[trial.split] * epochs * (n_weights + ROW_OVERHEAD))

    return cost
