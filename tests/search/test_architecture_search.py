from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
from sklearn import config_context
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, make_moons
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import get_scorer
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, PolynomialFeatures, StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from separatrix import ArchitectureSearchCV, MLPClassifier, MLPRegressor, architectures
from separatrix.errors import DataError, ParameterError

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = make_moons(150, noise=0.25, random_state=0)
SPACE = {
    "activation": ["tanh", "relu"],
    "learning_rate_init": scipy.stats.loguniform(1e-3, 1e-1),
    "solver": ["adam", "sgd", "lbfgs"],
    "alpha": [1e-4, 1e-2],
}


def make_search(estimator=None, **settings):
    usual = {
        "hidden_layer_sizes": architectures((0, 1, 2), (2, 5)),
        "cv": 3,
        "random_state": 0,
        "ensemble_size": 0,
    }
    return ArchitectureSearchCV(estimator or MLPClassifier(max_iter=20), **(usual | settings))


def split_scores(search):
    """Return the test scores of every candidate on every split."""
    n_splits = search.n_splits_
    return np.column_stack([search.cv_results_[f"split{split}_test_score"] for split in range(n_splits)])


CHECKED = {"hidden_layer_sizes": [(), (2,)], "cv": 2, "error_score": "raise"}


@pytest.mark.slow
@parametrize_with_checks(
    [
        make_search(MLPClassifier(solver="lbfgs"), n_jobs=1, **CHECKED),
        make_search(MLPRegressor(solver="lbfgs"), ensemble_size=3, **CHECKED),
    ]
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.mark.slow
class TestEveryCandidateScoresAsItDoesAlone:
    @pytest.mark.parametrize("n_jobs", [1, 3])
    @pytest.mark.parametrize("scoring", ["neg_log_loss", "accuracy", "roc_auc", None])
    def test_classifier(self, scoring, n_jobs):
        search = make_search(
            param_space=SPACE, n_candidates=8, scoring=scoring, n_repeats=2, n_jobs=n_jobs
        ).fit(X, Y)
        scorer = get_scorer(scoring or "accuracy")
        found = split_scores(search)
        assert found.shape == (8, 6)
        for candidate in range(8):
            for split, (train, test) in enumerate(search.splits_):
                alone = search.candidate(candidate, split).fit(X[train], Y[train])
                assert found[candidate, split] == scorer(alone, X[test], Y[test])

    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    @pytest.mark.parametrize(
        "scoring", ["r2", "neg_mean_squared_error", "neg_root_mean_squared_error", "neg_mean_absolute_error"]
    )
    def test_regressor_in_a_pipeline(self, scoring, dtype):
        X, y = load_diabetes(return_X_y=True)
        y = y / 100
        pipeline = make_pipeline(
            StandardScaler(),
            PolynomialFeatures(1),
            MLPRegressor(max_iter=5, early_stopping=True, dtype=dtype),
        )
        search = make_search(
            pipeline,
            param_space={"polynomialfeatures__degree": [1, 2], "alpha": [0.1, 0.0]},
            n_candidates=6,
            scoring=scoring,
            n_jobs=2,
        ).fit(X, y)
        found = split_scores(search)
        for candidate in range(6):
            for split, (train, test) in enumerate(search.splits_):
                alone = search.candidate(candidate, split).fit(X[train], y[train])
                assert found[candidate, split] == get_scorer(scoring)(alone, X[test], y[test])

    def test_several_classes_in_a_frame_with_weights(self):
        X, y = load_iris(return_X_y=True, as_frame=True)
        weight = np.linspace(0.5, 1.5, len(y))
        search = make_search(MLPClassifier(max_iter=10), n_candidates=4, scoring="neg_log_loss")
        search.fit(X, y, sample_weight=weight)
        scorer = get_scorer("neg_log_loss")
        for candidate in range(4):
            for split, (train, test) in enumerate(search.splits_):
                alone = search.candidate(candidate, split)
                alone.fit(X.iloc[train], y.iloc[train], sample_weight=weight[train])
                expected = scorer(alone, X.iloc[test], y.iloc[test], sample_weight=weight[test])
                assert search.cv_results_[f"split{split}_test_score"][candidate] == expected

    def test_wide_layers_and_many_rows(self):
        X, y = make_moons(2000, noise=0.3, random_state=0)
        search = make_search(
            MLPClassifier(max_iter=3, dtype="float32"), hidden_layer_sizes=[(100,)], scoring="neg_log_loss"
        ).fit(X, y)
        for split, (train, test) in enumerate(search.splits_):
            alone = search.candidate(0, split).fit(X[train], y[train])
            expected = get_scorer("neg_log_loss")(alone, X[test], y[test])
            assert search.cv_results_[f"split{split}_test_score"][0] == expected

    def test_steps_of_a_pipeline_may_be_searched(self):
        pipeline = Pipeline([("scale", "passthrough"), ("network", MLPClassifier(max_iter=5))])
        scalers = [StandardScaler(), MinMaxScaler(), "passthrough"]
        search = make_search(pipeline, hidden_layer_sizes=[(3,)], param_space={"scale": scalers}, n_jobs=3)
        search.fit(X, Y)
        assert not hasattr(scalers[0], "mean_")
        found = split_scores(search)
        for candidate in range(3):
            for split, (train, test) in enumerate(search.splits_):
                alone = search.candidate(candidate, split).fit(X[train], Y[train])
                assert found[candidate, split] == alone.score(X[test], Y[test])

    def test_a_seed_of_the_estimator_is_kept(self):
        search = make_search(MLPClassifier((2,), max_iter=5, random_state=7)).fit(X, Y)
        assert search.seeds_ is None
        assert search.candidate(1).random_state == 7

    def test_a_generator_of_the_estimator_is_copied_for_every_training(self):
        generator = np.random.RandomState(3)
        settings = {"hidden_layer_sizes": [(3,)], "param_space": {"max_iter": [5]}}
        by_generator = make_search(MLPClassifier(random_state=generator), **settings).fit(X, Y)
        by_seed = make_search(MLPClassifier(random_state=3), **settings).fit(X, Y)
        np.testing.assert_array_equal(split_scores(by_generator), split_scores(by_seed))


class TestResults:
    def test_the_columns_are_those_of_scikit_learn_and_ours(self):
        search = make_search(return_train_score=True, n_candidates=5).fit(X, Y)
        columns = set(search.cv_results_)
        assert columns >= {"params", "mean_test_score", "std_test_score", "rank_test_score", "mean_fit_time"}
        assert columns >= {"mean_train_score", "split2_train_score", "param_hidden_layer_sizes"}
        assert columns >= {"se_test_score", "n_parameters", "mean_n_epochs", "n_diverged", "n_limited"}
        assert search.cv_results_["n_parameters"].tolist() == [3, 9, 21, 15, 51]
        assert search.cv_results_["n_limited"].tolist() == [3] * 5

    def test_the_same_seed_gives_the_same_search(self):
        first, second = (make_search(param_space=SPACE, n_candidates=6).fit(X, Y) for _ in range(2))
        assert first.cv_results_["params"] == second.cv_results_["params"]
        np.testing.assert_array_equal(split_scores(first), split_scores(second))
        other = make_search(param_space=SPACE, n_candidates=6, random_state=1).fit(X, Y)
        assert first.cv_results_["params"] != other.cv_results_["params"]

    def test_refit(self):
        by_one_se = make_search(refit="one_se").fit(X, Y)
        assert by_one_se.best_params_ == by_one_se.smallest_as_good_
        best = make_search(refit="best").fit(X, Y)
        assert best.best_score_ == best.cv_results_["mean_test_score"].max()
        assert (
            best.best_estimator_.get_params()["hidden_layer_sizes"] == best.best_params_["hidden_layer_sizes"]
        )
        np.testing.assert_array_equal(best.predict(X), best.best_estimator_.predict(X))
        fewest = make_search(refit=lambda results: int(results["n_parameters"].argmin())).fit(X, Y)
        assert fewest.best_params_ == {"hidden_layer_sizes": ()}
        assert not hasattr(make_search(refit=False).fit(X, Y), "best_estimator_")

    @pytest.mark.slow
    def test_several_scores(self):
        search = make_search(scoring=["neg_log_loss", "roc_auc"], refit="roc_auc").fit(X, Y)
        assert search.best_index_ == search.cv_results_["mean_test_roc_auc"].argmax()
        assert search.candidates_.metric == "neg_log_loss"
        named = make_search(scoring={"loss": "neg_log_loss", "hits": "accuracy"}).fit(X, Y)
        assert named.candidates_.metric == "neg_log_loss"
        np.testing.assert_array_equal(named.candidates_.mean, named.cv_results_["mean_test_loss"])

    def test_it_scores_by_the_score_that_it_was_chosen_by(self):
        several = make_search(scoring=["neg_log_loss", "accuracy"]).fit(X, Y)
        expected = get_scorer("neg_log_loss")(several.best_estimator_, X, Y)
        assert several.score(X, Y) == expected
        by_function = make_search(scoring=lambda estimator, X, y: {"a": estimator.score(X, y), "b": 0.5})
        assert by_function.fit(X, Y).score(X, Y) == by_function.best_estimator_.score(X, Y)
        assert not hasattr(make_search(refit=False).fit(X, Y), "score")

    def test_a_scoring_function_may_return_several(self):
        search = make_search(scoring=lambda estimator, X, y: {"a": estimator.score(X, y), "b": 0.5}).fit(X, Y)
        assert set(search.cv_results_["mean_test_b"]) == {0.5}
        assert search.multimetric_

    def test_weights_are_passed_to_the_scorers_that_accept_them(self):
        weight = np.linspace(0.1, 2.0, len(Y))
        search = make_search(
            MLPRegressor(max_iter=5), scoring=["r2", "neg_max_error"], hidden_layer_sizes=[(2,)]
        )
        with pytest.warns(UserWarning, match="does not support sample_weight"):
            search.fit(X, Y * 1.0, sample_weight=weight)
        train, test = search.splits_[0]
        alone = search.candidate(0, 0).fit(X[train], Y[train] * 1.0, sample_weight=weight[train])
        weighted = get_scorer("r2")(alone, X[test], Y[test] * 1.0, sample_weight=weight[test])
        assert search.cv_results_["split0_test_r2"][0] == weighted
        assert search.cv_results_["split0_test_neg_max_error"][0] == get_scorer("neg_max_error")(
            alone, X[test], Y[test] * 1.0
        )

    def test_metadata_are_routed_to_the_scorers_that_request_them(self):
        weight = np.linspace(0.1, 2.0, len(Y))
        with config_context(enable_metadata_routing=True):
            network = MLPClassifier(max_iter=5).set_fit_request(sample_weight=True)
            asks = get_scorer("accuracy").set_score_request(sample_weight=True)
            ignores = get_scorer("accuracy").set_score_request(sample_weight=False)
            search = make_search(
                network, scoring={"with": asks, "without": ignores}, hidden_layer_sizes=[(2,)]
            )
            search.fit(X, Y, sample_weight=weight)
            train, test = search.splits_[0]
            alone = search.candidate(0, 0).fit(X[train], Y[train], sample_weight=weight[train])
            right = alone.predict(X[test]) == Y[test]
        assert search.cv_results_["split0_test_without"][0] == right.mean()
        weighted = np.average(right, weights=weight[test])
        assert search.cv_results_["split0_test_with"][0] == pytest.approx(weighted)

    def test_groups_and_splitters(self):
        groups = np.arange(len(Y)) % 5
        search = make_search(cv=GroupKFold(5)).fit(X, Y, groups=groups)
        assert search.n_splits_ == 5
        for train, test in search.splits_:
            assert not set(groups[train]) & set(groups[test])
        repeated = make_search(cv=StratifiedKFold(3, shuffle=True), n_repeats=2).fit(X, Y)
        assert repeated.n_splits_ == 6
        assert not np.array_equal(repeated.splits_[0][1], repeated.splits_[3][1])

    def test_it_can_be_nested(self):
        assert len(cross_val_score(make_search(n_candidates=3), X, Y, cv=3)) == 3

    def test_it_can_be_cloned_and_summarised(self):
        search = clone(make_search()).fit(X, Y)
        assert "logistic regression" in search.summary()
        assert "ridge regression" in make_search(MLPRegressor(max_iter=5)).fit(X, Y * 1.0).summary()

    def test_the_linear_baseline_is_logistic_regression(self):
        search = make_search(scoring="neg_log_loss").fit(X, Y)
        scorer = get_scorer("neg_log_loss")
        expected = [scorer(LogisticRegression().fit(X[a], Y[a]), X[b], Y[b]) for a, b in search.splits_]
        np.testing.assert_allclose(search.baseline_scores_, expected, atol=1e-4)

    def test_the_linear_baseline_of_numbers_is_ridge_regression(self):
        y = X[:, 0] + 0.1 * np.random.RandomState(0).normal(size=len(X))
        search = make_search(MLPRegressor(max_iter=5)).fit(X, y)
        expected = [Ridge(alpha=1.0).fit(X[a], y[a]).score(X[b], y[b]) for a, b in search.splits_]
        np.testing.assert_allclose(search.baseline_scores_, expected, atol=1e-4)

    def test_a_linear_baseline_that_separates_all_rows_has_a_penalty(self):
        X, y = load_breast_cancer(return_X_y=True)
        pipeline = make_pipeline(StandardScaler(), MLPClassifier(max_iter=5))
        search = make_search(pipeline, hidden_layer_sizes=[(2,)], scoring="neg_log_loss").fit(X, y)
        assert search.baseline_scores_.mean() > -0.12  # without one: -0.4

    @pytest.mark.slow
    def test_a_linear_problem_needs_no_hidden_layer(self):
        generator = np.random.RandomState(0)
        X = generator.normal(size=(200, 3))
        y = (X[:, 0] + 0.5 * generator.normal(size=200) > 0).astype(int)
        search = make_search(MLPClassifier(solver="lbfgs"), scoring="neg_log_loss", n_repeats=2).fit(X, y)
        assert search.verdict_.baseline_is_enough
        assert "A straight line is enough" in search.summary()

    @pytest.mark.slow
    def test_the_three_displays(self):
        figure = make_search().fit(X, Y).plot()
        assert len([ax for ax in figure.axes if ax.get_label() != "<colorbar>"]) == 3


class TestEnsemble:
    def test_it_is_better_than_most_and_can_be_saved(self, tmp_path):
        import separatrix as sx

        pipeline = make_pipeline(StandardScaler(), MLPClassifier(max_iter=60))
        search = make_search(pipeline, ensemble_size=10, scoring="neg_log_loss").fit(X, Y)
        assert sum(search.ensemble_weights_.values()) <= 10
        assert len(search.ensemble_.estimators_) == len(search.ensemble_weights_)
        sx.save(search.ensemble_, tmp_path / "ensemble.safetensors")
        loaded = sx.load(tmp_path / "ensemble.safetensors")
        np.testing.assert_allclose(loaded.predict_proba(X), search.ensemble_.predict_proba(X), atol=1e-6)

    @pytest.mark.slow
    def test_labels_are_words_and_numbers_are_numbers(self):
        words = np.array(["no", "yes"])[Y]
        search = make_search(ensemble_size=4).fit(X, words)
        assert set(search.ensemble_.predict(X)) <= {"no", "yes"}
        regression = make_search(MLPRegressor(max_iter=20), ensemble_size=4).fit(X, Y * 2.0)
        assert regression.ensemble_.predict(X).shape == Y.shape

    def test_there_is_none_for_several_labels_a_row(self):
        search = make_search(ensemble_size=4).fit(X, np.column_stack([Y, 1 - Y]))
        assert not hasattr(search, "ensemble_")


class TestEarlyDiscarding:
    def test_survivors_score_as_they_do_alone(self):
        search = make_search(MLPClassifier(max_iter=90), halving_factor=3, scoring="neg_log_loss").fit(X, Y)
        survivors = np.flatnonzero(~search.cv_results_["is_discarded"])
        assert 0 < len(survivors) < 5
        for candidate in survivors:
            for split, (train, test) in enumerate(search.splits_):
                alone = search.candidate(candidate, split).fit(X[train], Y[train])
                expected = get_scorer("neg_log_loss")(alone, X[test], Y[test])
                assert search.cv_results_[f"split{split}_test_score"][candidate] == expected
        assert search.best_index_ in survivors
        assert len(search.candidates_) == len(survivors)

    @pytest.mark.parametrize("refit", ["best", True, "one_se"])
    def test_only_survivors_are_chosen(self, refit):
        space = {"learning_rate_init": [1e-4, 1e-2]}
        search = make_search(MLPClassifier(max_iter=90), halving_factor=3, param_space=space, refit=refit)
        assert not search.fit(X, Y).cv_results_["is_discarded"][search.best_index_]

    @pytest.mark.slow
    def test_what_has_ended_early_is_not_discarded(self):
        space = {"solver": ["adam", "lbfgs"], "early_stopping": [True, False], "max_iter": [40, 90]}
        search = make_search(MLPClassifier(), halving_factor=3, param_space=space, n_candidates=None)
        results = search.fit(X, Y).cv_results_
        by_lbfgs = results["param_solver"] == "lbfgs"
        assert not results["is_discarded"][by_lbfgs].any()
        assert results["is_discarded"][~by_lbfgs].any()
        assert np.isfinite(results["mean_test_score"]).all()
        for candidate in np.flatnonzero(~results["is_discarded"]):
            train, test = search.splits_[1]
            alone = search.candidate(candidate, 1).fit(X[train], Y[train])
            assert results["split1_test_score"][candidate] == alone.score(X[test], Y[test])

    def test_times_are_those_of_all_rounds(self):
        settings = {"hidden_layer_sizes": [(5,)], "param_space": {"alpha": [0.1, 0.2, 0.3]}}
        search = make_search(MLPClassifier(max_iter=90), halving_factor=3, **settings).fit(X, Y)
        assert search.cv_results_["mean_n_epochs"].max() > search.cv_results_["mean_n_epochs"].min()
        slowest = search.cv_results_["mean_n_epochs"].argmax()
        assert search.cv_results_["mean_fit_time"][slowest] > 0

    def test_the_summary_reports_the_epochs_saved(self):
        search = make_search(MLPClassifier(max_iter=90), halving_factor=3).fit(X, Y)
        trained, full = search.epochs_
        assert trained == (search.cv_results_["mean_n_epochs"] * 3).sum()
        assert trained < full
        assert search.summary().startswith("Early discarding ended ")

    def test_without_it_nothing_is_discarded(self):
        search = make_search().fit(X, Y)
        assert not search.cv_results_["is_discarded"].any()
        assert search.epochs_[0] == search.epochs_[1]


class TestBadInput:
    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ({"hidden_layer_sizes": []}, "hidden_layer_sizes must not be empty"),
            ({"hidden_layer_sizes": "8"}, "hidden_layer_sizes must be a list"),
            ({"hidden_layer_sizes": [(0,)]}, "hidden_layer_sizes must be an integer of at least 1"),
            ({"param_space": {"alpha": []}}, r"param_space\['alpha'\] must not be empty"),
            ({"param_space": {"alpha": 0.1}}, r"write \[0.1\]"),
            ({"param_space": {"alhpa": [0.1]}}, "Did you mean 'alpha'"),
            ({"param_space": {"hidden_layer_sizes": [(2,)]}}, "a parameter of its own"),
            ({"param_space": SPACE, "n_candidates": None}, "n_candidates must be a number"),
            ({"n_candidates": 0}, "n_candidates must be an integer of at least 1"),
            ({"n_repeats": 0}, "n_repeats must be an integer"),
            ({"cv": 1}, "cv must be an integer of at least 2"),
            ({"cv": KFold(3), "n_repeats": 2}, "set shuffle=True"),
            ({"refit": "one_es"}, "Did you mean 'one_se'"),
            ({"error_score": "rase"}, "error_score must be 'raise' or a number"),
            ({"halving_factor": 1}, "halving_factor must be an integer of at least 2"),
            ({"halving_factor": 2, "store": "s.sqlite"}, "store must be None"),
            ({"random_state": None, "store": "s.sqlite"}, "random_state must be an int"),
            ({"estimator": StandardScaler()}, "estimator must be an MLPClassifier"),
        ],
    )
    def test_settings(self, settings, message):
        with pytest.raises(ParameterError, match=message):
            make_search(**settings).fit(X, Y)

    def test_a_class_with_fewer_rows_than_folds(self):
        y = np.append(np.zeros(148, int), [1, 1])
        with pytest.raises(DataError, match=r"got cv=3 and 2 row\(s\) of class 1; lower cv"):
            make_search().fit(X, y)

    def test_labels_that_are_objects(self):
        words = np.array(["no", "yes"], dtype=object)[Y]
        assert make_search().fit(X, words).classes_.tolist() == ["no", "yes"]
        with pytest.raises(DataError, match=r"1 row\(s\) of class 'yes'"):
            make_search().fit(X, np.array(["no"] * 149 + ["yes"], dtype=object))

    def test_a_first_scorer_that_fails_still_decides(self):
        first = X[0]

        def fails(estimator, X, y):
            if (first == X).all(axis=1).any():
                raise RuntimeError("not this fold")
            return 0.0

        scoring = {"fails": fails, "accuracy": get_scorer("accuracy")}
        with pytest.warns(FitFailedWarning, match="not this fold"):
            search = make_search(scoring=scoring, error_score=-5.0).fit(X, Y)
        assert search.candidates_.mean == pytest.approx(-5.0 / 3)

    def test_a_linear_baseline_needs_no_validation_rows(self):
        network = MLPClassifier(max_iter=5, early_stopping=True, metrics=["accuracy"], record="auto")
        assert np.isfinite(make_search(network).fit(X, Y).baseline_scores_).all()

    def test_a_second_fit_forgets_the_first(self):
        search = make_search(ensemble_size=3).fit(X, Y)
        assert hasattr(search, "ensemble_")
        search.set_params(ensemble_size=0, refit=False).fit(X, Y)
        assert not hasattr(search, "ensemble_")
        assert not hasattr(search, "best_estimator_")

    def test_duplicates_count_once(self):
        search = make_search(hidden_layer_sizes=[2, (2,), [2]], param_space={"alpha": [0.1, 0.1]}).fit(X, Y)
        assert len(search.cv_results_["params"]) == 1

    def test_a_candidate_that_diverges_is_the_worst(self):
        settings = {"learning_rate_init": [1e-3, 1e3]}
        search = make_search(MLPRegressor(solver="sgd", max_iter=5), param_space=settings).fit(X, Y * 1.0)
        diverged = search.cv_results_["n_diverged"] > 0
        assert diverged.any()
        assert np.isnan(search.cv_results_["mean_test_score"][diverged]).all()
        ranks = search.cv_results_["rank_test_score"]
        assert ranks[diverged].min() >= ranks[~diverged].max()
        assert "diverged" in search.summary()

    # The search ignores this warning of joblib's, but other threads may reset the filters meanwhile.
    @pytest.mark.filterwarnings("ignore:.* tasks have been successfully executed:UserWarning")
    def test_a_scorer_that_fails_on_one_fold(self):
        first = X[0]

        def scoring(estimator, X, y):
            if (first == X).all(axis=1).any():
                raise RuntimeError("not this fold")
            return estimator.score(X, y)

        with pytest.warns(FitFailedWarning, match="the first error was RuntimeError: not this fold"):
            search = make_search(scoring=scoring, error_score=0.25).fit(X, Y)
        assert ((split_scores(search) == 0.25).sum(axis=1) == 1).all()
        with pytest.raises(RuntimeError, match="not this fold"):
            make_search(scoring=scoring, error_score="raise").fit(X, Y)

    def test_a_preprocessing_that_fails_everywhere(self):
        def fail(X):
            raise RuntimeError("no such column")

        pipeline = make_pipeline(FunctionTransformer(fail), MLPClassifier())
        with pytest.raises(DataError, match=r"no candidate could be trained .* no such column"):
            make_search(pipeline).fit(X, Y)

    def test_a_parameter_that_is_wrong_for_some_candidates(self):
        with pytest.warns(FitFailedWarning, match="3 of 6 trials failed .* alpha must be"):
            search = make_search(hidden_layer_sizes=[()], param_space={"alpha": [0.1, -1.0]}).fit(X, Y)
        assert search.best_params_ == {"alpha": 0.1, "hidden_layer_sizes": ()}
