from __future__ import annotations

import inspect
import math

import pytest

from separatrix import MLPClassifier, MLPRegressor
from separatrix.cli.estimator_options import OPTIONS, OWN_DEFAULTS, in_option_names

CLASSIFIER = inspect.signature(MLPClassifier).parameters
REGRESSOR = inspect.signature(MLPRegressor).parameters
MEANINGLESS = {"verbose", "warm_start", "record"}
SAID_IN_WORDS = {"loss", "class_weight", "scoring", "restore_best", "metrics"}


def test_every_parameter_of_the_estimators_is_an_option():
    names = [option.name for option in OPTIONS]
    assert len(set(names)) == len(names)
    assert set(names) | MEANINGLESS == set(CLASSIFIER) | set(REGRESSOR)


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_help_shows_the_default_that_holds(option):
    default = {**CLASSIFIER, **REGRESSOR}[option.name].default
    if option.name in SAID_IN_WORDS:
        assert default in (None, "squared_error")
        return
    default = OWN_DEFAULTS.get(option.name, default)
    if default == (100,):
        default = 100
    shown = {True: "yes", False: "no"}[default] if isinstance(default, bool) else str(default)
    assert option.default == shown


@pytest.mark.parametrize(
    ("arguments", "name", "value"),
    [
        (["--hidden", "16,8"], "hidden_layer_sizes", (16, 8)),
        (["--hidden-layer-sizes", "16"], "hidden_layer_sizes", (16,)),
        (["--hidden", "none"], "hidden_layer_sizes", ()),
        (["--hidden", ""], "hidden_layer_sizes", ()),
        (["--activation", "tanh,relu"], "activation", ["tanh", "relu"]),
        (["--activation", "tanh"], "activation", "tanh"),
        (["--dropout", "0.5"], "dropout", 0.5),
        (["--dropout", "0.5,0"], "dropout", [0.5, 0.0]),
        (["--no-fit-intercept"], "fit_intercept", False),
        (["--early-stopping"], "early_stopping", True),
        (["--batch-size", "full"], "batch_size", "full"),
        (["--batch-size", "32"], "batch_size", 32),
        (["--n-iter-no-change", "inf"], "n_iter_no_change", math.inf),
        (["--shuffle", "no"], "shuffle", False),
        (["--shuffle", "replacement"], "shuffle", "replacement"),
        (["--metrics", "roc_auc,f1"], "metrics", ["roc_auc", "f1"]),
        (["--seed", "7"], "random_state", 7),
        (["--random-state", "7"], "random_state", 7),
        (["--rate", "0.1"], "learning_rate_init", 0.1),
        (["--epochs", "3"], "max_iter", 3),
        ([], "dtype", "float32"),
        ([], "random_state", 0),
    ],
)
def test_options_become_settings(run, monkeypatch, arguments, name, value):
    seen = {}

    def fit_in_memory(*rows, settings, **others):
        seen.update(settings)
        raise separatrix_error

    from separatrix.errors import DataError

    separatrix_error = DataError("enough")
    monkeypatch.setattr("separatrix.estimators.table_model.fit_in_memory", fit_in_memory)
    monkeypatch.setattr("separatrix.cli.scorers.check_scorers", lambda task, classes, settings: None)
    monkeypatch.setattr("separatrix.cli.progress.announce_compilation", lambda engine, dtype: None)
    result = run("fit", "ten-points", *arguments)
    assert result.stderr == "separatrix: error: enough\n"
    assert seen[name] == value
    assert type(seen[name]) is type(value)
    assert seen.keys() == {*OWN_DEFAULTS, name}


def test_a_parameter_is_called_as_it_is_typed():
    assert in_option_names("The loss rose; learning_rate_init must be less.") == (
        "The loss rose; --learning-rate-init must be less."
    )
    assert in_option_names("by tol=0.1 for n_iter_no_change=10") == "by --tol=0.1 for --n-iter-no-change=10"


def test_what_is_typed_already_stays_so_and_search_has_names_of_its_own():
    assert in_option_names("--scoring must be r2") == "--scoring must be r2"
    assert in_option_names("raise cv or n_repeats; store must be new") == (
        "raise --cv or --n-repeats; --store must be new"
    )
