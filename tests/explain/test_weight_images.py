from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from separatrix import MLPClassifier, Model, Network
from separatrix.data.table import Table
from separatrix.errors import ParameterError
from separatrix.explain import weight_images


def model_of(n_in: int, n_hidden: int) -> Model:
    network = Network.mlp(n_in, (n_hidden,), 1)
    return Model(network, np.random.RandomState(0).randn(network.n_parameters))


def test_a_pixel_has_the_weight_of_its_input() -> None:
    model = model_of(6, 2)
    seen = weight_images(model, shape=(2, 3))
    assert seen.images.shape == (2, 2, 3)
    assert seen.images[1, 1, 0] == model.coefs[0][3, 1]
    assert seen.names == ("unit 1", "unit 2")


def test_units_with_the_largest_weights_are_kept_in_their_order() -> None:
    network = Network.mlp(4, (3,), 1)
    weights = np.array([[1.0, 0.1, 5.0]] * 4)
    model = Model(network, network.join([weights, np.ones((3, 1))], [np.zeros(3), np.zeros(1)]))
    seen = weight_images(model, max_units=2)
    assert seen.units.tolist() == [0, 2]
    assert seen.n_units == 3
    assert seen.names == ("unit 1", "unit 3")


def test_a_column_that_was_constant_in_training_stays_a_pixel() -> None:
    X = np.random.RandomState(0).randn(40, 9)
    X[:, 4] = 0.0
    table = Table({f"p{number}": X[:, number] for number in range(9)} | {"y": X[:, 0] > 0})
    network = MLPClassifier((2,), "tanh", solver="lbfgs", random_state=0).fit_table(table, "y")
    seen = weight_images(network)
    assert seen.images.shape == (2, 3, 3)
    assert np.isnan(seen.images[:, 1, 1]).all()
    read = np.delete(seen.images.reshape(2, 9), 4, axis=1)
    assert_array_equal(read.T, network.to_model().coefs[0])


def test_the_shape_must_fit() -> None:
    with pytest.raises(ParameterError, match="shape must be given"):
        weight_images(model_of(6, 2))
    with pytest.raises(ParameterError, match="shape must be the height and width of 6 pixels"):
        weight_images(model_of(6, 2), shape=(2, 2))


def test_a_category_is_no_pixel() -> None:
    X = np.random.RandomState(0).randn(40, 3)
    columns = {f"p{number}": X[:, number] for number in range(3)} | {"town": ["Ulm", "Bonn"] * 20}
    network = MLPClassifier((2,), solver="lbfgs", random_state=0)
    network.fit_table(Table(columns | {"y": X[:, 0] > 0}), "y")
    with pytest.raises(ParameterError, match="its column 'town' is a category"):
        weight_images(network, shape=(2, 2))
