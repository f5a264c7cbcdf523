"""Gaussians: logistic regression walks down its loss surface, ten steps of two weights."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from separatrix.data.toys import make_gaussians
from separatrix.estimators import MLPClassifier
from separatrix.recipes import _pictures
from separatrix.recipes._training import snapshots, train
from separatrix.recipes.facts import Fact, RecipeResult
from separatrix.spec import HEADS, SGD

COLOURS = ("red", "blue")  # the tutorial's: red is class 0, blue is class 1


def gaussians(folder: Path) -> RecipeResult:
    """Follow gradient descent of a logistic regression without bias, on two clouds of 20 points.

    Parameters
    ----------
    folder : Path
        Where the pictures go; made if it is not there.

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
    ...     result = gaussians(Path(folder))
    >>> result.facts[2].ours
    '(1.8313, 0.8100)'
    """
    _pictures.prepare_folder(folder)
    X, y = make_gaussians(20, random_state=1)
    classifier = MLPClassifier(
        (),
        solver=SGD(),
        learning_rate_init=0.05 * len(X),  # the tutorial sums the gradient, training takes its mean
        alpha=0.0,
        batch_size="full",
        max_iter=10,
        n_iter_no_change=math.inf,
        init=([[[-4.0], [-2.0]]], [[]]),
        fit_intercept=False,
        record=1,
    )
    train(classifier, X, y)

    models = snapshots(classifier)
    path = np.array([model.theta for model in models.values()])
    wrong = y[classifier.predict(X) != y]
    at_origin = classifier.predict_proba([[0.0, 0.0]])[0, 1]
    facts = (
        Fact("weights at the start", _pair(path[0]), "(-4.0000, -2.0000)"),
        Fact("weights after 1 step", _pair(path[1]), "(-2.0698, -1.2533)"),
        Fact("weights after 10 steps", _pair(path[10]), "(1.8313, 0.8100)"),
        Fact("blue points misclassified", str(np.sum(wrong == 1)), "2"),
        Fact("red points misclassified", str(np.sum(wrong == 0)), "4"),
        Fact("P(blue) at the origin", f"{at_origin:.1f}", "0.5", "without bias the boundary goes through it"),
    )
    notes = (
        "The tutorial's rate of 0.05 multiplies the gradient summed over all 40 points. That is the mean "
        "gradient at a rate of 40 * 0.05 = 2.0: a rate says little unless one knows what it multiplies, and "
        "with twice the points the tutorial's step would be twice as long.",
    )

    boundary, axes = _pictures.panels(1, 3, 3.8, 3.2)
    for ax, step in zip(axes, (0, 1, 10), strict=True):
        model = models[step]
        background = _pictures.draw_plane(ax, X, y, model, colours=COLOURS, size=26.0)
        ax.plot(0.0, 0.0, "+", color="black", markersize=9)
        ax.set_title(f"after {step} step{'s' * (step != 1)}" if step else "start")
        ax.set_aspect("equal")
    boundary.colorbar(background, ax=axes, label="P(blue)")

    u, v = np.linspace(-5.0, 5.0, 201), np.linspace(-3.5, 3.5, 201)
    U, V = np.meshgrid(u, v)
    logits = X @ np.vstack([U.ravel(), V.ravel()])
    losses = [HEADS["binary"].loss(z[:, np.newaxis], y[:, np.newaxis]).sum() for z in logits.T]
    surface, (ax,) = _pictures.panels(1, 1, 6.5, 4.5)
    background = _pictures.draw_surface(ax, u, v, np.array(losses).reshape(U.shape), path)
    surface.colorbar(background, label="loss, summed over the points", ticks=[20, 50, 100, 200], format="%g")
    ax.set_xlabel("$w_1$")
    ax.set_ylabel("$w_2$")

    files = (
        _pictures.save(boundary, folder / "gaussians-boundary.png"),
        _pictures.save(surface, folder / "gaussians-surface.png"),
    )
    return RecipeResult("gaussians", "Logistic regression walks down its loss surface.", facts, notes, files)


def _pair(weights: NDArray[np.float64]) -> str:
    return f"({weights[0]:.4f}, {weights[1]:.4f})"
