from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from separatrix.data.datasets import load_dataset
from separatrix.data.table_files import read_table

pytestmark = pytest.mark.slow


def test_the_file_has_the_points(run):
    result = run("data", "circles", "-o", "c.csv")
    assert result.exit_code == 0, result.output
    assert result.stderr == "note: wrote 500 rows with 2 columns and the target to c.csv.\n"
    written, expected = read_table("c.csv"), load_dataset("circles")
    for name, column in expected.columns.items():
        np.testing.assert_array_equal(written.columns[name], column)


def test_another_seed_and_another_format(run):
    assert run("data", "xor", "--seed", "5", "-o", "x.parquet").exit_code == 0
    np.testing.assert_array_equal(read_table("x.parquet").columns["x1"], load_dataset("xor", 5).columns["x1"])


def test_what_is_refused(run):
    Path("iris.csv").write_text("mine")
    result = run("data", "iris")
    assert result.exit_code == 2
    assert "'iris.csv' exists; name the file with --output." in result.stderr
    assert Path("iris.csv").read_text() == "mine"
    assert "Did you mean 'iris'?" in run("data", "irs").stderr
    assert "is not drawn at random" in run("data", "wine", "--seed", "1").stderr
