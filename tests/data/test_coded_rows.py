"""Coded rows against the plain array that they stand for."""

from __future__ import annotations

import numpy as np
import pytest

from separatrix.data.coded_rows import Block, CodedRows, dense_rows
from separatrix.data.codes import LevelCode, PiecewiseLinearCode

DRAW = np.random.default_rng(0)
BLOCKS = {
    "bins": (Block(5, True), Block(1, True), Block(9, True)),
    "levels": (Block(4), Block(2)),
    "both": (Block(6, True), Block(3)),
    "none": (),
}


def rows_of(blocks: tuple[Block, ...], n_rows: int = 12, n_dense: int = 2) -> CodedRows:
    codes = [DRAW.integers(0 if block.is_cumulative else -1, block.size, n_rows) for block in blocks]
    center = [DRAW.random(block.size) * block.is_cumulative for block in blocks]
    return CodedRows(
        DRAW.normal(size=(n_rows, n_dense)),
        np.array(codes, np.int32).reshape(-1, n_rows).T,
        DRAW.random((n_rows, len(blocks))),
        blocks,
        np.concatenate([np.empty(0), *center]),
    )


@pytest.mark.parametrize("n_dense", [0, 2])
@pytest.mark.parametrize("name", BLOCKS)
def test_products_are_those_of_the_plain_array(name: str, n_dense: int) -> None:
    rows = rows_of(BLOCKS[name], n_dense=n_dense)
    X = rows.toarray()
    assert X.shape == rows.shape == (12, n_dense + sum(block.size for block in BLOCKS[name]))
    W, several, dz = (
        DRAW.normal(size=(X.shape[1], 3)),
        DRAW.normal(size=(4, X.shape[1], 3)),
        DRAW.normal(size=(12, 3)),
    )
    np.testing.assert_allclose(rows @ W, X @ W, atol=1e-12)
    np.testing.assert_allclose(rows @ several, X @ several, atol=1e-12)
    np.testing.assert_allclose(rows.T @ dz, X.T @ dz, atol=1e-12)


@pytest.mark.parametrize("chosen", [slice(2, 7), np.array([5, 5, 0]), np.arange(12) % 2 == 0])
def test_some_rows_and_more_features(chosen: object) -> None:
    rows = rows_of(BLOCKS["both"])
    np.testing.assert_array_equal(rows[chosen].toarray(), rows.toarray()[chosen])  # type: ignore[index]
    assert len(rows[chosen]) == len(rows.dense[chosen])  # type: ignore[index]


def test_parts_are_joined_in_order() -> None:
    one, two = rows_of(BLOCKS["bins"]), rows_of(BLOCKS["levels"])
    dense = DRAW.normal(size=(12, 3))
    expected = np.hstack([dense, one.toarray()[:, 2:], two.toarray()[:, 2:]])
    np.testing.assert_array_equal(CodedRows.joined(dense, [one, two]).toarray(), expected)
    np.testing.assert_array_equal(dense_rows(CodedRows.joined(dense, [])), dense)


def test_parts_without_rows_keep_their_features() -> None:
    one, two = rows_of(BLOCKS["bins"])[:0], rows_of(BLOCKS["both"])[:0]
    joined = CodedRows.joined(np.empty((0, 3)), [one, two])
    assert joined.shape == (0, 3 + 15 + 9)
    np.testing.assert_array_equal(joined.center, np.concatenate([one.center, two.center]))
    assert joined.toarray().shape == (0, 27)
    assert (joined @ np.ones((27, 2))).shape == (0, 2)
    np.testing.assert_array_equal(joined.T @ np.empty((0, 2)), np.zeros((27, 2)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_codes_of_columns_are_their_features(dtype: type) -> None:
    numbers = np.concatenate([DRAW.normal(size=200), [np.nan, -99.0, 99.0]])
    text = DRAW.choice(np.array(["a", "b", "c", None], object), 203)
    two = DRAW.choice(np.array(["f", "m"], object), 203)
    pairs = [
        (PiecewiseLinearCode.fit(numbers[:200], "x", 7), numbers),
        (LevelCode("t", ("a", "c", None)), text),
    ]
    for code, column in [*pairs, (LevelCode("s", ("f", "m")), two), (LevelCode("s", ("f", "x")), two)]:
        assert code is not None
        out = np.zeros((203, len(code.feature_names)), dtype)
        code.encode(column, out)
        np.testing.assert_array_equal(code.coded(column, dtype).toarray(), out)
