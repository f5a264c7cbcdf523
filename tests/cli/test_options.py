from __future__ import annotations

import inspect
import math
import re

import pytest
import typer

from separatrix import MLPClassifier, MLPRegressor, TabularClassifier
from separatrix.cli import options
from separatrix.cli.fitting import chosen_kind, network_settings
from separatrix.cli.options import (
    ENSEMBLE_OPTIONS,
    FIT_OPTIONS,
    NAMES,
    NOT_OPTIONS,
    OPTIONS,
    OWN_DEFAULTS,
    in_option_names,
)
from separatrix.errors import DataError

CLASSIFIER = inspect.signature(MLPClassifier).parameters
REGRESSOR = inspect.signature(MLPRegressor).parameters
IN_WORDS = {
    "hidden_layer_sizes": "100",
    "loss": "for classes log_loss; for numbers squared_error",
    "class_weight": "1 for every class",
    "early_stopping": "yes if there are 10 validation rows",
    "scoring": "loss",
    "learning_rate_init": "auto",
    "max_iter": "10 000 steps, but 200 to 2000 epochs; 200 without early stopping",
    "n_iter_no_change": "a quarter of the epochs, at least 10",
    "n_init": "auto, and 1 with a given rate",
    "restore_best": "with early stopping",
    "metrics": "none",
    "embedding": "none",
}


def test_every_parameter_of_the_estimators_is_an_option():
    assert {*OPTIONS, *NOT_OPTIONS} == {*CLASSIFIER, *REGRESSOR}
    tabular = inspect.signature(TabularClassifier).parameters.keys()
    assert tabular == {*ENSEMBLE_OPTIONS, "class_weight", "random_state", "engine", "verbose", "compare"}
    assert all(name == option.name for name, option in OPTIONS.items())


@pytest.mark.parametrize("option", OPTIONS.values(), ids=OPTIONS)
def test_help_shows_the_default(option):
    default = OWN_DEFAULTS.get(option.name, {**CLASSIFIER, **REGRESSOR}[option.name].default)
    shown = {True: "yes", False: "no"}[default] if isinstance(default, bool) else str(default)
    assert option.default == IN_WORDS.get(option.name, shown)


@pytest.mark.parametrize("option", FIT_OPTIONS, ids=[option.name for option in FIT_OPTIONS])
def test_help_is_a_sentence_for_the_command_line(option):
    assert re.fullmatch(r"[A-Z][^`]{15,}[^.]\.", option.help), option.help
    assert not re.search(r"['\"]\w+['\"]|\bNone\b|\bTrue\b|separatrix|_ ", option.help), option.help


@pytest.mark.parametrize("name", NAMES)
def test_help_lists_every_name_of_a_registry(name):
    assert ", ".join(NAMES[name]) in OPTIONS[name].help


def test_help_lists_the_choices_of_a_parameter():
    assert "auto, numba, numpy" in OPTIONS["engine"].help
    assert "for classes log_loss, squared_error; for numbers squared_error, poisson" in OPTIONS["loss"].help


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
        (["--restore-best"], "restore_best", True),
        (["--scoring", "roc_auc"], "scoring", "roc_auc"),
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

    def estimator(task, settings):
        seen.update(settings)
        raise DataError("enough")

    monkeypatch.setattr("separatrix.cli.fitting._network", estimator)
    result = run("fit", "ten-points", "--model", "network", *arguments)
    assert result.stderr == "separatrix: error: enough\n"
    assert seen[name] == value
    assert type(seen[name]) is type(value)
    chosen = {"early_stopping", "scoring", "learning_rate_init", "max_iter", "n_init", "n_iter_no_change"}
    assert {*OWN_DEFAULTS, name} <= seen.keys() <= {*OWN_DEFAULTS, name, *chosen}


EPOCHS = {"max_iter": 2000, "n_iter_no_change": 500}


