"""Circles: four hidden units separate a disc from a ring."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from sklearn.base import clone
from sklearn.datasets import make_circles

from separatrix.estimators import MLPClassifier
from separatrix.network import Adam
from separatrix.recipes.result import COLORS, Fact, PictureFolder, RecipeResult, fit, mark_point, snapshots

if TYPE_CHECKING:
    from separatrix.plots.film.files import Progress

POINT = (-0.5, -0.4)
EPOCHS_SHOWN = (0, 10, 20, 40, 80, 130)


def circles(folder: Path, *, films: bool = True, progress: Progress | None = None) -> RecipeResult:
    """Train a 2-4-1 network to separate an inner circle from an outer one.

    Logistic units, cross-entropy, Adam at rate 0.1 and 130 full batches in float32, from the initial weights
    that PyTorch draws with seed 1.

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
    ...     result = circles(Path(folder), films=False)
    >>> result.facts[0].ours
    '0.6090'
    """
    from separatrix.plots import (
        DataDisplay,
        DecisionBoundaryDisplay,
        HiddenUnitsDisplay,
        LossCurveDisplay,
        NetworkDiagramDisplay,
    )

    pictures = PictureFolder("circles", folder, films, progress)
    X, codes = make_circles(500, noise=0.15, factor=0.25, random_state=1)
    y = COLORS[codes]
    classifier = MLPClassifier(
        (4,),
        "logistic",
        solver=Adam(epsilon_hat=False),  # PyTorch's form
        learning_rate_init=0.1,
        alpha=0.0,
        batch_size="full",
        max_iter=130,
        n_iter_no_change=math.inf,
        init="torch",
        random_state=1,
        record=1,
        dtype="float32",
    )
    fit(classifier, X, y)

    p_red = classifier.predict_proba([POINT])[0, 1]
    facts = (
        Fact("P(red) at (-0.5, -0.4)", f"{p_red:.4f}", "0.6090"),
        Fact(
            "class of that point (1, red, if P >= 0.5)",
            str(int(classifier.predict([POINT])[0] == "red")),
            "1",
        ),
        Fact("loss in the 130th forward pass", f"{classifier.loss_curve_[129]:.4f}", run="0.0540"),
        Fact("training accuracy", f"{classifier.score(X, y):.3f}", run="0.988"),
    )
    other_form = fit(clone(classifier).set_params(solver=Adam(epsilon_hat=True)), X, y)
    notes = (
        "A logistic unit turns its sum z into 1 / (1 + exp(-z)): near 0 for a very negative sum, near 1 "
        "for a large one, one half at 0. Red is the inner circle. The loss of a forward pass is computed "
        "before the step of that pass.",
        "The digits depend on the form of Adam: with epsilon added before the bias correction, as in "
        f"scikit-learn, P(red) would be {other_form.predict_proba([POINT])[0, 1]:.4f}.",
    )

    models = snapshots(classifier)
    shown = {f"epoch {epoch}" if epoch else "untrained": models[epoch] for epoch in EPOCHS_SHOWN}
    boundaries = DecisionBoundaryDisplay.compare(shown, X, y)
    mark_point(boundaries, POINT)
    pictures.add_film(
        classifier,
        X,
        y,
        "The boundary and the loss during training. The cross is the new point (-0.5, -0.4).",
        views=("boundary", "loss"),
        point=POINT,
    )
    pictures.add(
        DataDisplay.from_data(X, y).figure_,
        "data",
        "The 500 points alone: red is the inner circle.",
        "sx.DataDisplay.from_data(X, y)",
    )
    pictures.add(
        boundaries[0].figure_,
        "boundary",
        "The boundary closes around the red points. On the line the probability is one half; where there "
        "is no line, the whole plane is of one class.",
        "sx.DecisionBoundaryDisplay.from_epochs(network, X, y, epochs=(0, 10, 20, 40, 80, 130))",
    )
    pictures.add(
        LossCurveDisplay.from_estimator(classifier).figure_,
        "loss",
        "The loss of every forward pass.",
        "sx.LossCurveDisplay.from_estimator(network)",
    )
    pictures.add(
        HiddenUnitsDisplay.from_estimator(classifier, X).figure_,
        "hidden",
        "Each hidden unit draws one straight line; the output combines the four.",
        "sx.HiddenUnitsDisplay.from_estimator(network, X)",
    )
    pictures.add(
        NetworkDiagramDisplay.from_estimator(classifier).figure_,
        "diagram",
        "The trained network. The width of a connection shows the size of its weight.",
        "sx.NetworkDiagramDisplay.from_estimator(network)",
    )
    title = "Four hidden units separate a disc from a ring."
    return pictures.result(title, facts, notes)
