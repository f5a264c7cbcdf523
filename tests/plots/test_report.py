from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from sklearn.datasets import load_iris, make_multilabel_classification
from sklearn.linear_model import LinearRegression
from sklearn.metrics import confusion_matrix, roc_auc_score

from separatrix import Model, Network
from separatrix.errors import DataError, ParameterError
from separatrix.estimators import MLPClassifier
from separatrix.plots import ReportDisplay

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")]


@pytest.fixture(scope="module")
def iris() -> tuple[Any, pd.DataFrame, np.ndarray]:
    data = load_iris(as_frame=True)
    y = data.target_names[data.target]
    return MLPClassifier((), max_iter=50, random_state=0).fit(data.data, y), data.data, y


@pytest.mark.parametrize("as_model", [False, True])
def test_each_class_has_curves(iris: Any, as_model: bool) -> None:
    classifier, X, y = iris
    display = ReportDisplay.from_estimator(classifier.to_model() if as_model else classifier, X, y)
    found = display.displays_
    np.testing.assert_array_equal(
        found["confusion"][0].confusion_matrix, confusion_matrix(y, classifier.predict(X))
    )
    p = classifier.predict_proba(X)
    for code, label in enumerate(classifier.classes_):
        assert found["roc"][code].roc_auc == pytest.approx(roc_auc_score(y == label, p[:, code]))
    assert [len(curves) for curves in found.values()] == [1, 3, 3, 3]
    assert [tick.get_text() for tick in display.axes_[0].get_yticklabels()] == list(classifier.classes_)


def test_two_classes_have_the_curves_of_the_rarer_or_of_the_one_that_is_named() -> None:
    y, p = np.array(["b", "a", "b", "a"]), np.array([0.9, 0.2, 0.4, 0.6])
    display = ReportDisplay.from_predictions(y, np.column_stack([1 - p, p]))
    (roc,) = display.displays_["roc"]
    assert roc.roc_auc == 0.75
    assert roc.line_.get_label() == "b (AUC = 0.75)"
    assert display.axes_[1].get_xlabel() == "false alarms (false positive rate)"
    y = np.array(["ill", "well", "well", "well"])
    q = np.array([0.6, 0.7, 0.2, 0.1])  # of "ill"
    for wanted, label in ((None, "ill"), ("ill", "ill"), ("well", "well")):
        display = ReportDisplay.from_predictions(y, np.column_stack([q, 1 - q]), pos_label=wanted)
        assert display.displays_["precision_recall"][0].line_.get_label().startswith(f"{label} ")
    with pytest.raises(ParameterError, match="pos_label must be one of the classes, ill, well, got 'sick'"):
        ReportDisplay.from_predictions(y, np.column_stack([q, 1 - q]), pos_label="sick")


def test_a_rare_row_of_the_confusion_matrix_is_shaded_by_its_fraction() -> None:
    y = np.array([0] * 90 + [1] * 8)
    p = np.where(np.arange(98) < 95, 0.1, 0.9)  # three of the eight rare rows are found
    display = ReportDisplay.from_predictions(y, np.column_stack([1 - p, p])).displays_["confusion"][0]
    np.testing.assert_array_equal(display.confusion_matrix, [[90, 0], [5, 3]])
    np.testing.assert_allclose(display.im_.get_array(), [[1, 0], [5 / 8, 3 / 8]])
    assert [text.get_color() for text in display.text_.flat] == ["white", "black", "white", "black"]


@pytest.mark.parametrize(("n_rows", "n_points", "label"), [(300, 10, "30"), (45, 4, "11"), (8, 1, "8")])
def test_a_point_of_a_calibration_curve_has_ten_rows_or_more(n_rows: int, n_points: int, label: str) -> None:
    p = np.random.default_rng(0).uniform(size=n_rows)
    y = (p > np.random.default_rng(1).uniform(size=n_rows)).astype(int)
    display = ReportDisplay.from_predictions(y, np.column_stack([1 - p, p]))
    (curve,) = display.displays_["calibration"]
    assert len(curve.prob_true) == n_points
    assert curve.line_.get_label().endswith(f": {label} rows a point")


def test_each_panel_has_a_title_in_words(iris: Any) -> None:
    titles = [ax.get_title() for ax in ReportDisplay.from_estimator(*iris).axes_]
    assert [title.partition(":")[0] for title in titles] == [
        "Confusion matrix",
        "ROC",
        "Precision and recall",
        "Calibration",
    ]


