"""Coded rows: inputs most of which are the codes of columns, with one or two numbers for a row and column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Block:
    """The features of one column.

    Attributes
    ----------
    size : int
        Number of features.
    is_cumulative : bool
        Whether all features before the one of a row are 1, as in a piecewise linear code; else they are 0, as
        in one-hot codes.
    """

    size: int
    is_cumulative: bool = False


@dataclass(frozen=True, eq=False)
class CodedRows:
    """Rows as some plain features, then blocks of features that are known from one number each.

    In every block a row has one feature with a value. Those after it are 0; those before it are 1 in a
    cumulative block, else 0. From these features `center` is subtracted.

    A network's first layer needs few of its weights for such a row: the sum of some rows of the weights, or
    of their cumulative sums. Engines take these rows as `Data.X`; the products with `@` are those of
    the array that `toarray` returns.

    Parameters
    ----------
    dense : ndarray of shape (n_rows, n_dense), C order
        The first features.
    codes : int32 ndarray of shape (n_rows, n_blocks)
        Number of the feature in its block, from 0; below 0 if all features of the block are 0.
    values : ndarray of shape (n_rows, n_blocks)
        Its value.
    blocks : tuple of Block
    center : ndarray of shape (n_coded,)
        One number for each feature of all blocks; only those of cumulative blocks may differ from 0.

    References
    ----------
    Y. Gorishniy, I. Rubachev, A. Babenko: On embeddings for numerical features in tabular deep learning,
    NeurIPS 2022, section 3.2.1, for the cumulative code.

    Examples
    --------
    >>> codes, values = np.array([[0, 1], [2, -1]], np.int32), np.array([[0.5, 1.0], [0.25, 0.0]])
    >>> rows = CodedRows(np.array([[7.0], [8.0]]), codes, values, (Block(3, True), Block(2)), np.zeros(5))
    >>> rows.toarray()
    array([[7.  , 0.5 , 0.  , 0.  , 0.  , 1.  ],
           [8.  , 1.  , 1.  , 0.25, 0.  , 0.  ]])
    """

    dense: Array
    codes: Array
    values: Array
    blocks: tuple[Block, ...]
    center: Array

    @property
    def shape(self) -> tuple[int, int]:
        """Rows, and features of all blocks."""
        return len(self.dense), self.dense.shape[1] + sum(block.size for block in self.blocks)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the numbers."""
        return self.dense.dtype

    @property
    def T(self) -> _Transposed:
        """For the product with an array of shape (n_rows, k)."""
        return _Transposed(self)

    @cached_property
    def starts(self) -> list[int]:
        """The first feature of each block, counted from 0 at the first of all blocks."""
        sizes = [block.size for block in self.blocks]
        return [sum(sizes[:number]) for number in range(len(sizes))]

    def __len__(self) -> int:
        return len(self.dense)

    def __getitem__(self, rows: Any) -> CodedRows:
        """Return some of the rows: views for a slice, copies for an array of indices."""
        return replace(self, dense=self.dense[rows], codes=self.codes[rows], values=self.values[rows])

    def with_dense(self, features: Array) -> CodedRows:
        """Return rows with more plain features, which come first."""
        dense = np.ascontiguousarray(np.hstack([features, self.dense]), self.dtype)
        return replace(self, dense=dense)

    def __matmul__(self, W: Array) -> Array:
        """Return the product with an array of shape (..., n_features, k)."""
        n_dense = self.dense.shape[1]
        z: Array = self.dense @ W[..., :n_dense, :] - (self.center @ W[..., n_dense:, :])[..., np.newaxis, :]
        for b, (start, block) in enumerate(zip(self.starts, self.blocks, strict=True)):
            w = W[..., n_dense + start : n_dense + start + block.size, :]
            code, value = np.maximum(self.codes[:, b], 0), self.values[:, b, np.newaxis]
            added = w[..., code, :] * value
            if block.is_cumulative:
                added += (np.cumsum(w, axis=-2) - w)[..., code, :]
            z += (
                added if self.codes[:, b].min(initial=0) >= 0 else added * (self.codes[:, b, np.newaxis] >= 0)
            )
        return z

    def toarray(self) -> Array:
        """Return all features, of shape (n_rows, n_features)."""
        parts: list[Array] = [self.dense]
        for b, (start, block) in enumerate(zip(self.starts, self.blocks, strict=True)):
            part = np.zeros((len(self), block.size), self.dtype)
            code = self.codes[:, b, np.newaxis]
            if block.is_cumulative:
                part[np.arange(block.size) < code] = 1
            rows = np.flatnonzero(code >= 0)
            part[rows, code[rows, 0]] = self.values[rows, b]
            parts.append(part - self.center[start : start + block.size])
        return np.hstack(parts, dtype=self.dtype)

    @classmethod
    def joined(cls, dense: Array, parts: Sequence[CodedRows]) -> CodedRows:
        """Return plain features, then the blocks of several parts, whose own plain features are left out."""
        none = np.empty((len(dense), 0), dense.dtype)
        return cls(
            np.ascontiguousarray(dense),
            np.hstack([none.astype(np.int32), *(part.codes for part in parts)]),
            np.hstack([none, *(part.values for part in parts)]),
            tuple(block for part in parts for block in part.blocks),
            np.concatenate([np.empty(0, dense.dtype), *(part.center for part in parts)]),
        )


@dataclass(frozen=True, eq=False)
class _Transposed:
    rows: CodedRows

    def __matmul__(self, dz: Array) -> Array:
        rows = self.rows
        coded = np.zeros((len(rows.center), dz.shape[1]), dz.dtype)
        for b, (start, block) in enumerate(zip(rows.starts, rows.blocks, strict=True)):
            known = np.flatnonzero(rows.codes[:, b] >= 0)
            code, part = rows.codes[known, b], coded[start : start + block.size]
            np.add.at(part, code, dz[known] * rows.values[known, b, np.newaxis])
            if block.is_cumulative:
                counts = np.zeros_like(part)
                np.add.at(counts, code, dz[known])
                part += counts[::-1].cumsum(axis=0)[::-1] - counts  # of all rows whose code is higher
        coded -= np.outer(rows.center, dz.sum(axis=0))
        return np.vstack([rows.dense.T @ dz, coded])


def dense_rows(X: Array | CodedRows) -> Array:
    """Return all features of rows, which may be coded.

    Examples
    --------
    >>> dense_rows(np.ones((1, 2)))
    array([[1., 1.]])
    """
    return X.toarray() if isinstance(X, CodedRows) else X
