"""Given tables: a target beside a table, and what look and fit_table take."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import separatrix as sx
from separatrix.data.given_tables import given_table, with_target_column
from separatrix.errors import DataError, ParameterError

FRAME = pd.DataFrame({"age": [31.0, 52.0, 40.5] * 20, "sex": ["f", "m", "m"] * 20})
OLD = FRAME["age"] > 40  # pandas names it "age", too


def test_a_target_named_as_a_column_with_other_values_is_called_target():
    table, name = with_target_column(FRAME, OLD)
    assert name == "target"
    assert table.column_names == ["age", "sex", "target"]
    with pytest.raises(ParameterError, match="is called 'sex', as a column of the table"):
        with_target_column(FRAME, FRAME["sex"])


def test_look_takes_values_of_the_target_and_arrays():
    found = sx.look(FRAME, OLD)
    assert found.measure == "AUC"
    assert found["age"].decision.link == 1.0
    of_array = sx.look(FRAME[["age"]].to_numpy(), OLD.to_numpy())
    assert [each.decision.name for each in of_array.columns] == ["0"]
    with pytest.raises(
        ParameterError, match="target must name one column, or be one label or number for each"
    ):
        sx.look(FRAME, OLD[:5])
    with pytest.raises(DataError, match=r"an array of rows and columns is needed, got one of shape \(3,\)"):
        given_table(np.zeros(3))
