from __future__ import annotations

from typing import Any

import pytest

from separatrix.errors import ParameterError
from separatrix.network import (
    LBFGS,
    OPTIMIZERS,
    SGD,
    Adagrad,
    Adam,
    AdamW,
    Dense,
    Lion,
    Network,
    Penalty,
    RMSprop,
)
from separatrix.network.schedules import InvScaling

every_optimizer = pytest.mark.parametrize("kind", OPTIMIZERS.values(), ids=OPTIMIZERS)


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        (SGD, {"momentum": 1.1}, "momentum must be a number in [0, 1], got 1.1."),
        (SGD, {"nesterovs_momentum": "yes"}, "nesterovs_momentum must be True or False, got 'yes'."),
        (Adam, {"beta_1": 1.0}, "beta_1 must be a number in [0, 1), got 1.0."),
        (Adam, {"beta_2": -0.1}, "beta_2 must be a number in [0, 1), got -0.1."),
        (Adam, {"epsilon": 0.0}, "epsilon must be a number in (0, infinity), got 0.0."),
        (Adam, {"epsilon": float("inf")}, "epsilon must be a number in (0, infinity), got inf."),
        (AdamW, {"beta_2": 1}, "beta_2 must be a number in [0, 1), got 1."),
        (AdamW, {"weight_decay": -1.0}, "weight_decay must be a number in [0, infinity), got -1.0."),
        (RMSprop, {"rho": float("nan")}, "rho must be a number in [0, 1), got nan."),
        (Adagrad, {"epsilon": "small"}, "epsilon must be a number in (0, infinity), got 'small'."),
        (Lion, {"beta_1": 1.0}, "beta_1 must be a number in [0, 1), got 1.0."),
        (Lion, {"weight_decay": -1.0}, "weight_decay must be a number in [0, infinity), got -1.0."),
        (LBFGS, {"max_fun": 0}, "max_fun must be an integer of at least 1, got 0."),
    ],
)
def test_errors_name_parameter_rule_and_value(kind: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError) as caught:
        kind(**options)
    assert str(caught.value) == message


def test_each_class_is_registered_under_its_name() -> None:
    assert {name: kind().name for name, kind in OPTIMIZERS.items()} == {name: name for name in OPTIMIZERS}


@every_optimizer
def test_fields_are_taken_from_the_parameters_of_the_same_name(kind: Any) -> None:
    default = kind()
    given = {name: value for name, value in vars(default).items() if name != "nesterovs_momentum"}
    changed = {name: value / 2 if isinstance(value, float) else value for name, value in given.items()}
    found = kind.from_parameters({**changed, "another": 1})
    expected = {**changed, **{name: getattr(default, name) for name in kind.own_defaults}}
    assert {name: getattr(found, name) for name in expected} == expected


def test_a_parameter_that_breaks_its_rule_is_an_error() -> None:
    with pytest.raises(ParameterError, match="rho must be"):
        RMSprop.from_parameters({"rho": 2.0})
    with pytest.raises(ParameterError, match="power_t must be"):
        InvScaling.from_parameters({"power_t": -1.0})


@every_optimizer
def test_a_kernel_is_given_every_field_as_a_number(kind: Any) -> None:
    optimizer = kind()
    of_slices = ("decays_biases", "layer_rates", "embedding_rate")
    fields = [value for name, value in vars(optimizer).items() if name not in of_slices]
    assert optimizer.hyper() == tuple(map(float, fields))


def test_slices_cover_theta_in_order() -> None:
    network = Network(3, (Dense(4, "relu"), Dense(2, "relu", use_bias=False), Dense(1)), "binary")
    slices = AdamW(decays_biases=False, layer_rates=(0.5, 1, 2)).slices(network)
    assert [(part.start, part.stop) for part in slices] == [(0, 12), (12, 16), (16, 24), (24, 26), (26, 27)]
    assert [part.rate for part in slices] == [0.5, 0.5, 1.0, 2.0, 2.0]
    assert [part.decay for part in slices] == [1.0, 0.0, 1.0, 1.0, 0.0]
    assert AdamW().slices(network) == Adam().slices(network) == []
    with pytest.raises(ParameterError, match=r"layer_rates must have one factor for each of 3 layers.*got 1"):
        AdamW(layer_rates=(1.0,)).slices(network)


@pytest.mark.parametrize("name", ["l1", "l2"])
@pytest.mark.parametrize("value", [-1e-3, float("inf"), "1", None])
def test_errors_of_penalties_name_parameter_rule_and_value(name: str, value: object) -> None:
    with pytest.raises(ParameterError) as caught:
        Penalty(**{name: value})
    assert str(caught.value) == f"{name} must be a number in [0, infinity), got {value!r}."