def test_numbers_have_their_residuals() -> None:
    X = np.arange(6.0)[:, np.newaxis]
    y = np.array([0.0, 1, 2, 3, 4, 7])
    display = ReportDisplay.from_estimator(LinearRegression().fit(X, y), X, y)
    assert list(display.displays_) == ["predicted", "residuals"]
    np.testing.assert_array_equal(display.displays_["residuals"][0].y_true, y)
    line = LinearRegression().fit(X, y)
    assert display.axes_[0].get_title().endswith(f"R² {line.score(X, y):.3f}")
    assert display.axes_[1].get_title() == f"Errors: {np.abs(y - line.predict(X)).mean():.3g} on average"
    ticks = display.axes_[0].get_xticks()
    np.testing.assert_allclose(ticks, ticks.round(6))
    assert [ax.get_ylabel() for ax in display.axes_] == ["true", "true − predicted"]


def test_axes_and_keywords_are_taken(iris: Any) -> None:
    axes = Figure().subplots(2, 2)
    display = ReportDisplay.from_estimator(
        *iris, ax=axes, confusion_kw={"cmap": "Reds"}, curve_kw={"linewidth": 4}, calibration_kw={"n_bins": 3}
    )
    assert display.axes_ == list(axes.flat)
    assert display.displays_["confusion"][0].im_.get_cmap().name == "Reds"
    assert {roc.line_.get_linewidth() for roc in display.displays_["roc"]} == {4}
    assert len(display.displays_["calibration"][0].prob_true) <= 3


def test_bad_input_is_refused(iris: Any) -> None:
    classifier, X, y = iris
    with pytest.raises(ParameterError, match="ax must hold 4 Axes, got 1"):
        ReportDisplay.from_estimator(classifier, X, y, ax=[Figure().subplots()])
    with pytest.raises(DataError, match="a column for each of 3 classes, got 2"):
        ReportDisplay.from_predictions(y, np.ones((150, 2)) / 2)
    with pytest.raises(DataError, match="y has 'rose' in row 1"):
        ReportDisplay.from_estimator(classifier, X[:2], ["rose", "setosa"])
    X, Y = make_multilabel_classification(20, n_classes=3, random_state=0)
    with pytest.raises(DataError, match="one report for each column"):
        ReportDisplay.from_estimator(MLPClassifier((), max_iter=2).fit(X, Y), X, Y)


def test_no_text_lies_on_another(iris: Any, overlapping_texts: Any) -> None:
    assert overlapping_texts(ReportDisplay.from_estimator(*iris).figure_) == []
    digits = np.arange(100) % 10
    p = np.random.default_rng(0).dirichlet(np.ones(10), 100)
    assert overlapping_texts(ReportDisplay.from_predictions(digits, p).figure_) == []
    many = [f"class {k:02} has a rather long name" for k in np.arange(40) % 12]
    p = np.random.default_rng(0).dirichlet(np.ones(12), 40)
    assert overlapping_texts(ReportDisplay.from_predictions(many, p).figure_) == []


@pytest.mark.parametrize("n_classes", [3, 10, 20])
def test_each_class_looks_different(n_classes: int) -> None:
    y = np.arange(5 * n_classes) % n_classes
    p = np.random.default_rng(0).dirichlet(np.ones(n_classes), len(y))
    displays = ReportDisplay.from_predictions(y, p).displays_
    for name in ("roc", "precision_recall", "calibration"):
        lines = [display.line_ for display in displays[name]]
        looks = {(line.get_color(), line.get_linestyle(), line.get_marker()) for line in lines}
        assert len(looks) == n_classes


def test_the_confusion_matrix_has_the_answers_of_a_kept_threshold() -> None:
    model = Model(Network.mlp(1, (), 1), [1.0, 0.0], classes=["no", "yes"], feature_names=["x"])
    model = model.with_threshold(0.2)
    X, y = np.linspace(-4, 4, 40)[:, np.newaxis], np.array(["no"] * 15 + ["yes"] * 25)
    display = ReportDisplay.from_estimator(model, X, y)
    matrix = display.displays_["confusion"][0].confusion_matrix
    np.testing.assert_array_equal(matrix, confusion_matrix(y, model.predict(X)))
    assert (matrix != confusion_matrix(y == "yes", model.predict_proba(X)[:, 1] >= 0.5)).any()
    assert "yes from a probability of 0.2 on" in display.axes_[0].get_title().replace("\n", " ")
    assert display.displays_["roc"][0].name == "yes"
