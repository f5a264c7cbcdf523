from __future__ import annotations

import numpy as np

from separatrix.select.candidates import LossCurve
from separatrix.select.mean_curve import mean_curve


def test_curves_of_the_same_epochs_are_averaged() -> None:
    epochs = np.array([1, 5, 9])
    losses = np.array([[0.9, 0.5, 0.1], [0.7, 0.6, 0.5]])
    curve = mean_curve([LossCurve(epochs, loss) for loss in losses])
    np.testing.assert_array_equal(curve.epochs, epochs)
    np.testing.assert_allclose(curve.mean, losses.mean(axis=0))
    np.testing.assert_array_equal(curve.low, losses.min(axis=0))
    np.testing.assert_array_equal(curve.high, losses.max(axis=0))


def test_a_training_that_has_stopped_keeps_its_last_loss() -> None:
    stopped = LossCurve(np.array([1, 2]), np.array([1.0, 0.4]))
    going_on = LossCurve(np.array([1, 4]), np.array([1.0, 0.1]))
    curve = mean_curve([stopped, going_on])
    np.testing.assert_array_equal(curve.epochs, [1, 2, 4])
    np.testing.assert_allclose(curve.mean, [1.0, 0.55, 0.25])
    np.testing.assert_allclose(curve.high, [1.0, 0.7, 0.4])
