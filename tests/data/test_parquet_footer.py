from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from separatrix.data.parquet_footer import row_groups

FRAME = pl.DataFrame({"x": np.arange(1000.0), "t": ["a", None] * 500, "l": [[1, 2]] * 1000})


def write_by_polars(path):
    FRAME.write_parquet(path, row_group_size=300)


def write_by_pyarrow(path):
    table = FRAME.to_arrow().replace_schema_metadata({"any": "thing"})
    pq.write_table(
        table, path, row_group_size=256, write_page_index=True, sorting_columns=[pq.SortingColumn(0)]
    )


@pytest.mark.parametrize("write", [write_by_polars, write_by_pyarrow])
def test_row_groups_are_those_that_pyarrow_finds(tmp_path, write):
    write(tmp_path / "t.parquet")
    groups, expected = row_groups(tmp_path / "t.parquet"), pq.read_metadata(tmp_path / "t.parquet")
    assert len(groups) == expected.num_row_groups > 1
    for number, group in enumerate(groups):
        columns = [expected.row_group(number).column(j) for j in range(expected.num_columns)]
        assert group.n_rows == expected.row_group(number).num_rows
        assert group.largest_column == max(column.total_uncompressed_size for column in columns)


def test_a_table_without_rows(tmp_path):
    pq.write_table(pa.table({"a": pa.array([], pa.int64())}), tmp_path / "t.parquet")
    assert sum(group.n_rows for group in row_groups(tmp_path / "t.parquet")) == 0


def damaged(content, damage):
    """Return a Parquet file whose footer is damaged in one of many ways."""
    footer = content[-8 - int.from_bytes(content[-8:-4], "little") : -8]
    draw = np.random.RandomState(damage)
    if damage % 2:
        footer = footer[: draw.randint(len(footer))]
    else:
        flipped = np.frombuffer(footer, np.uint8).copy()
        flipped[draw.randint(len(flipped), size=1 + damage % 5)] = draw.randint(256)
        footer = flipped.tobytes()
    return b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1"


@pytest.mark.parametrize("write", [write_by_polars, write_by_pyarrow])
def test_a_damaged_footer_is_read_or_is_an_error(tmp_path, write):
    write(tmp_path / "t.parquet")
    content, n_errors = (tmp_path / "t.parquet").read_bytes(), 0
    for damage in range(400):
        (tmp_path / "t.parquet").write_bytes(damaged(content, damage))
        try:
            groups = row_groups(tmp_path / "t.parquet")
        except ValueError:  # and nothing else
            n_errors += 1
        else:
            assert all(group.n_rows >= 0 <= group.largest_column for group in groups)
    assert n_errors > 100


@pytest.mark.parametrize(
    "footer", [b"\x1c" * 50_000, b"\x19" * 50_000, b"\x15" + b"\xff" * 50_000, b"\x18\x7f"]
)
def test_a_footer_made_to_do_harm(tmp_path, footer):
    content = b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1"
    (tmp_path / "t.parquet").write_bytes(content)
    with pytest.raises(ValueError, match="its footer is damaged"):
        row_groups(tmp_path / "t.parquet")


@pytest.mark.parametrize(
    "content", [b"", b"PAR1", b"a,b\n1,2\n3,4\n5,6\n", b"PAR1\x19\x19\x19\x04\0\0\0PAR1"]
)
def test_what_is_no_parquet_file(tmp_path, content):
    (tmp_path / "t.parquet").write_bytes(content)
    with pytest.raises(ValueError, match=r"footer is damaged|does not end as a Parquet file"):
        row_groups(tmp_path / "t.parquet")
