"""Plane: a plane through the space of a table's columns, on which a model is evaluated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from separatrix import check
from separatrix.blas import one_blas_thread
from separatrix.data.column import Column, as_numbers, is_text
from separatrix.data.table import Table
from separatrix.errors import DataError, ParameterError, did_you_mean
from separatrix.explain.tables import as_table, in_container_of
from separatrix.text import plural

Array = NDArray[Any]
PlaneKind = Literal["features", "pca"]
RowLike = Any  # a row of X: its index, its values, values by column, or None

MARGIN = 0.1  # around the points, as a fraction of their range


@dataclass(frozen=True, eq=False)
class Plane:
    """A grid on a plane.

    At (i, j), column c of the table is ``origin[c] + along_v[c][i] + along_u[c][j]``.

    Attributes
    ----------
    u, v : ndarray of shape (n,)
        Coordinates of the grid's columns and rows, ascending.
    u_label, v_label : str
        Labels of the axes.
    note : str
        Values of the other columns, in words; empty if there are none.
    points : ndarray of shape (n_rows, 2)
        Coordinates of the table's rows on the plane; NaN where a value is missing.
    origin : dict of str to number or str
        Values of all columns at the origin of the plane.
    along_u, along_v : dict of str to ndarray of shape (n,)
        Values that are added to the columns that vary.
    variance : float or None
        Fraction of the rows' variance that a plane of principal components holds; None for two columns.
    is_exact : bool
        Whether a row is predicted as its place on the plane is. False if rows differ in what the plane leaves
        out: other columns, or other components.
    """

    u: Array
    v: Array
    u_label: str
    v_label: str
    note: str
    points: Array
    origin: dict[str, Any]
    along_u: dict[str, Array]
    along_v: dict[str, Array]
    variance: float | None = None
    is_exact: bool = True

    def columns(self) -> dict[str, Column]:
        """Return the whole grid as columns of n² rows, one row of the grid after the other."""
        n = len(self.u)
        grid = {}
        for name, value in self.origin.items():
            if name in self.along_u or name in self.along_v:
                across, up = self.along_u.get(name, np.zeros(n)), self.along_v.get(name, np.zeros(n))
                grid[name] = np.ravel(value + (up[:, np.newaxis] + across))
            else:
                grid[name] = _constant(value, n * n)
        return grid

    def line(self, along: Mapping[str, Array]) -> dict[str, Column]:
        """Return columns of n rows: the origin plus the values of `along_u` or `along_v`."""
        n = len(self.u)
        return {
            name: value + along[name] if name in along else _constant(value, n)
            for name, value in self.origin.items()
        }


def make_plane(
    estimator: Any,
    X: Any,
    *,
    features: Sequence[str | int] | None = None,
    plane: PlaneKind = "features",
    at: RowLike = None,
    grid_resolution: int = 200,
) -> Plane:
    """Compute a plane through the columns that an estimator reads.

    Parameters
    ----------
    estimator : Model or fitted estimator
    X : array-like or table of shape (n_rows, n_columns)
        The rows that the plane goes through.
    features : pair of str or int, optional
        The columns that are the plane's axes, by name or index; needed if there are more than two.
    plane : {"features", "pca"}
        "features": the plane of two columns, with the others fixed. "pca": the plane through the mean along
        the first two principal components of the numeric columns, each scaled to unit variance.
    at : int, mapping of str to value, or row, optional
        Fixed values of the other columns: the index of a row of `X`, values by column, or a whole row. By
        default, and for columns that are not given, the median of numbers and the most frequent text.
    grid_resolution : int
        Points along each side.

    Returns
    -------
    Plane

    Raises
    ------
    ParameterError
        If the columns cannot be axes, or if there are more than two and none are chosen.
    DataError
        If `X` has no rows, or does not fit the estimator.
    """
    check.choice("plane", plane, get_args(PlaneKind))
    check.integer("grid_resolution", grid_resolution, 2)
    table = as_table(estimator, X)
    if table.n_rows == 0:
        raise DataError("X has no rows; pass the rows to look at.")
    origin = _origin(table, at)
    if plane == "pca":
        if features is not None or at is not None:
            raise ParameterError(
                "plane",
                "must be 'features' if features or at are given, got 'pca', which goes through the mean of "
                "all columns; leave out features and at.",
            )
        return _pca_plane(table, origin, grid_resolution)
    return _feature_plane(table, origin, _chosen(table, features), at, grid_resolution)


def plane_along(
    names: Sequence[str],
    middle: Array,
    directions: Array,
    points: Array,
    n: int,
    *,
    labels: Sequence[str],
    note: str,
    origin: Mapping[str, Any],
    variance: float | None = None,
    is_exact: bool = True,
) -> Plane:
    """Return a plane through a point, along two directions.

    Parameters
    ----------
    names : sequence of n_columns str
        Columns that vary on the plane.
    middle : ndarray of shape (n_columns,)
        The point.
    directions : ndarray of shape (2, n_columns)
    points : ndarray of shape (n_rows, 2)
        Coordinates of the rows on the plane, which the grid covers.
    n : int
        Points along each side of the grid.
    labels : sequence of two str
    note : str
    origin : mapping of str to number or str
        Values of all columns; those that vary are replaced by `middle`.
    variance, is_exact
        As in `Plane`.
    """
    u, v = span(points[:, 0], n), span(points[:, 1], n)
    return Plane(
        u=u,
        v=v,
        u_label=labels[0],
        v_label=labels[1],
        note=note,
        points=points,
        origin=dict(origin) | dict(zip(names, middle, strict=True)),
        along_u={name: u * step for name, step in zip(names, directions[0], strict=True)},
        along_v={name: v * step for name, step in zip(names, directions[1], strict=True)},
        variance=variance,
        is_exact=is_exact,
    )


def span(values: Array, n: int) -> Array:
    """Return `n` coordinates that cover the values and a margin around them."""
    low, high = np.nanmin(values), np.nanmax(values)
    margin = MARGIN * (high - low) or 1.0
    coordinates: Array = np.linspace(low - margin, high + margin, n)
    return coordinates


def principal_axes(rows: Array) -> tuple[Array, Array, Array]:
    """Return the mean (n,), two principal directions (2, n) and their fractions of the variance (2,)."""
    mean = rows.mean(axis=0)
    with one_blas_thread:  # more of them take longer for so few columns, and round differently
        _, lengths, directions = np.linalg.svd(rows - mean, full_matrices=False)
    variance = lengths**2
    # The sign of a direction is arbitrary; its largest entry is made positive, so that pictures agree.
    peaks = np.abs(directions[:2]).argmax(axis=1)
    signs = np.sign(directions[np.arange(2), peaks])
    return mean, directions[:2] * signs[:, np.newaxis], variance[:2] / (variance.sum() or 1.0)


def component_label(number: int, fraction: float) -> str:
    """Return the label of an axis along a principal component."""
    return f"principal component {number} ({fraction:.0%} of variance)"


def _feature_plane(table: Table, origin: dict[str, Any], axes: list[str], at: RowLike, n: int) -> Plane:
    points = np.column_stack([as_numbers(table.columns[name], name) for name in axes])
    if np.isnan(points).all(axis=0).any():
        raise DataError(f"the columns {axes[0]!r} and {axes[1]!r} must have values; choose other columns.")
    others = len(origin) - 2
    if isinstance(at, int | np.integer):
        where = f"as in row {at}"
    else:
        where = "at the median" if at is None else "as given, or at the median"
    note = f"the other {plural(others, 'column')} {where}" if others else ""
    return plane_along(
        axes,
        np.zeros(2),
        np.eye(2),
        points,
        n,
        labels=axes,
        note=note,
        origin=origin,
        is_exact=not others,
    )


def _pca_plane(table: Table, origin: dict[str, Any], n: int) -> Plane:
    names = [name for name, column in table.columns.items() if not is_text(column)]
    if len(names) < 2 or table.n_rows < 3:
        raise ParameterError(
            "plane",
            f"'pca' needs at least two numeric columns and three rows, got {len(names)} and {table.n_rows}; "
            "choose two features.",
        )
    rows = np.column_stack([as_numbers(table.columns[name], name) for name in names])
    rows = np.where(np.isnan(rows), [float(origin[name]) for name in names], rows)
    scale = np.where(rows.std(axis=0) > 0, rows.std(axis=0), 1.0)
    middle = rows.mean(axis=0)
    _, directions, fractions = principal_axes((rows - middle) / scale)
    points = (rows - middle) / scale @ directions.T
    note = f"plane through the mean of {len(names)} columns"
    if len(origin) > len(names):
        note += ", text at its most frequent"
    labels = [component_label(number, fraction) for number, fraction in enumerate(fractions, 1)]
    return plane_along(
        names,
        middle,
        directions * scale,
        points,
        n,
        labels=labels,
        note=note,
        origin=origin,
        variance=float(fractions.sum()),
        is_exact=len(origin) == 2,
    )


def _chosen(table: Table, features: Sequence[str | int] | None) -> list[str]:
    names = table.column_names
    if features is None:
        if len(names) > 2:
            raise ParameterError(
                "features",
                f"must choose two of the {len(names)} columns, as in features=({names[0]!r}, {names[1]!r}), "
                "or set plane='pca' for the plane of their first two principal components.",
            )
        if len(names) < 2:
            raise ParameterError(
                "X", f"must have two columns for a plane, got only {names[0]!r}; use FunctionFitDisplay."
            )
        features = names
    if isinstance(features, str) or len(features) != 2:
        raise ParameterError("features", f"must be two columns, by name or index, got {features!r}.")
    axes = [_name(names, feature) for feature in features]
    text = [name for name in axes if is_text(table.columns[name])]
    if text or axes[0] == axes[1]:
        numeric = [name for name, column in table.columns.items() if not is_text(column)]
        raise ParameterError(
            "features",
            f"must be two different numeric columns, got {axes}; choose from {', '.join(numeric)}.",
        )
    return axes


def _name(names: list[str], feature: str | int) -> str:
    if isinstance(feature, str) and feature in names:
        return feature
    if isinstance(feature, int | np.integer) and -len(names) <= feature < len(names):
        return names[feature]
    raise ParameterError(
        "features",
        f"must be columns of X, by name or index, got {feature!r}.{did_you_mean(feature, names)}",
    )


def _origin(table: Table, at: RowLike) -> dict[str, Any]:
    if isinstance(at, int | np.integer):
        if not -table.n_rows <= at < table.n_rows:
            raise ParameterError("at", f"must be a row of X, from 0 to {table.n_rows - 1}, got {at}.")
        return {name: column[at] for name, column in table.columns.items()}
    given = _as_mapping(at, table.column_names)
    for name in given:
        if name not in table.columns:
            hint = did_you_mean(name, table.column_names)
            raise ParameterError("at", f"must map columns of X to values, got {name!r}.{hint}")
    return {
        name: given[name] if name in given else _typical(column) for name, column in table.columns.items()
    }


def _as_mapping(at: Any, names: Sequence[str]) -> dict[str, Any]:
    """Return a row in any of the usual forms as values by column."""
    if at is None:
        return {}
    if hasattr(at, "to_dicts"):  # a Polars frame
        rows = at.to_dicts()
    elif hasattr(at, "iloc") and getattr(at, "ndim", 0) == 2:  # a pandas frame
        rows = at.to_dict("records")
    elif isinstance(at, Mapping) or hasattr(at, "to_dict"):  # a pandas series is a row by its index
        rows = [dict(at if isinstance(at, Mapping) else at.to_dict())]
    else:
        rows = np.atleast_2d(np.asarray(at, dtype=object)).tolist()
        rows = [dict(zip(names, row, strict=True)) for row in rows if len(row) == len(names)]
    if len(rows) != 1:
        raise ParameterError(
            "at", f"must be a row of X: its index, its {len(names)} values, or values by column, got {at!r}."
        )
    return dict(rows[0])


def _typical(column: Column) -> Any:
    """Return the most frequent text, or the median of numbers (the lower of two, so that it occurs)."""
    if is_text(column):
        return Counter(column.tolist()).most_common(1)[0][0]
    values = column[~np.isnan(column)]
    return np.sort(values)[(len(values) - 1) // 2] if values.size else np.nan


def _constant(value: Any, n: int) -> Column:
    return np.full(n, value, dtype=object if value is None or isinstance(value, str) else None)


def grid_rows(plane: Plane, X: Any) -> Any:
    """Return the whole grid as n² rows in the container that `X` is."""
    return in_container_of(X, plane.columns())
