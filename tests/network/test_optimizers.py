from __future__ import annotations

from typing import Any

import pytest

from separatrix.errors import ParameterError
from separatrix.network import LBFGS, OPTIMIZERS, SGD, Adagrad, Adam, AdamW, RMSprop


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        (SGD, {"momentum": 1.1}, "momentum must be a number in [0, 1], got 1.1."),
        (SGD, {"nesterov": "yes"}, "nesterovs_momentum must be True or False, got 'yes'."),
        (Adam, {"beta_1": 1.0}, "beta_1 must be a number in [0, 1), got 1.0."),
        (Adam, {"beta_2": -0.1}, "beta_2 must be a number in [0, 1), got -0.1."),
        (Adam, {"epsilon": 0.0}, "epsilon must be a number in (0, infinity), got 0.0."),
        (Adam, {"epsilon": float("inf")}, "epsilon must be a number in (0, infinity), got inf."),
        (AdamW, {"beta_2": 1}, "beta_2 must be a number in [0, 1), got 1."),
        (AdamW, {"weight_decay": -1.0}, "weight_decay must be a number in [0, infinity), got -1.0."),
        (RMSprop, {"rho": float("nan")}, "rho must be a number in [0, 1), got nan."),
        (Adagrad, {"epsilon": "small"}, "epsilon must be a number in (0, infinity), got 'small'."),
        (LBFGS, {"max_fun": 0}, "max_fun must be an integer of at least 1, got 0."),
    ],
)
def test_errors_name_parameter_rule_and_value(kind: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError) as caught:
        kind(**options)
    assert str(caught.value) == message


def test_each_kind_stands_under_its_name() -> None:
    assert {name: kind().name for name, kind in OPTIMIZERS.items()} == {name: name for name in OPTIMIZERS}
