from __future__ import annotations

import sys
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import make_moons
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from separatrix import ArchitectureSearchCV, MLPClassifier, OptunaObjective
from separatrix.errors import ParameterError
from separatrix.search import suggest_architecture

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
optuna = pytest.importorskip("optuna")
optuna.logging.set_verbosity(optuna.logging.ERROR)

X, Y = make_moons(150, noise=0.25, random_state=0)
LAYERS = [(), (3,), (4, 4)]


def suggest(trial: Any) -> dict[str, Any]:
    layers = LAYERS[trial.suggest_int("layers", 0, len(LAYERS) - 1)]
    return {
        "hidden_layer_sizes": layers,
        "activation": trial.suggest_categorical("activation", ["tanh", "relu"]),
    }


def suggest_rate(trial: Any) -> dict[str, Any]:
    return {"learning_rate_init": trial.suggest_float("rate", 1e-5, 1e-1, log=True)}


def make_study(**settings: Any) -> Any:
    settings = {"direction": "maximize", "sampler": optuna.samplers.RandomSampler(seed=0)} | settings
    return optuna.create_study(**settings)


def states(study: Any) -> list[str]:
    return [trial.state.name for trial in study.trials]


@pytest.mark.slow
@pytest.mark.parametrize(
    "estimator",
    [
        MLPClassifier(max_iter=25),
        MLPClassifier(max_iter=25, random_state=3),
        make_pipeline(StandardScaler(), MLPClassifier(max_iter=25, solver="lbfgs")),
    ],
)
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_trial_scores_as_the_candidate_of_a_search_does(estimator: Any, n_jobs: int) -> None:
    settings = {"cv": 3, "n_repeats": 2, "scoring": "neg_log_loss", "random_state": 0}
    objective = OptunaObjective(estimator, X, Y, suggest, **settings)
    study = make_study(pruner=optuna.pruners.NopPruner())
    for layers, activation in product(range(3), ["tanh", "relu"]):
        study.enqueue_trial({"layers": layers, "activation": activation})
    study.optimize(objective, n_trials=6, n_jobs=n_jobs)
    search = ArchitectureSearchCV(estimator, LAYERS, {"activation": ["tanh", "relu"]}, **settings).fit(X, Y)
    found = {repr(sorted(objective.params_of(trial).items())): trial for trial in study.trials}
    assert len(found) == 6
    for candidate, params in enumerate(search.cv_results_["params"]):
        trial = found[repr(sorted(params.items()))]
        expected = [search.cv_results_[f"split{split}_test_score"][candidate] for split in range(6)]
        assert trial.user_attrs["scores"] == expected
        assert trial.user_attrs["n_parameters"] == search.cv_results_["n_parameters"][candidate]
        assert trial.value == search.cv_results_["mean_test_score"][candidate]
    assert all(np.array_equal(a, b) for a, b in zip(objective.splits_[2], search.splits_[2], strict=True))


def test_the_pruner_gets_the_running_loss_of_every_fold() -> None:
    estimator = MLPClassifier(max_iter=20, random_state=0, tol=0.0, n_iter_no_change=20)
    objective = OptunaObjective(estimator, X, Y, lambda trial: {}, cv=2, report_every=8, random_state=0)
    study = make_study(pruner=optuna.pruners.NopPruner())
    study.optimize(objective, n_trials=1)
    curves = [estimator.fit(X[train], Y[train]).loss_curve_ for train, _ in objective.splits_]
    assert study.trials[0].intermediate_values == {
        8: -curves[0][7],
        16: -curves[0][15],
        28: -curves[1][7],
        36: -curves[1][15],
    }


@pytest.mark.slow
def test_a_median_pruner_ends_the_slow_ones_and_storage_keeps_them(tmp_path: Path) -> None:
    storage = f"sqlite:///{tmp_path / 'study.db'}"
    pruner = optuna.pruners.MedianPruner(n_startup_trials=3)
    study = make_study(storage=storage, study_name="rates", pruner=pruner)
    objective = OptunaObjective(MLPClassifier((4,), max_iter=60), X, Y, suggest_rate, cv=2, random_state=0)
    study.optimize(objective, n_trials=5)
    study = make_study(storage=storage, study_name="rates", pruner=pruner, load_if_exists=True)
    study.optimize(objective, n_trials=5)
    assert len(study.trials) == 10
    assert {"COMPLETE", "PRUNED"} == set(states(study))
    assert all(set(trial.intermediate_values) <= set(range(6, 121, 6)) for trial in study.trials)
    slowest = min(study.trials[3:], key=lambda trial: trial.params["rate"])
    assert slowest.state.name == "PRUNED"
    assert len(slowest.intermediate_values) < 20


def test_a_training_that_diverges_is_pruned() -> None:
    network = MLPClassifier((4,), solver="sgd", learning_rate_init=1e30, max_iter=20, momentum=0.0)
    study = make_study()
    study.optimize(OptunaObjective(network, 1e30 * X, Y, lambda trial: {}, cv=2), n_trials=1)
    assert states(study) == ["PRUNED"]


def test_architectures_are_suggested() -> None:
    shallow = optuna.trial.FixedTrial({"depth": 0})
    deep = optuna.trial.FixedTrial({"depth": 2, "width": 5})
    assert suggest_architecture(shallow) == {"hidden_layer_sizes": ()}
    assert suggest_architecture(deep) == {"hidden_layer_sizes": (5, 5)}


def test_what_fails_in_a_trial_is_raised() -> None:
    def fail(estimator: Any, X: Any, y: Any) -> float:
        raise ZeroDivisionError("a scorer's own")

    objective = OptunaObjective(MLPClassifier(max_iter=5), X, Y, scoring=fail)
    with pytest.raises(ZeroDivisionError, match="a scorer's own"):
        objective(optuna.trial.FixedTrial({"depth": 0}))
    misspelt = OptunaObjective(MLPClassifier(max_iter=5), X, Y, lambda trial: {"alhpa": 1.0})
    with pytest.raises(ParameterError, match=r"got 'alhpa'\. Did you mean 'alpha'\?"):
        misspelt(optuna.trial.FixedTrial({}))


def test_settings_are_checked() -> None:
    with pytest.raises(ParameterError, match=r"scoring must be a single score.*\['accuracy', 'r2'\]"):
        OptunaObjective(MLPClassifier(), X, Y, scoring=["accuracy", "r2"])
    with pytest.raises(ParameterError, match="report_every must be"):
        OptunaObjective(MLPClassifier(), X, Y, report_every=0)


def test_without_optuna_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ImportError, match=r"pip install 'separatrix\[optuna\]'"):
        OptunaObjective(MLPClassifier(), X, Y)
