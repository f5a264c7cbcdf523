"""Run scikit-learn's own tests on our estimators: the installed tests, with the imported classes replaced.

    python tools/run_scikit_learn_tests.py networks   # test_mlp.py
    python tools/run_scikit_learn_tests.py logistic   # test_logistic.py, by networks without hidden layers
    python tools/run_scikit_learn_tests.py callbacks  # the tests of callbacks, with our estimator in them
    python tools/run_scikit_learn_tests.py routing    # the tests of metadata routing, with our estimators
    python tools/run_scikit_learn_tests.py checks     # the checks of estimators, with SCIPY_ARRAY_API=1

Nothing is copied: names in scikit-learn's modules are replaced before a test module is imported. Tests that
fail for a reason that is given below are expected to: the exit code is 0 if no other fails.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import sklearn.linear_model
import sklearn.neural_network

import separatrix

ROOT = Path(__file__).parents[1]
PRIVATE = "uses private attributes of scikit-learn's class, which no public ones replace"
SETS_COEF = "writes coef_, which is computed here from the weights of the network"
NUMBER = "n_iter_ of a network is a number, not an array"
FREE = "the mean over classes of softmax weights is free, and initial weights are drawn"
WORKERS = "worker processes do not have the class of this script"
TOY = "compares with the predictions of the estimator that was replaced"
NO_DECISION_FUNCTION = "networks have no decision_function, as scikit-learn's have none"
# Known failures, and why; a name without an id stands for all.
REASONS: dict[str, dict[str, str]] = {
    "networks": {
        "test_fit": PRIVATE,
        "test_gradient": PRIVATE,
        "test_nonfinite_params": "a DivergenceWarning with the initial parameters kept, instead of an error",
        "test_predict_proba_multilabel": "log-probabilities stay exact where probabilities round to 1",
        "test_early_stopping_stratified": "the error has other words",
    },
    "logistic": {
        "test_logistic_cv_folds_with_classes_missing": SETS_COEF,
        "test_logistic_cv_multinomial_score": SETS_COEF,
        "test_write_parameters": SETS_COEF,
        "test_logreg_predict_proba_multinomial": PRIVATE,
        "test_n_iter": NUMBER,
        "test_newton_cholesky_fallback_to_lbfgs": NUMBER,
        "test_logistic_regression_callback_fitted_estimator": NUMBER,
        "test_logistic_regression_callback_support": "counts the tasks of scikit-learn's solver",
        "test_max_iter": "the warning has other words",
        "test_zero_max_iter": "max_iter is at least 1",
        "test_sparsify": "networks are not sparse",
        "test_logistic_glmnet": FREE,
        "test_multinomial_identifiability_on_iris": FREE,
        "test_multinomial_logistic_regression_string_inputs": "without a seed, initial weights differ",
    },
    "callbacks": {
        "test_function_no_callback_support": WORKERS,
        "test_meta_estimator_autopropagated_callback_hooks_called": WORKERS,
        "test_meta_estimator_callback_hooks_called": WORKERS,
        "test_scoring_monitor_no_callback_support": TOY,
        "test_logged_values": TOY,
        "test_logged_values_meta_estimator": TOY,
        "test_score_after_fit": TOY,
    },
    "routing": {
        "test_error_on_missing_requests_for_sub_estimator[BaggingClassifier]": NO_DECISION_FUNCTION,
        "test_error_on_missing_requests_for_sub_estimator[SelfTrainingClassifier]": NO_DECISION_FUNCTION,
        "test_setting_request_on_sub_estimator_removes_error[BaggingClassifier]": NO_DECISION_FUNCTION,
        "test_setting_request_on_sub_estimator_removes_error[SelfTrainingClassifier]": NO_DECISION_FUNCTION,
        "test_nested_routing": "gives a single weight for a hundred rows",
    },
}
MODULES = {
    "networks": ["sklearn.neural_network.tests.test_mlp"],
    "logistic": ["sklearn.linear_model.tests.test_logistic"],
    "callbacks": [
        "sklearn.callback.tests.test_callback_support",
        "sklearn.callback.tests.test_callback_context",
        "sklearn.callback.tests.test_progressbar",
        "sklearn.callback.tests.test_scoring_monitor",
    ],
    "routing": [
        "sklearn.tests.test_metaestimators_metadata_routing",
        "sklearn.tests.test_metadata_routing",
    ],
}


class LogisticRegression(separatrix.MLPClassifier):
    """A network without hidden layers under the name, and with the parameters, of scikit-learn's class.

    A test that asks for a parameter that the network does not have is skipped.
    """

    def __init__(
        self,
        *,
        C: float = 1.0,
        tol: float = 1e-4,
        fit_intercept: bool = True,
        class_weight: Any = None,
        random_state: Any = None,
        solver: str = "lbfgs",
        max_iter: int = 100,
        **others: Any,
    ) -> None:
        if solver != "lbfgs" or others:
            pytest.skip(f"asks for solver={solver!r}, {sorted(others)}")
        super().__init__(
            (),
            solver="lbfgs",
            alpha=1.0 / C if 0 < C < math.inf else 0.0,
            tol=tol,
            fit_intercept=fit_intercept,
            class_weight=class_weight,
            random_state=random_state,
            max_iter=max_iter,
        )
        self.C = C

    @classmethod
    def _get_param_names(cls) -> list[str]:
        return ["C", "tol", "fit_intercept", "class_weight", "random_state", "solver", "max_iter"]

    @property
    def coef_(self) -> np.ndarray:
        """Weights, (1, n_features) or (n_classes, n_features)."""
        return np.array(self.coefs_[0].T)

    @property
    def intercept_(self) -> np.ndarray:
        """Biases, (1,) or (n_classes,)."""
        bias = np.array(self.intercepts_[0])
        return bias if bias.size else np.zeros(len(self.coef_))

    def decision_function(self, X: Any) -> np.ndarray:
        """Return the logits."""
        z = self._logits(X)
        return z[:, 0] if z.shape[1] == 1 else z


class MLPClassifier(separatrix.MLPClassifier):
    """Our class with two private names of scikit-learn's, that tests read, computed from public ones."""

    @property
    def _optimizer(self) -> SimpleNamespace:
        """The rate after the last epoch: that of the last epoch, unless it falls with each row."""
        rate = self.history_.learning_rate[-1]
        if self.learning_rate == "invscaling":
            rate = self.learning_rate_init / (self.t_ + 1) ** self.power_t
        return SimpleNamespace(learning_rate=rate)

    @property
    def _no_improvement_count(self) -> int:
        """The epochs in a row, up to the last, whose loss was not better by `tol` than the best before."""
        best, count = math.inf, 0
        for loss in self.loss_curve_:
            count = count + 1 if loss > best - self.tol else 0
            best = min(best, loss)
        return count


