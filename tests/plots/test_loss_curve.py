from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from sklearn.datasets import make_circles
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from separatrix.errors import DataError, ParameterError
from separatrix.estimators import MLPClassifier
from separatrix.plots import LossCurveDisplay
from separatrix.train import History

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")]

FALLING = History(loss=np.array([0.9, 0.5, 0.4]), learning_rate=np.full(3, 0.1))
TURNING = History(
    loss=np.array([0.8, 0.3, 0.1]),
    learning_rate=np.full(3, 0.1),
    train_loss=np.array([0.7, 0.25, 0.08]),
    validation_loss=np.array([0.8, 0.4, 0.6]),
    validation_score=np.array([0.5, 0.7, 0.6]),
    metrics={"validation_roc_auc": np.array([0.6, 0.8, 0.7])},
)


@pytest.fixture(scope="module")
def stopped() -> MLPClassifier:
    X, y = make_circles(200, noise=0.2, factor=0.5, random_state=0)
    settings = {"early_stopping": True, "metrics": ["roc_auc"], "random_state": 0, "max_iter": 50}
    return MLPClassifier((20,), learning_rate_init=0.05, **settings).fit(X, y)


def labels(display: LossCurveDisplay) -> list[str]:
    return [str(line.get_label()) for line in display.lines_]


def test_both_losses_are_drawn_with_their_lowest_epoch() -> None:
    display = LossCurveDisplay.from_history(TURNING)
    assert labels(display) == [
        "training loss (lowest 0.08, epoch 3)",
        "validation loss (lowest 0.4, epoch 2)",
    ]
    training, validation = display.lines_
    np.testing.assert_array_equal(training.get_xdata(), [1, 2, 3])
    np.testing.assert_array_equal(training.get_ydata(), TURNING.train_loss)
    np.testing.assert_array_equal(validation.get_ydata(), TURNING.validation_loss)
    assert validation.get_markevery() == [1]
    assert display.ax_.get_yscale() == "log"
    assert display.ax_.get_xlabel() == "epoch"


def test_a_loss_that_was_not_followed_is_left_out() -> None:
    assert labels(LossCurveDisplay.from_history(FALLING)) == ["training loss (lowest 0.4, epoch 3)"]


def test_the_epoch_that_early_stopping_kept_is_marked(stopped: MLPClassifier) -> None:
    display = LossCurveDisplay.from_estimator(stopped)
    kept = stopped.stop_.best_epoch
    assert kept is not None
    assert kept < stopped.n_iter_
    value = stopped.history_.validation_loss[kept - 1]
    assert labels(display)[1] == f"validation loss (kept {value:.3g}, epoch {kept})"
    assert [line.get_markevery() for line in display.lines_] == [[kept - 1]] * 2


def test_the_legend_says_what_was_best_there(stopped: MLPClassifier) -> None:
    for run in (stopped, stopped.to_model()):
        display = LossCurveDisplay.from_estimator(run)
        assert display.note == "kept: best validation score"
        assert display.ax_.get_legend().get_title().get_text() == display.note
    assert LossCurveDisplay.from_history(stopped.history_).note == ""


def test_several_runs_have_a_name_and_a_colour_each(stopped: MLPClassifier) -> None:
    display = LossCurveDisplay.from_estimator({"a": stopped, "b": make_pipeline(stopped)})
    assert [label.split(",")[0] for label in labels(display)] == ["a", "a", "b", "b"]
    colors = [line.get_color() for line in display.lines_]
    assert colors[0] == colors[1] != colors[2] == colors[3]
    assert [line.get_linestyle() for line in display.lines_] == ["-", "--"] * 2


def test_runs_without_names_are_named_by_their_networks(stopped: MLPClassifier) -> None:
    display = LossCurveDisplay.from_estimator([stopped, stopped], which="validation")
    assert [label.split(" (lowest")[0].split(" (kept")[0] for label in labels(display)] == [
        "2-20-1 (1)",
        "2-20-1 (2)",
    ]