@pytest.mark.parametrize(
    ("given", "n_rows", "expected"),
    [
        ({}, 99, {"early_stopping": False}),
        ({}, 100, {"early_stopping": True, "scoring": "loss", **EPOCHS}),
        ({"validation_fraction": 0.2}, 50, {"early_stopping": True, "scoring": "loss", **EPOCHS}),
        ({"early_stopping": True}, 20, {"scoring": "loss", **EPOCHS}),
        ({"scoring": "roc_auc"}, 100, {"early_stopping": True, "scoring": "roc_auc", **EPOCHS}),
        ({"early_stopping": False}, 100, {"early_stopping": False}),
        ({"solver": "lbfgs"}, 100, {"solver": "lbfgs"}),
        ({"early_stopping": True, "max_iter": 50}, 100, {"scoring": "loss", "n_iter_no_change": 12}),
        (
            {"early_stopping": True, "batch_size": 10},
            400,
            {"scoring": "loss", "max_iter": 250, "n_iter_no_change": 62},
        ),
    ],
)
def test_one_network_stops_early_by_the_loss(given, n_rows, expected):
    settings = network_settings(given, n_rows)
    assert settings.pop("learning_rate_init") == settings.pop("n_init") == "auto"
    assert settings == {**OWN_DEFAULTS, **given, **expected}


@pytest.mark.parametrize(
    ("model", "given", "kind"),
    [
        (None, {}, "tabular"),
        (None, {"random_state": 1, "class_weight": "balanced"}, "tabular"),
        (None, {"presets": "best"}, "tabular"),
        (None, {"hidden_layer_sizes": (4,)}, "network"),
        (None, {"checkpoint": "c"}, "network"),
        ("network", {}, "network"),
        ("tabular", {"n_jobs": 2}, "tabular"),
    ],
)
def test_the_options_choose_the_kind_of_model(model, given, kind):
    assert chosen_kind(model, given) == kind


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["--model", "tabular", "--hidden", "4"],
            "--hidden belongs to one network, and --model=tabular to an ensemble of networks",
        ),
        (["--solver", "adam", "--presets", "fast"], "--solver belongs to one network, and --presets to an"),
        (
            ["--model", "network", "--groups", "x1"],
            "--groups belongs to an ensemble of networks, and --model=network",
        ),
        (["--model", "netwrok"], "--model must be one of"),
        (["--model", "line", "--hidden", "8"], "--hidden does not go with --model=line"),
        (["--model", "line", "--embedding", "4"], "--embedding does not go with --model=line"),
    ],
)
def test_options_of_two_kinds_of_model(run, arguments, sentence):
    result = run("fit", "ten-points", *arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"separatrix: error: {sentence}")


def test_sentences_name_options_instead_of_parameters():
    assert in_option_names("The loss rose; lower learning_rate_init, or raise alpha=0.1.") == (
        "The loss rose; lower --learning-rate-init, or raise --alpha=0.1."
    )
    assert in_option_names("by tol=0.1 for n_iter_no_change=10") == "by --tol=0.1 for --n-iter-no-change=10"
    assert in_option_names("set track_training=False") == "set --no-track-training"


def test_sentences_keep_options_and_name_those_of_search():
    assert (
        in_option_names("--scoring must be r2, and --class-weight")
        == "--scoring must be r2, and --class-weight"
    )
    assert in_option_names("raise cv or n_repeats") == "raise --cv or --n-repeats"


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (options.read_sizes, "16,x"),
        (options.read_sizes, "8,0"),
        (options.read_numbers, "0.1,"),
        (options.read_batch_size, "1.5"),
        (options.read_patience, "never"),
        (options.read_shuffle, "maybe"),
        (options.read_class_weight, "yes=many"),
        (options.read_class_weight, "yes:5"),
        (options.read_counts, "1,x"),
        (options.read_counts, "4-2"),
        (options.read_counts, "-1"),
        (options.read_space, "0.1,x"),
        (options.read_space, "0.1:"),
        (options.read_space, "0.1:0.01"),
        (options.read_space, "0.1:inf"),
    ],
)
def test_a_text_that_cannot_be_read_is_a_usage_error(read, text):
    with pytest.raises(typer.BadParameter, match=f"got '{text if '=' not in text else 'many'}'"):
        read(text)


def test_no_hidden_layer_is_called_none():
    with pytest.raises(typer.BadParameter, match="use none for no hidden layer"):
        options.read_sizes("0")


def test_the_name_of_a_class_may_have_an_equals_sign():
    assert options.read_class_weight("<=50K=2") == {"<=50K": 2.0}


def test_words_are_checked_by_the_estimator():
    assert options.read_class_weight("balanced") == "balanced"
    assert options.read_batch_size("half") == "half"
