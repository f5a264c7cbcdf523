"""Gaussians: logistic regression descends its loss surface, in ten steps of two weights."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from separatrix.data.datasets import make_gaussians
from separatrix.estimators import MLPClassifier
from separatrix.network import SGD
from separatrix.recipes.result import Fact, PictureFolder, RecipeResult, fit, mark_point, snapshots

if TYPE_CHECKING:
    from separatrix.plots.film.files import Progress

CLASSES = np.array(["0: red", "1: blue"])  # the tutorial's colours, which our pictures take over
Array = NDArray[np.float64]

SURFACE_LIMITS = ((-5.0, 5.0), (-3.5, 3.5))  # as far as the tutorial shows


def gaussians(folder: Path, *, films: bool = True, progress: Progress | None = None) -> RecipeResult:
    """Follow the gradient descent of a logistic regression without bias, on two clouds of 20 points.

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
    ...     result = gaussians(Path(folder), films=False)
    >>> result.facts[2].ours
    '(1.8313, 0.8100)'
    """
    pictures = PictureFolder("gaussians", folder, films, progress)
    X, codes = make_gaussians(20, random_state=1)
    y = CLASSES[codes]
    classifier = MLPClassifier(
        (),
        solver=SGD(),
        learning_rate_init=0.05 * len(X),  # the tutorial sums the gradients of the points, training averages
        alpha=0.0,
        batch_size="full",
        max_iter=10,
        n_iter_no_change=math.inf,
        init=([[[-4.0], [-2.0]]], [[]]),
        fit_intercept=False,
        record=1,
    )
    fit(classifier, X, y)

    path = np.array([model.theta for model in snapshots(classifier).values()])
    wrong = y[classifier.predict(X) != y]
    at_origin = classifier.predict_proba([[0.0, 0.0]])[0, 1]
    facts = (
        Fact("weights at the start", _pair(path[0]), "(-4.0000, -2.0000)"),
        Fact("weights after 1 step", _pair(path[1]), run="(-2.0698, -1.2533)"),
        Fact("weights after 10 steps", _pair(path[10]), run="(1.8313, 0.8100)"),
        Fact("blue points (class 1) misclassified", str(np.sum(wrong == CLASSES[1])), "2"),
        Fact("red points (class 0) misclassified", str(np.sum(wrong == CLASSES[0])), "4"),
        Fact("P(1) at the origin", f"{at_origin:.1f}", comment="without bias, the boundary contains it"),
    )
    notes = (
        "The tutorial's rate of 0.05 multiplies the gradient summed over all 40 points. This equals the mean "
        "gradient at a rate of 40 * 0.05 = 2.0. A rate can only be compared if it is known what it "
        "multiplies: with twice as many points, the tutorial's steps would be twice as long.",
    )

    from separatrix.plots.palette import swapped_classes

    with swapped_classes():
        _draw(pictures, classifier, X, y)
    return pictures.result("Logistic regression descends its loss surface.", facts, notes)


def _draw(pictures: PictureFolder, classifier: MLPClassifier, X: Array, y: NDArray[np.str_]) -> None:
    from separatrix.plots import (
        DataDisplay,
        DecisionBoundaryDisplay,
        LossSurfaceDisplay,
        NetworkDiagramDisplay,
    )

    models = snapshots(classifier)
    pictures.add_film(
        classifier,
        X,
        y,
        "The line turns while the weights descend the surface.",
        views=("boundary", "surface"),
    )
    pictures.add(
        DataDisplay.from_data(X, y).figure_,
        "data",
        "The two clouds of 20 points, in the tutorial's colours.",
        "sx.DataDisplay.from_data(X, y)",
    )
    pictures.add(
        NetworkDiagramDisplay.from_estimator(classifier).figure_,
        "diagram",
        "The network after ten steps: two weights, and no bias.",
        "sx.NetworkDiagramDisplay.from_estimator(network)",
    )
    shown = {"start": models[0], "after 1 step": models[1], "after 10 steps": models[10]}
    boundaries = DecisionBoundaryDisplay.compare(shown, X, y)
    mark_point(boundaries, (0.0, 0.0))
    pictures.add(
        boundaries[0].figure_,
        "boundary",
        "Without a bias the line can only turn about the origin. Ten steps turn it around.",
        "sx.DecisionBoundaryDisplay.from_epochs(network, X, y, epochs=(0, 1, 10))",
    )
    pictures.add(
        LossSurfaceDisplay.from_estimator(classifier, X, y, limits=SURFACE_LIMITS).figure_,
        "surface",
        "The loss over both weights, and the ten steps. It is the mean over the points: the tutorial's "
        "sum divided by 40.",
        "sx.LossSurfaceDisplay.from_estimator(network, X, y, limits=((-5, 5), (-3.5, 3.5)))",
    )


def _pair(weights: NDArray[np.float64]) -> str:
    return f"({weights[0]:.4f}, {weights[1]:.4f})"
