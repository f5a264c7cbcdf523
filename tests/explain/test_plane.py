from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from separatrix import Model, Network
from separatrix.errors import DataError, ParameterError
from separatrix.explain.plane import grid_rows, make_plane, principal_axes

TABLE = pd.DataFrame(
    {
        "age": [20.0, 30.0, 40.0, 60.0],
        "dose": [0.0, 1.0, 2.0, 4.0],
        "visits": [1, 1, 2, 9],
        "kind": ["a", "b", "b", None],
    }
)
ANY = object()  # nothing that is known of it but the rows


def test_two_columns_need_not_be_chosen() -> None:
    plane = make_plane(ANY, [[0.0, 5.0], [10.0, 6.0]], grid_resolution=3)
    assert_allclose(plane.u, [-1, 5, 11])
    assert_allclose(plane.v, [4.9, 5.5, 6.1])
    assert (plane.u_label, plane.v_label, plane.note) == ("x1", "x2", "")
    rows = grid_rows(plane, np.empty((0, 2)))
    assert_allclose(rows[:4], [[-1, 4.9], [5, 4.9], [11, 4.9], [-1, 5.5]])


@pytest.mark.parametrize(
    "row",
    [
        TABLE.iloc[2],
        TABLE.iloc[[2]],
        pl.from_pandas(TABLE)[2],
        TABLE.iloc[2].to_list(),
        TABLE.iloc[2].to_numpy(),
        TABLE.iloc[2].to_dict(),
    ],
)
def test_a_row_may_be_given_in_many_forms(row: Any) -> None:
    plane = make_plane(ANY, TABLE, features=("dose", "age"), at=row, grid_resolution=2)
    rows = grid_rows(plane, TABLE)
    assert rows["visits"].tolist() == [2] * 4
    assert rows["kind"].tolist() == ["b"] * 4


@pytest.mark.parametrize("row", [TABLE, "median", [1.0, 2.0]])
def test_other_objects_are_not_rows(row: Any) -> None:
    with pytest.raises(ParameterError, match="at must be a row of X: its index, its 4 values"):
        make_plane(ANY, TABLE, features=("dose", "age"), at=row, grid_resolution=2)


def test_the_other_columns_are_at_their_median_or_most_frequent_value() -> None:
    plane = make_plane(ANY, TABLE, features=("dose", "age"), grid_resolution=2)
    rows = grid_rows(plane, TABLE)
    assert rows["visits"].tolist() == [1] * 4
    assert rows["kind"].tolist() == ["b"] * 4
    assert_array_equal(plane.points, TABLE[["dose", "age"]])
    assert plane.note == "the other 2 columns at the median"


def test_the_other_columns_can_be_fixed_by_row_or_by_value() -> None:
    at_row = make_plane(ANY, TABLE, features=(0, 1), at=2, grid_resolution=2)
    assert (at_row.origin["visits"], at_row.origin["kind"]) == (2, "b")
    assert at_row.note == "the other 2 columns as in row 2"
    assert make_plane(ANY, TABLE, features=(0, 1), at=np.int64(2), grid_resolution=2).note == at_row.note
    given = make_plane(ANY, TABLE, features=(0, 1), at={"kind": "a"}, grid_resolution=2)
    assert (given.origin["visits"], given.origin["kind"]) == (1, "a")


def test_the_principal_plane_is_that_of_the_standardised_columns() -> None:
    X = np.random.RandomState(0).randn(50, 3) @ np.diag([1.0, 100.0, 3.0]) + [5.0, 0.0, -7.0]
    plane = make_plane(ANY, X, plane="pca", grid_resolution=5)
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    _, directions, fractions = principal_axes(Z)
    assert_allclose(plane.points, Z @ directions.T, atol=1e-12)
    rows = grid_rows(plane, X).reshape(5, 5, 3)
    back = ((rows - X.mean(axis=0)) / X.std(axis=0)) @ directions.T
    assert_allclose(back[..., 0], np.tile(plane.u, (5, 1)), atol=1e-12)
    assert_allclose(back[..., 1], np.tile(plane.v, (5, 1)).T, atol=1e-12)
    assert plane.u_label == f"principal component 1 ({fractions[0]:.0%} of variance)"


def test_the_principal_plane_has_typical_values_for_text_and_missing_numbers() -> None:
    plane = make_plane(ANY, TABLE.assign(dose=[0.0, 1.0, np.nan, 4.0]), plane="pca", grid_resolution=2)
    assert "text at its most frequent" in plane.note
    assert plane.origin["kind"] == "b"
    assert np.isfinite(plane.points).all()


def test_principal_directions_do_not_depend_on_the_order_of_rows() -> None:
    rows = np.random.RandomState(1).randn(20, 4)
    assert_allclose(principal_axes(rows)[1], principal_axes(rows[::-1])[1], atol=1e-12)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, r"choose two of the 4 columns, as in features=\('age', 'dose'\), or set plane='pca'"),
        ({"features": ("age",)}, "must be two columns"),
        ({"features": "age"}, "must be two columns"),
        ({"features": ("age", "dise")}, "Did you mean 'dose'"),
        ({"features": ("age", 4)}, "by name or index, got 4"),
        ({"features": ("age", "kind")}, "two different numeric columns.*choose from age, dose, visits"),
        ({"features": ("age", 0)}, "two different numeric columns"),
        ({"features": (0, 1), "at": 4}, "row of X, from 0 to 3, got 4"),
        ({"features": (0, 1), "at": {"vists": 3}}, "Did you mean 'visits'"),
        ({"plane": "pca", "features": (0, 1)}, "leave out features and at"),
        ({"plane": "tsne"}, "plane must be one of"),
        ({"features": (0, 1), "grid_resolution": 1}, "grid_resolution must be"),
    ],
)
def test_errors_say_how_to_determine_the_plane(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        make_plane(ANY, TABLE, **settings)


def test_too_few_rows_or_columns_for_a_plane_are_an_error() -> None:
    with pytest.raises(ParameterError, match="use FunctionFitDisplay"):
        make_plane(ANY, [[1.0], [2.0]])
    with pytest.raises(ParameterError, match="two numeric columns and three rows"):
        make_plane(ANY, [[1.0, 2.0], [2.0, 3.0]], plane="pca")
    with pytest.raises(DataError, match="no rows"):
        make_plane(ANY, np.empty((0, 2)))
    with pytest.raises(DataError, match="must have values"):
        make_plane(ANY, {"a": [np.nan], "b": [1.0]})


def test_only_the_columns_that_a_model_reads_count() -> None:
    model = Model(Network.mlp(2, (), 1), np.zeros(3), feature_names=["dose", "age"])
    assert make_plane(model, TABLE, grid_resolution=2).u_label == "dose"


def test_a_constant_column_can_be_an_axis() -> None:
    plane = make_plane(ANY, [[1.0, 0.0], [1.0, 2.0]], grid_resolution=3)
    assert_allclose(plane.u, [0, 1, 2])
