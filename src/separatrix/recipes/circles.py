"""Circles: four hidden units draw a ring."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from sklearn.base import clone

from separatrix.data.toys import make_circles
from separatrix.estimators import MLPClassifier
from separatrix.recipes import _pictures
from separatrix.recipes._training import snapshots, train
from separatrix.recipes.facts import Fact, RecipeResult
from separatrix.spec import Adam

POINT = (-0.5, -0.4)
EPOCHS_SHOWN = (0, 10, 20, 30, 40, 60, 90, 130)


def circles(folder: Path) -> RecipeResult:
    """Train a 2-4-1 network to tell an inner circle from an outer one.

    Logistic units, cross-entropy, Adam at rate 0.1 and 130 full batches in float32, from the initial weights
    that PyTorch draws with seed 1.

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
    ...     result = circles(Path(folder))
    >>> result.facts[0].ours
    '0.6090'
    """
    _pictures.prepare_folder(folder)
    X, y = make_circles(500, noise=0.15, factor=0.25, random_state=1)
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
    train(classifier, X, y)

    p_red = classifier.predict_proba([POINT])[0, 1]
    facts = (
        Fact("P(red) at (-0.5, -0.4)", f"{p_red:.4f}", "0.6090"),
        Fact("class of that point (P >= 0.5 means red)", "red" if p_red >= 0.5 else "blue", "red"),
        Fact("loss in the 130th forward pass", f"{classifier.loss_curve_[129]:.4f}", "0.0540"),
        Fact("training accuracy", f"{classifier.score(X, y):.3f}", "0.988"),
    )
    other_form = train(clone(classifier).set_params(solver=Adam(epsilon_hat=True)), X, y)
    notes = (
        "Red (class 1) is the inner circle. The loss of a forward pass is taken before that pass's step.",
        "The digits hang on Adam's form: with epsilon added before the bias correction, as scikit-learn "
        f"does, P(red) would be {other_form.predict_proba([POINT])[0, 1]:.4f}.",
    )

    boundary, axes = _pictures.panels(2, 4, 3.0, 3.0)
    models = snapshots(classifier)
    for ax, epoch in zip(axes, EPOCHS_SHOWN, strict=True):
        model = models[epoch]
        background = _pictures.draw_plane(ax, X, y, model, size=11.0)
        ax.set_title(f"epoch {epoch}" if epoch else "untrained")
        ax.set_aspect("equal")
    boundary.colorbar(background, ax=axes, label="P(red)")

    loss, (ax,) = _pictures.panels(1, 1, 6.0, 4.0)
    _pictures.draw_losses(ax, {"training": (np.arange(1, 131), np.array(classifier.loss_curve_))})

    files = (
        _pictures.save(boundary, folder / "circles-boundary.png"),
        _pictures.save(loss, folder / "circles-loss.png"),
    )
    return RecipeResult("circles", "Four hidden units draw a ring.", facts, notes, files)
