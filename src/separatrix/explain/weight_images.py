"""Weight images: the weights from the pixels of an image to each unit of the first layer, as an image."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix import check
from separatrix.data.column_encoders import NumericEncoder
from separatrix.data.encoder import TableEncoder
from separatrix.errors import ParameterError
from separatrix.explain.subject import NO_WEIGHT_OF_AN_INPUT, model_without_embedding, output_names
from separatrix.model import Model

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class WeightImages:
    """The incoming weights of the units of the first layer, in the order of the pixels.

    Attributes
    ----------
    images : ndarray of shape (n_shown, height, width)
        A weight for each pixel; NaN for a pixel that the network does not read.
    units : ndarray of shape (n_shown,)
        Number of each unit, from 0.
    names : tuple of str
        Such as "unit 3"; for a network without hidden layers, the outputs.
    n_units : int
        Units of the layer.
    """

    images: Array
    units: Array
    names: tuple[str, ...]
    n_units: int


def weight_images(
    estimator: Any, *, shape: tuple[int, int] | None = None, max_units: int = 20
) -> WeightImages:
    """Return the incoming weights of each unit of the first layer as an image.

    Parameters
    ----------
    estimator : Model, fitted estimator of this package, or pipeline that ends in one
        The network's inputs are the pixels, row by row.
    shape : (int, int), optional
        Height and width in pixels. By default a square.
    max_units : int, default=20
        Units shown: those whose weights have the largest sum of squares, in the order of the layer.

    Returns
    -------
    WeightImages

    Raises
    ------
    ParameterError
        If the inputs do not fit the shape, or are no square and there is none, or a column is a category.

    Notes
    -----
    The weights are those of the inputs as the network reads them: of a model of a table, those of
    standardised columns. The pixels are then the columns in the order of the table.

    Examples
    --------
    >>> from separatrix import Network
    >>> model = Model(Network.mlp(4, (), 1), [1.0, 2.0, 3.0, 4.0, 0.0])
    >>> weight_images(model).images.tolist()
    [[[1.0, 2.0], [3.0, 4.0]]]
    """
    check.integer("max_units", max_units, 1)
    model = model_without_embedding(estimator)
    if (category := _category(model)) is not None:
        raise ParameterError(
            "estimator", f"must read pixels, which are numbers, and its column '{category}' is a category."
        )
    weights = _by_pixel(model)
    n_pixels = len(weights)
    height, width = _shape(n_pixels, shape)
    n_units = weights.shape[1]
    largest = np.argsort(-np.nansum(weights**2, axis=0), kind="stable")[:max_units]
    units = np.sort(largest)
    is_output = len(model.network.layers) == 1
    names = output_names(model) if is_output else [f"unit {unit + 1}" for unit in range(n_units)]
    return WeightImages(
        images=weights[:, units].T.reshape(len(units), height, width),
        units=units,
        names=tuple(names[unit] for unit in units),
        n_units=n_units,
    )


def missing_shape(model: Model) -> str | None:
    """Return why the weights are no square images; None if they are."""
    if model.network.embedding is not None:
        return NO_WEIGHT_OF_AN_INPUT
    if (category := _category(model)) is not None:
        return f"it needs numbers as inputs, the pixels of square images, and '{category}' is a category"
    n_pixels = len(_by_pixel(model))
    if math.isqrt(n_pixels) ** 2 != n_pixels or n_pixels < 4:
        return f"it needs the pixels of square images as inputs, and the model has {n_pixels}"
    return None


def _category(model: Model) -> str | None:
    """Return a column that is no number; None if there is none, or no table."""
    columns = () if model.encoder is None else model.encoder.columns
    return next((column.name for column in columns if not isinstance(column, NumericEncoder)), None)


def _by_pixel(model: Model) -> Array:
    """Return the weights, (n_pixels, n_units), with NaN for columns that the encoder leaves out."""
    weights = model.coefs[0].astype(np.float64)
    if model.encoder is None:
        return weights
    pixels = _pixels(model.encoder)
    rows = np.full((len(pixels), weights.shape[1]), np.nan)
    start = 0
    for column in model.encoder.columns:
        stop = start + len(column.feature_names)
        if stop > start:  # the first feature of a column is its number
            rows[pixels.index(model.encoder.source(column.name))] = weights[start]
        start = stop
    return rows


def _pixels(encoder: TableEncoder) -> list[str]:
    """Return the columns that are pixels: those that are read, and those that were constant in training."""
    names = encoder.input_columns
    if encoder.schema is None:
        return names
    return [each.name for each in encoder.schema.columns if each.name in names or each.kind == "constant"]


def _shape(n_pixels: int, shape: tuple[int, int] | None) -> tuple[int, int]:
    if shape is None:
        side = math.isqrt(n_pixels)
        if side * side != n_pixels:
            raise ParameterError(
                "shape",
                f"must be given, as (height, width): {n_pixels} inputs are no square image, got None.",
            )
        return side, side
    height, width = shape
    if height * width != n_pixels:
        raise ParameterError(
            "shape",
            f"must be the height and width of {n_pixels} pixels, got {tuple(shape)}; their product must be "
            "the number of inputs.",
        )
    return height, width
