"""What the recipes share in training: all epochs are taken, and any of them can be looked at again."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from separatrix.estimators import MLPClassifier
from separatrix.model import Model

Array = NDArray[Any]

COLORS = np.array(["blue", "red"])  # what the tutorials call the classes 0 and 1


def train(classifier: MLPClassifier, X: Array, y: Array) -> MLPClassifier:
    """Fit, taking the limit of epochs as the plan that it is; Ctrl-C ends the recipe."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Training reached its limit", ConvergenceWarning)
        classifier.fit(X, y)
    if classifier.stop_.reason == "interrupted":
        raise KeyboardInterrupt
    return classifier


def snapshots(classifier: MLPClassifier) -> dict[int, Model]:
    """Return the recorded epochs' networks; epoch 0 is the untrained one."""
    recording = classifier.recording_
    if recording is None:
        return {}
    return {
        int(epoch): Model(classifier.network_, theta, classifier.classes_)
        for epoch, theta in zip(recording.epochs, recording.thetas, strict=True)
    }


def at_epochs(classifier: MLPClassifier, epochs: tuple[int, ...]) -> dict[str, Model]:
    """Return the networks of some recorded epochs by what a picture calls them."""
    models = snapshots(classifier)
    return {f"epoch {epoch}" if epoch else "untrained": models[epoch] for epoch in epochs}
