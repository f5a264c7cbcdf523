"""One name, one table."""

from __future__ import annotations

import numpy as np
import pytest
import sklearn.datasets

from separatrix.data import TableEncoder, dataset_names, load_dataset, split_target
from separatrix.data.datasets import TARGET
from separatrix.errors import DataError


@pytest.mark.parametrize("name", dataset_names())
def test_every_data_set_loads_alike_twice_and_can_be_encoded(name):
    features, y = split_target(load_dataset(name), TARGET)
    again, y_again = split_target(load_dataset(name), TARGET)
    assert np.isfinite(TableEncoder.fit(features.columns).transform(features.columns)).all()
    assert len(np.unique(y)) > 1
    np.testing.assert_array_equal(y, y_again)
    for column in features.column_names:
        np.testing.assert_array_equal(features.columns[column], again.columns[column])


def test_breast_cancer_has_names_for_columns_and_labels():
    table = load_dataset("breast-cancer")
    bunch = sklearn.datasets.load_breast_cancer()
    features, y = split_target(table, TARGET)
    assert features.column_names == list(bunch.feature_names)
    np.testing.assert_array_equal(y == "malignant", bunch.target == 0)
    assert set(y) == {"malignant", "benign"}


@pytest.mark.parametrize(
    ("name", "kind"), [("diabetes", "f"), ("digits", "i"), ("iris", "U"), ("moons", "i")]
)
def test_targets_have_the_type_of_their_task(name, kind):
    assert split_target(load_dataset(name), TARGET)[1].dtype.kind == kind


def test_the_recipes_sizes():
    assert load_dataset("circles").n_rows == 500
    assert load_dataset("moons").n_rows == 1000
    assert load_dataset("bumps").column_names == ["x1", TARGET]


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(
        DataError, match=r"no data set 'moon'; the names are: circles, .*Did you mean 'moons'\?"
    ):
        load_dataset("moon")
