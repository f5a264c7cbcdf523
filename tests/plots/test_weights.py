from __future__ import annotations

import numpy as np
import pytest
from matplotlib import pyplot as plt
from numpy.testing import assert_array_equal

from separatrix import Model, Network, WeightImagesDisplay
from separatrix.errors import ParameterError

NETWORK = Network.mlp(6, (3,), 1)
MODEL = Model(NETWORK, np.random.RandomState(0).randn(NETWORK.n_parameters))


def test_each_image_shows_the_weights_of_its_unit_on_one_scale() -> None:
    display = WeightImagesDisplay.from_estimator(MODEL, shape=(2, 3))
    for unit, image in enumerate(display.images_):
        assert_array_equal(image.get_array(), MODEL.coefs[0][:, unit].reshape(2, 3))
        largest = np.abs(MODEL.coefs[0]).max()
        assert image.get_clim() == (-largest, largest)
    assert [ax.get_title() for ax in display.axes_] == ["unit 1", "unit 2", "unit 3"]


def test_a_note_says_how_many_units_are_left_out() -> None:
    display = WeightImagesDisplay.from_estimator(MODEL, shape=(2, 3), max_units=2)
    assert display.figure_.get_suptitle() == "the 2 of 3 units with the largest weights"
    assert WeightImagesDisplay.from_estimator(MODEL, shape=(2, 3)).figure_.get_suptitle() == ""


def test_given_axes() -> None:
    axes = plt.subplots(1, 3)[1]
    assert list(WeightImagesDisplay.from_estimator(MODEL, shape=(2, 3), axes=axes).axes_) == list(axes)
    with pytest.raises(ParameterError, match="axes must be 3, one for each unit, got 2"):
        WeightImagesDisplay.from_estimator(MODEL, shape=(2, 3), axes=axes[:2])
