from __future__ import annotations

import pytest

from separatrix.errors import ParameterError
from separatrix.network import Penalty


@pytest.mark.parametrize("name", ["l1", "l2"])
@pytest.mark.parametrize("value", [-1e-3, float("inf"), "1", None])
def test_errors_name_parameter_rule_and_value(name: str, value: object) -> None:
    with pytest.raises(ParameterError) as caught:
        Penalty(**{name: value})
    assert str(caught.value) == f"{name} must be a number in [0, infinity), got {value!r}."