class MaxIterEstimator(separatrix.MLPRegressor):
    """A network in place of the estimator of the tests of callbacks."""

    def __init__(self, max_iter: int = 20, computation_intensity: float = 0.001) -> None:
        super().__init__(
            hidden_layer_sizes=(2,), max_iter=max_iter, n_iter_no_change=math.inf, tol=0.0, random_state=0
        )
        self.computation_intensity = computation_intensity

    def fit(self, X: Any = None, y: Any = None, *, sample_weight: Any = None) -> Any:
        """Fit the rows, or some rows if there are none."""
        if X is None:
            X = np.random.default_rng(0).normal(size=(20, 2))
        y = np.arange(len(X), dtype=float) if y is None else y
        return super().fit(X, y, sample_weight)


def consuming(network: type, record: Any) -> type:
    """Return a network in place of an estimator of the tests of metadata routing, which records its metadata.

    It learns from the weights that are routed to it. `record` looks at the names of its callers.
    """

    def given(sample_weight: Any) -> dict[str, Any]:
        return {} if isinstance(sample_weight, str) else {"sample_weight": sample_weight}

    class Consuming(network):
        def __init__(self, registry: Any = None, alpha: float = 0.0) -> None:
            super().__init__(hidden_layer_sizes=(1,), alpha=alpha, max_iter=1, random_state=0)
            self.registry = registry

        def _register(self, X: Any) -> None:
            if self.registry is not None:
                self.registry.append(self)
            self.coef_ = np.ones_like(X)  # by which RFE chooses features

        def fit(self, X: Any, y: Any, sample_weight: Any = "default", metadata: Any = "default") -> Any:
            record(self, sample_weight=sample_weight, metadata=metadata)
            self._register(X)
            return super().fit(X, y, **given(sample_weight))

        def score(self, X: Any, y: Any, sample_weight: Any = "default", metadata: Any = "default") -> float:
            record(self, sample_weight=sample_weight, metadata=metadata)
            return super().score(X, y, **given(sample_weight))

        def predict(self, X: Any, sample_weight: Any = "default", metadata: Any = "default") -> Any:
            record(self, sample_weight=sample_weight, metadata=metadata)
            return super().predict(X)

    class Classifier(Consuming):
        def partial_fit(
            self,
            X: Any,
            y: Any,
            classes: Any = None,
            sample_weight: Any = "default",
            metadata: Any = "default",
        ) -> Any:
            record(self, sample_weight=sample_weight, metadata=metadata)
            self._register(X)
            return super().partial_fit(X, y, classes=classes, **given(sample_weight))

        def predict_proba(self, X: Any, sample_weight: Any = "default", metadata: Any = "default") -> Any:
            record(self, sample_weight=sample_weight, metadata=metadata)
            return super().predict_proba(X)

        def predict_log_proba(self, X: Any, sample_weight: Any = "default", metadata: Any = "default") -> Any:
            record(self, sample_weight=sample_weight, metadata=metadata)
            return super().predict_log_proba(X)

    class Regressor(Consuming):
        def partial_fit(
            self, X: Any, y: Any, sample_weight: Any = "default", metadata: Any = "default"
        ) -> Any:
            record(self, sample_weight=sample_weight, metadata=metadata)
            self._register(X)
            return super().partial_fit(X, y, **given(sample_weight))

    chosen = Classifier if issubclass(network, separatrix.MLPClassifier) else Regressor
    chosen.__name__ = f"Consuming{chosen.__name__}"  # which messages have
    return chosen


