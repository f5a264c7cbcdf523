"""Moons: a line cannot separate two half circles, two hidden layers can."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import make_moons
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from separatrix.estimators import MLPClassifier
from separatrix.evaluate import classification_report
from separatrix.network import SGD
from separatrix.plots import (
    DecisionBoundaryDisplay,
    HiddenSpaceDisplay,
    LossCurveDisplay,
    ReportDisplay,
)
from separatrix.plots.film.files import Progress
from separatrix.recipes.result import COLORS, Fact, PictureFolder, RecipeResult, fit, snapshots

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
    >>> [file.name for file in result.files]
    ['moons-boundary.png', 'moons-loss.png', 'moons-bent.png', 'moons-report.png']
    """
    pictures = PictureFolder("moons", folder, films, progress)
    classifiers = {seed: _trained(seed) for seed in SEEDS}
    classifier = classifiers[SEED]
    X_train, X_test, y_train, y_test = _split_moons(SEED)
    baseline = LogisticRegression().fit(X_train, y_train)

    untrained = np.mean(snapshots(classifier)[0].predict(X_test) == y_test)
    facts = (
        Fact("test accuracy, untrained, to one decimal", f"{untrained:.1f}", "0.5"),
        Fact(
            "loss after 5000 epochs",
            f"{classifier.loss_:.4f}",
            "0.0050",
            "its seeds are not known; both are below 0.01",
        ),
        Fact("test accuracy", f"{classifier.score(X_test, y_test):.1%}", "100.0%"),
        Fact("test accuracy of logistic regression", f"{baseline.score(X_test, y_test):.1%}"),
    )
    report = classification_report(y_test, classifier.predict_proba(X_test), classifier.classes_)
    notes = (
        f"The tutorial does not say how its points and weights were drawn. Shown is seed {SEED} for both. "
        + _over_all_seeds(classifiers),
        "On the test points (blue is the upper moon, red the lower):\n\n" + report.to_text(),
    )

    shown = {
        f"{name}: {model.score(X_test, y_test):.1%} right": model
        for name, model in {"2-5-3-1": classifier, "logistic regression": baseline}.items()
    }
    pictures.add_film(
        classifier, X_train, y_train, "The boundary and the loss during training.", views=("boundary", "loss")
    )
    pictures.add(
        DecisionBoundaryDisplay.compare(shown, X_test, y_test)[0].figure_,
        "boundary",
        "The network and logistic regression, with the same colours, over the test points.",
        'sx.DecisionBoundaryDisplay.compare({"network": network, "line": logistic_regression}, X, y)',
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
