from __future__ import annotations

import numpy as np
import pytest

from separatrix.data.codes import LevelCode, PiecewiseLinearCode, RobustCode
from separatrix.data.encoded_blocks import BLOCK_ROWS, encoded_blocks
from separatrix.data.encoder import TableEncoder
from separatrix.errors import DataError

N = 2 * BLOCK_ROWS + 3
TABLE = {"age": np.arange(N) % 97 / 7, "town": np.array(["Bonn", "Ulm", None], object)[np.arange(N) % 3]}
ROBUST, TOWN = RobustCode.fit(TABLE["age"], "age"), LevelCode.fit(TABLE["town"], "town", 9)
FINE = PiecewiseLinearCode.fit(TABLE["age"], "age", 8)
ENCODERS = [TableEncoder((ROBUST, TOWN)), TableEncoder((ROBUST, FINE, TOWN)), TableEncoder.fit(TABLE)]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_blocks_are_the_rows_of_each_encoder(dtype: type) -> None:
    blocks = list(encoded_blocks([(encoder, dtype) for encoder in ENCODERS], TABLE))
    assert [len(block[0]) for block in blocks] == [BLOCK_ROWS, BLOCK_ROWS, 3]
    for encoder, *of_encoder in zip(ENCODERS, *blocks, strict=True):
        whole = np.concatenate(of_encoder)
        assert whole.dtype == dtype
        np.testing.assert_array_equal(whole, encoder.transform(TABLE, dtype))


def test_a_column_that_encoders_share_is_encoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    encode, names = LevelCode.encode, []
    monkeypatch.setattr(
        LevelCode, "encode", lambda self, *rest: names.append(self.name) or encode(self, *rest)
    )
    (block,) = encoded_blocks(
        [(encoder, np.float32) for encoder in ENCODERS[:2]], {"age": [1.0], "town": ["Ulm"]}
    )
    assert names == ["town"]
    np.testing.assert_array_equal(block[0][:, -3:], block[1][:, -3:])


def test_no_rows_give_one_empty_block() -> None:
    (block,) = encoded_blocks([(ENCODERS[0], float)], {"age": np.empty(0), "town": np.empty(0, object)})
    assert block[0].shape == (0, 4)


def test_errors_name_the_row_of_the_table_and_the_missing_column() -> None:
    age = TABLE["age"].copy()
    age[BLOCK_ROWS + 5] = np.inf
    with pytest.raises(DataError, match=f"column 'age' has the infinite value inf in row {BLOCK_ROWS + 6}"):
        list(encoded_blocks([(ENCODERS[0], float)], {**TABLE, "age": age}))
    with pytest.raises(DataError, match="the table lacks column 'town'"):
        list(encoded_blocks([(ENCODERS[0], float)], {"age": age}))
    with pytest.raises(DataError, match="all columns must be of one length"):
        list(encoded_blocks([(ENCODERS[0], float)], {"age": [1.0], "town": ["Ulm", "Ulm"]}))