class Results:
    """A plugin of pytest that keeps the outcome of each test."""

    def __init__(self) -> None:
        self.outcomes: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Keep the outcome of a test, that of its call unless its set-up fails or skips it."""
        if report.when == "call" or report.outcome != "passed":
            self.outcomes[report.nodeid.rpartition("::")[2]] = report.outcome


def run(what: str, arguments: list[str]) -> int:
    """Run the tests of a topic, print the counts and the reasons, and return the exit code."""
    if what == "networks":
        sklearn.neural_network.MLPClassifier = MLPClassifier
        sklearn.neural_network.MLPRegressor = separatrix.MLPRegressor
    elif what == "logistic":
        sklearn.linear_model.LogisticRegression = LogisticRegression
    elif what == "routing":
        import sklearn.tests.metadata_routing_common as common

        common.ConsumingClassifier = consuming(separatrix.MLPClassifier, common.record_metadata_not_default)
        common.ConsumingRegressor = consuming(separatrix.MLPRegressor, common.record_metadata_not_default)
    else:
        import sklearn.callback.tests._utils as utils

        utils.MaxIterEstimator = MaxIterEstimator
    results = Results()
    options = ["-q", "-p", "no:cacheprovider", "-c", os.devnull, "--tb=line", "-W", "ignore", *arguments]
    pytest.main([*options, "--pyargs", *MODULES[what]], [results])
    failed = {name for name, outcome in results.outcomes.items() if outcome == "failed"}
    reasons = REASONS[what]
    known = {name: reasons.get(name) or reasons.get(name.partition("[")[0]) for name in failed}
    known = {name: reason for name, reason in known.items() if reason}
    for name in sorted(known):
        print(f"expected: {name}: {known[name]}")
    for name in sorted(failed - set(known)):
        print(f"FAILED: {name}")
    counts = Counter(results.outcomes.values())
    print(json.dumps({"tests of": what, **dict(counts), "with a reason": len(known)}))
    return 0 if failed == set(known) else 1


def run_checks() -> int:
    """Run scikit-learn's checks of estimators with array API dispatch."""
    command = [sys.executable, "-m", "pytest", "-q", str(ROOT / "tests/estimators/test_sklearn_checks.py")]
    return subprocess.run(command, cwd=ROOT, env=os.environ | {"SCIPY_ARRAY_API": "1"}).returncode


if __name__ == "__main__":
    topic = sys.argv[1] if len(sys.argv) > 1 else "networks"
    sys.exit(run_checks() if topic == "checks" else run(topic, sys.argv[2:]))
