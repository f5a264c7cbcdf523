from __future__ import annotations

import pytest

from separatrix import Model, Network
from separatrix.cli.table_input import chosen_target, source_name, text_columns_of
from separatrix.data import TableEncoder
from separatrix.errors import ParameterError


def test_the_target_is_the_column_of_that_name():
    assert chosen_target(["a", "target"], None) == "target"
    assert chosen_target(["a", "target"], "a") == "a"
    with pytest.raises(ParameterError, match="the columns are: a, b"):
        chosen_target(["a", "b"], None)


def test_the_text_columns_of_a_model():
    encoder = TableEncoder.fit({"age": [1, 2], "code": ["1", "b"]})
    texts = Model(Network.mlp(3, (), 1), [0.0] * 4, classes=["0", "1"], encoder=encoder)
    numbers = Model(Network.mlp(3, (), 1), [0.0] * 4, encoder=encoder)
    assert text_columns_of(texts) == ["code"]
    assert text_columns_of(texts, "y") == ["code", "y"]
    assert text_columns_of(numbers, "y") == ["code"]
    assert text_columns_of(Model(Network.mlp(3, (), 1), [0.0] * 4)) == []


def test_names_of_sources():
    assert source_name("-") == "standard input"
    assert source_name("folder/rows.csv") == "rows.csv"
    assert source_name("iris") == "iris"