def test_metrics_are_drawn_below(stopped: MLPClassifier) -> None:
    names = ["validation_score", "validation_roc_auc"]
    display = LossCurveDisplay.from_estimator(stopped, metrics=names)
    assert labels(display)[2:] == ["validation score", "validation roc auc"]
    assert display.metric_ax_ is not None
    assert display.metric_ax_.get_xlabel() == "epoch"
    np.testing.assert_array_equal(display.lines_[2].get_ydata(), stopped.history_.validation_score)


def test_axes_and_keywords_are_taken() -> None:
    upper, lower = Figure().subplots(2)
    display = LossCurveDisplay.from_history(
        TURNING, metrics="validation_score", ax=upper, metric_ax=lower, log=False, line_kw={"linewidth": 5}
    )
    assert (display.ax_, display.metric_ax_) == (upper, lower)
    assert display.ax_.get_yscale() == "linear"
    assert {line.get_linewidth() for line in display.lines_} == {5}


def test_iterations_are_not_called_epochs() -> None:
    X, y = make_circles(50, random_state=0)
    classifier = make_pipeline(StandardScaler(), MLPClassifier((), solver="lbfgs")).fit(X, y)
    assert LossCurveDisplay.from_estimator(classifier).ax_.get_xlabel() == "iteration"


def test_a_loss_that_is_not_finite_is_a_gap() -> None:
    display = LossCurveDisplay.from_history(History(loss=np.array([0.5, 0.4, np.inf])))
    assert labels(display) == ["training loss (lowest 0.4, epoch 2)"]
    assert np.isnan(display.lines_[0].get_ydata()[2])
    display.figure_.canvas.draw()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"history": FALLING, "which": ["validation"]}, DataError, "no validation loss; give fit X_val"),
        ({"history": FALLING, "which": ["test"]}, ParameterError, "which must be one of 'train'"),
        ({"history": FALLING, "metrics": ["auc"]}, DataError, "none, got 'auc'"),
        ({"history": TURNING, "metrics": ["validation_rocauc"]}, DataError, "mean 'validation_roc_auc'"),
        ({"history": []}, DataError, "one training or more"),
        (
            {"history": TURNING, "metrics": ["validation_score"], "ax": Figure().subplots()},
            ParameterError,
            "metric_ax must be given",
        ),
    ],
)
def test_curves_that_are_missing_are_named(arguments: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        LossCurveDisplay.from_history(**arguments)


def test_an_estimator_without_a_history_is_refused() -> None:
    with pytest.raises(DataError, match=r"^MLPClassifier has no history of a training; fit it"):
        LossCurveDisplay.from_estimator(MLPClassifier())


def test_no_text_lies_on_another(stopped: MLPClassifier, overlapping_texts: Any) -> None:
    display = LossCurveDisplay.from_estimator([stopped] * 3, metrics="validation_score")
    assert overlapping_texts(display.figure_) == []


@pytest.mark.parametrize("layout", [None, "constrained"])
def test_text_fits_small_axes(stopped: MLPClassifier, overlapping_texts: Any, layout: Any) -> None:
    figure = plt.figure(layout=layout)
    for ax in figure.subplots(2, 2).flat:
        legend = LossCurveDisplay.from_estimator([stopped] * 2, ax=ax).ax_.get_legend()
        figure.canvas.draw()
        box = legend.get_window_extent()
        assert all(ax.bbox.contains(*corner) for corner in (box.min, box.max))
    assert overlapping_texts(figure) == []


def test_the_legend_of_a_new_figure_lies_on_no_curve() -> None:
    runs = {
        f"rate {rate}": History(loss=np.full(30, 0.7 - rate), learning_rate=np.full(30, rate))
        for rate in (0.001, 0.1)
    }
    display = LossCurveDisplay.from_history(runs)
    display.figure_.canvas.draw()
    assert [label.partition(" (")[0] for label in labels(display)] == ["rate 0.001", "rate 0.1"]
    legend = display.ax_.get_legend().get_window_extent()
    assert legend.y0 >= display.ax_.get_window_extent().y1
