"""Moons: a line cannot separate two half circles, two hidden layers can."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import make_moons
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from separatrix.estimators import MLPClassifier
from separatrix.evaluate import classification_report
from separatrix.model import Model
from separatrix.network import SGD
from separatrix.recipes.result import COLORS, Fact, PictureFolder, RecipeResult, fit, losses_table, snapshots
from separatrix.text import aligned

if TYPE_CHECKING:
    from separatrix.plots.film.files import Progress

SEED = 12  # of points and weights; its untrained network is right on about half of the points
SEEDS = range(20)
N_EPOCHS = 5000


def moons(folder: Path, *, films: bool = True, progress: Progress | None = None) -> RecipeResult:
    """Train a 2-5-3-1 network by gradient descent to separate two half circles.

    Tanh, tanh and logistic units, weights drawn from (0, 1), zero biases, 5000 full batches at rate 0.1.

    Parameters
    ----------
    folder : Path
        Folder for the pictures, created if it does not exist.
    films : bool
        Whether to write a film as well, which takes longest.
    progress : callable, optional
        ``progress(n_done, n_frames)`` is called after each frame of the film.

    Returns
    -------
    RecipeResult

    Raises
    ------
    OutputError
        If the pictures cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     result = moons(Path(folder), films=False)
    >>> [file.stem.partition("-")[2] for file in result.files]
    ['data', 'diagram', 'boundary', 'loss', 'bent', 'report']
    """
    from separatrix.plots import (
        DataDisplay,
        DecisionBoundaryDisplay,
        HiddenSpaceDisplay,
        LossCurveDisplay,
        NetworkDiagramDisplay,
        ReportDisplay,
    )

    pictures = PictureFolder("moons", folder, films, progress)
    classifiers = {seed: _trained(seed) for seed in SEEDS}
    classifier = classifiers[SEED]
    X_train, X_test, y_train, y_test = _split_moons(SEED)
    baseline = LogisticRegression().fit(X_train, y_train)

    first = snapshots(classifier)[0]
    untrained = np.mean(first.predict(X_test) == y_test)
    facts = (
        Fact(
            "test accuracy, untrained",
            f"{untrained:.3f}",
            "0.545",
            "other points and first weights, whose seeds the tutorial does not give",
        ),
        Fact(
            "loss at iteration 4900",
            f"{classifier.loss_curve_[4900]:.4f}",
            "0.0050",
            "other points and first weights; both are below 0.01",
        ),
        Fact("test accuracy", f"{classifier.score(X_test, y_test):.1%}", "100.0%"),
        Fact("test accuracy of logistic regression", f"{baseline.score(X_test, y_test):.1%}"),
    )
    notes = (
        f"The tutorial does not say how its points and weights were drawn. Shown is seed {SEED} for both. "
        + _over_all_seeds(classifiers),
        f"The first ten of the {len(X_train)} training points (X has the shape {X_train.shape}, y "
        f"{y_train.shape}):\n\n" + _first_rows(X_train, y_train),
        "The first weights, drawn between 0 and 1, and their shapes; the biases are 0:\n\n" + _weights(first),
        "The loss every 100 iterations:\n\n" + losses_table(classifier, 100),
        "On the test points, untrained (blue is the upper moon, red the lower):\n\n"
        + _report(first, X_test, y_test),
        "On the test points, trained:\n\n" + _report(classifier.to_model(), X_test, y_test),
    )

    shown = {
        f"{name}: {model.score(X_test, y_test):.1%} right": model
        for name, model in {"2-5-3-1": classifier, "logistic regression": baseline}.items()
    }
    pictures.add_film(
        classifier, X_train, y_train, "The boundary and the loss during training.", views=("boundary", "loss")
    )
    pictures.add(
        DataDisplay.from_data(*make_moons(1000, noise=0.1, random_state=SEED)).figure_,
        "data",
        "All 1000 points: 1 is red, the lower moon.",
        "sx.DataDisplay.from_data(X, y)",
    )
    pictures.add(
        NetworkDiagramDisplay.from_estimator(classifier).figure_,
        "diagram",
        "The trained network, 2-5-3-1.",
        "sx.NetworkDiagramDisplay.from_estimator(network)",
    )
    pictures.add(
        DecisionBoundaryDisplay.compare(shown, X_test, y_test)[0].figure_,
        "boundary",
        "The network and logistic regression, with the same colours, over the test points.",
        'sx.DecisionBoundaryDisplay.compare({"network": network, "line": line}, X, y)',
    )
    pictures.add(
        LossCurveDisplay.from_estimator(classifier).figure_,
        "loss",
        "The loss of every epoch.",
        "sx.LossCurveDisplay.from_estimator(network)",
    )
    pictures.add(
        HiddenSpaceDisplay.from_estimator(classifier, X_test, y_test).figure_,
        "bent",
        "The test points as outputs of the last hidden layer, where a line separates them.",
        "sx.HiddenSpaceDisplay.from_estimator(network, X, y)",
    )
    pictures.add(
        ReportDisplay.from_estimator(classifier, X_test, y_test).figure_,
        "report",
        "The report on the test points.",
        "sx.ReportDisplay.from_estimator(network, X, y)",
    )
    title = "A line cannot separate two half circles, two hidden layers can."
    return pictures.result(title, facts, notes)


def _split_moons(seed: int) -> list[NDArray[Any]]:
    """Return X_train, X_test, y_train, y_test."""
    X, y = make_moons(1000, noise=0.1, random_state=seed)
    split: list[NDArray[Any]] = train_test_split(X, COLORS[y], test_size=0.2, random_state=25)
    return split


def _trained(seed: int) -> MLPClassifier:
    X_train, _, y_train, _ = _split_moons(seed)
    classifier = MLPClassifier(
        (5, 3),
        "tanh",
        solver=SGD(),
        learning_rate_init=0.1,
        alpha=0.0,
        batch_size="full",
        max_iter=N_EPOCHS,
        n_iter_no_change=math.inf,
        init="uniform01",
        random_state=seed,
        record=50,
    )
    return fit(classifier, X_train, y_train)


def _over_all_seeds(classifiers: dict[int, MLPClassifier]) -> str:
    n_learned = n_accurate = 0
    for seed, classifier in classifiers.items():
        _, X_test, _, y_test = _split_moons(seed)
        n_learned += classifier.loss_ < 0.01
        n_accurate += classifier.score(X_test, y_test) >= 0.99
    n, losses = len(classifiers), sorted(classifier.loss_ for classifier in classifiers.values())
    return (
        f"Of the seeds 0 to {n - 1}, {n_learned} end with a loss below 0.01 and {n_accurate} with a test "
        f"accuracy of at least 99 %. The median loss is {losses[n // 2]:.4f}, the lowest {losses[0]:.4f} and "
        f"the highest {losses[-1]:.4f}."
    )


def _first_rows(X: NDArray[np.float64], y: NDArray[np.str_]) -> str:
    rows = [("x1", "x2", "class")]
    rows += [(f"{a:.4f}", f"{b:.4f}", str(label)) for (a, b), label in zip(X[:10], y[:10], strict=True)]
    return aligned(rows)


def _weights(model: Model) -> str:
    rows = [("layer", "shape", "weights of its first unit")]
    for number, weights in enumerate(model.coefs, start=1):
        values = ", ".join(f"{value:.3f}" for value in weights[:, 0])
        rows.append((f"W{number}", f"{weights.shape[0]} x {weights.shape[1]}", values))
    return aligned(rows)


def _report(model: Model, X: NDArray[np.float64], y: NDArray[np.str_]) -> str:
    assert model.classes is not None
    return classification_report(y, model.predict_proba(X), model.classes).to_text()
