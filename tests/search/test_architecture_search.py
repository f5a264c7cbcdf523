import numpy as np
import pytest
import scipy.stats
from sklearn.datasets import make_moons
from sklearn.metrics import get_scorer
from sklearn.utils.estimator_checks import parametrize_with_checks

from separatrix import MLPClassifier, MLPRegressor
from separatrix.search import ArchitectureSearchCV, architectures

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = make_moons(200, noise=0.25, random_state=0)
SPACE = {
    "activation": ["tanh", "relu"],
    "learning_rate_init": scipy.stats.loguniform(1e-3, 1e-1),
    "solver": ["adam", "sgd", "lbfgs"],
    "alpha": [1e-4, 1e-2],
}


def make_search(estimator=None, **settings):
    settings = {"hidden_layer_sizes": architectures((0, 1, 2), (2, 5)), "cv": 3, "random_state": 0} | settings
    return ArchitectureSearchCV(estimator or MLPClassifier(max_iter=30), **settings)


def same_scores(search, other):
    first, second = search.cv_results_, other.cv_results_
    return all(
        np.array_equal(first[name], second[name], equal_nan=True)
        for name in first
        if name.startswith("split") and "test" in name
    )


@parametrize_with_checks(
    [
        make_search(
            MLPClassifier(solver="lbfgs"), hidden_layer_sizes=[(), (2,)], cv=2, n_jobs=1, error_score="raise"
        ),
        make_search(MLPRegressor(solver="lbfgs"), hidden_layer_sizes=[(), (2,)], cv=2, error_score="raise"),
    ]
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.mark.parametrize("n_jobs", [1, 2, 3])
@pytest.mark.parametrize("scoring", ["neg_log_loss", "accuracy", "roc_auc", None])
def test_every_candidate_scores_as_it_does_alone(scoring, n_jobs):
    search = make_search(param_space=SPACE, n_candidates=12, scoring=scoring, n_repeats=2, n_jobs=n_jobs).fit(
        X, Y
    )
    scorer = get_scorer(scoring or "accuracy")
    assert len(search.splits_) == 6
    for candidate in range(12):
        for split, (train, test) in enumerate(search.splits_):
            alone = search.candidate(candidate, split).fit(X[train], Y[train])
            expected = scorer(alone, X[test], Y[test])
            assert search.cv_results_[f"split{split}_test_score"][candidate] == expected
