from __future__ import annotations

import numpy as np
import pytest
from matplotlib import pyplot as plt
from numpy.testing import assert_allclose

from separatrix import ActivationHistogramsDisplay, MLPClassifier, Model, Network
from separatrix.errors import ParameterError
from separatrix.explain import activation_histograms


def test_a_row_for_each_epoch_and_a_column_for_each_layer() -> None:
    X = np.random.RandomState(0).randn(40, 2)
    network = MLPClassifier((4, 3), "relu", max_iter=6, learning_rate_init=0.1, record=1, random_state=0)
    with pytest.warns(match="limit"):
        network.fit(X, X[:, 0] > 0)
    display = ActivationHistogramsDisplay.from_estimator(network, X, epochs=(0, 6), bins=10)
    seen = activation_histograms(network, X, epochs=(0, 6), bins=10)
    assert display.axes_.shape == (2, 2)
    for row in (0, 1):
        for n in (0, 1):
            values, edges, _ = display.bars_[row][n].get_data()
            assert_allclose(values, seen.layers[row][n].fractions)
            assert_allclose(edges, seen.edges[n])
    assert [ax.get_ylabel() for ax in display.axes_[:, 0]] == ["untrained", "epoch 6"]
    axes = plt.subplots(2, 2)[1]
    assert ActivationHistogramsDisplay(seen).plot(axes).axes_[1, 1] is axes[1, 1]
    with pytest.raises(ParameterError, match="axes must be 2 times 2"):
        ActivationHistogramsDisplay(seen).plot(axes[0])


def test_a_sample_of_many_rows_is_named() -> None:
    rows = np.random.RandomState(1).randn(6000, 2)
    model = Model(Network.mlp(2, (3,), 1, activation="tanh"), np.random.RandomState(3).randn(13))
    figures = [ActivationHistogramsDisplay.from_estimator(model, X).figure_ for X in (rows, rows[:100])]
    many, few = (" ".join(figure.get_supylabel().split()) for figure in figures)
    assert many == "fraction of the values of 5,000 of 6,000 rows (square-root scale)"
    assert few == "fraction of the values (square-root scale)"
