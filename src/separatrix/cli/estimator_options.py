"""The estimators' parameters as options, one row each; what is not given keeps the estimator's default."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Annotated, Any, Optional

import typer

from separatrix.cli.option_values import (
    read_batch_size,
    read_class_weight,
    read_list,
    read_names,
    read_numbers,
    read_patience,
    read_shuffle,
    read_sizes,
)

Command = Callable[..., None]

NETWORK, TRAINING, STOPPING, FOLLOWING = "Network", "Training", "Stopping", "What is followed"


@dataclass(frozen=True)
class EstimatorOption:
    """One parameter: its name, how its text is read, what help says, and other names for it.

    `default` is the estimator's (or, where `changes_default`, the command line's own) as help shows it.
    """

    name: str
    read: Callable[[str], Any] | type
    panel: str
    default: str
    help: str
    aliases: tuple[str, ...] = ()
    metavar: str = ""

    @property
    def flag(self) -> str:
        """The option as it is typed."""
        return "--" + self.name.replace("_", "-")

    @property
    def declarations(self) -> list[str]:
        """Every spelling, the negative one after a slash."""
        if self.read is bool:
            return [f"{self.flag}/--no-{self.flag[2:]}"]
        return [*self.aliases, self.flag]


OPTIONS = (
    EstimatorOption(
        "hidden_layer_sizes",
        read_sizes,
        NETWORK,
        "100",
        "Units of each hidden layer, such as 16,8; none is logistic (or linear) regression.",
        ("--hidden",),
        "SIZES",
    ),
    EstimatorOption(
        "activation",
        read_names,
        NETWORK,
        "relu",
        "Of all hidden layers, or one for each: identity, "
        "logistic, tanh, relu, leaky_relu, elu, selu, gelu, silu, softplus.",
        (),
        "NAMES",
    ),
    EstimatorOption(
        "dropout",
        read_numbers,
        NETWORK,
        "0.0",
        "Share of hidden outputs set to zero in a step, one for all layers or one for each.",
        (),
        "SHARES",
    ),
    EstimatorOption(
        "init",
        str,
        NETWORK,
        "glorot",
        "How first weights are drawn: glorot, he, lecun, torch, uniform01, zeros.",
        (),
        "NAME",
    ),
    EstimatorOption("fit_intercept", bool, NETWORK, "yes", "Whether the layers have biases."),
    EstimatorOption(
        "loss",
        str,
        NETWORK,
        "log_loss for classes, squared_error for numbers",
        "For classes log_loss or squared_error, for numbers squared_error or poisson.",
        (),
        "NAME",
    ),
    EstimatorOption("alpha", float, NETWORK, "0.0001", "Strength of the penalty on the weights."),
    EstimatorOption(
        "l1_ratio", float, NETWORK, "0.0", "Share of alpha that penalises absolute values instead of squares."
    ),
    EstimatorOption(
        "class_weight",
        read_class_weight,
        NETWORK,
        "every row alike",
        "balanced, or the weight of each class, such as yes=5,no=1.",
        (),
        "WEIGHTS",
    ),
    EstimatorOption(
        "solver", str, TRAINING, "adam", "adam, sgd, lbfgs, adamw, rmsprop, adagrad.", (), "NAME"
    ),
    EstimatorOption(
        "learning_rate",
        str,
        TRAINING,
        "constant",
        "Schedule: constant, invscaling, adaptive, step, cosine, one_cycle, warmup.",
        (),
        "NAME",
    ),
    EstimatorOption(
        "learning_rate_init", float, TRAINING, "0.001", "Rate that the schedule starts from.", ("--rate",)
    ),
    EstimatorOption("power_t", float, TRAINING, "0.5", "Exponent of invscaling."),
    EstimatorOption(
        "batch_size",
        read_batch_size,
        TRAINING,
        "auto",
        "Rows a step; auto is 200, full all of them.",
        (),
        "ROWS",
    ),
    EstimatorOption(
        "shuffle",
        read_shuffle,
        TRAINING,
        "yes",
        "Whether each epoch takes the rows in a new order: yes, no or replacement.",
        (),
        "HOW",
    ),
    EstimatorOption("momentum", float, TRAINING, "0.9", "Of sgd."),
    EstimatorOption("nesterovs_momentum", bool, TRAINING, "yes", "Whether sgd looks ahead."),
    EstimatorOption("beta_1", float, TRAINING, "0.9", "Decay of the first moment of adam and adamw."),
    EstimatorOption("beta_2", float, TRAINING, "0.999", "Decay of the second moment of adam and adamw."),
    EstimatorOption(
        "epsilon", float, TRAINING, "1e-08", "Added to the denominator by adam, adamw, rmsprop and adagrad."
    ),
    EstimatorOption("weight_decay", float, TRAINING, "0.01", "Of adamw."),
    EstimatorOption("rho", float, TRAINING, "0.99", "Decay of rmsprop."),
    EstimatorOption(
        "random_state",
        int,
        TRAINING,
        "0",
        "Seed of the split, the first weights, the order of the rows and the dropout.",
        ("--seed",),
    ),
    EstimatorOption(
        "dtype", str, TRAINING, "float32", "float32, or float64: slower, with more digits.", (), "NAME"
    ),
    EstimatorOption("engine", str, TRAINING, "auto", "auto, numba or numpy.", (), "NAME"),
    EstimatorOption("max_iter", int, STOPPING, "200", "At most so many epochs.", ("--epochs",)),
    EstimatorOption(
        "tol",
        float,
        STOPPING,
        "0.0001",
        "An epoch that betters the loss, or the score that early stopping watches, by less has stalled.",
    ),
    EstimatorOption(
        "n_iter_no_change",
        read_patience,
        STOPPING,
        "10",
        "More stalled epochs than this in a row end the training; inf never does.",
        (),
        "EPOCHS",
    ),
    EstimatorOption(
        "early_stopping",
        bool,
        STOPPING,
        "no",
        "Whether to set training rows aside, end when the score on them stalls, and keep the best epoch.",
    ),
    EstimatorOption(
        "validation_fraction",
        float,
        STOPPING,
        "0.1",
        "Share of the training rows that early stopping sets aside.",
    ),
    EstimatorOption(
        "scoring",
        str,
        STOPPING,
        "accuracy for classes, R² for numbers",
        "What early stopping watches: loss, or a scorer of scikit-learn such as roc_auc.",
        (),
        "NAME",
    ),
    EstimatorOption(
        "restore_best",
        bool,
        STOPPING,
        "with early stopping",
        "Whether to keep the best epoch's parameters instead of the last one's.",
    ),
    EstimatorOption("max_fun", int, STOPPING, "15000", "At most so many evaluations of the loss by lbfgs."),
    EstimatorOption(
        "track_training",
        bool,
        FOLLOWING,
        "no",
        "Whether the model's history has the true loss and score of the training rows after every epoch.",
    ),
    EstimatorOption(
        "metrics",
        read_list,
        FOLLOWING,
        "none",
        "Scorers of scikit-learn that the model's history follows on the rows of --early-stopping.",
        (),
        "NAMES",
    ),
)
"""Not here, as they mean nothing in a single run that saves a model: verbose, warm_start, record."""

OWN_DEFAULTS: dict[str, Any] = {"random_state": 0, "dtype": "float32"}
"""Where the command line differs from the estimators: a command repeats itself, at twice the speed."""


def with_estimator_options(
    options: Sequence[EstimatorOption] = OPTIONS, defaults: Mapping[str, Any] = OWN_DEFAULTS
) -> Callable[[Command], Command]:
    """Give a command that takes `settings` an option for each parameter instead.

    Typer reads options from a signature alone, so the command is wrapped in a function with the longer one.
    """

    def decorate(command: Command) -> Command:
        @wraps(command)
        def wrapper(**arguments: Any) -> None:
            given = {option.name: arguments.pop(option.name) for option in options}
            settings = {**defaults} | {name: value for name, value in given.items() if value is not None}
            command(**arguments, settings=settings)

        signature = inspect.signature(command, eval_str=True)
        own = [parameter for name, parameter in signature.parameters.items() if name != "settings"]
        added = [_parameter(option) for option in options]
        wrapper.__signature__ = signature.replace(parameters=own + added)  # type: ignore[attr-defined]
        return wrapper

    return decorate


def _parameter(option: EstimatorOption) -> inspect.Parameter:
    is_plain = isinstance(option.read, type)
    info = typer.Option(
        *option.declarations,
        parser=None if is_plain else option.read,
        metavar=option.metavar or _METAVARS.get(option.read),
        help=f"{option.help} [default: {option.default}]",
        show_default=False,
        rich_help_panel=option.panel,
    )
    annotation: Any = Annotated[Optional[option.read if is_plain else Any], info]  # noqa: UP045
    return inspect.Parameter(option.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


_OF_SEARCH = ("n_candidates", "n_repeats", "n_jobs", "cv", "depths", "widths", "refit", "store")
"""Options of `separatrix search` besides the estimators'."""

_METAVARS: dict[Any, str] = {int: "INTEGER", float: "NUMBER"}


def in_option_names(sentence: str) -> str:
    """Return a sentence on parameters with their names as they are typed.

    Examples
    --------
    >>> in_option_names("alpha must be a number; raise max_iter or set early_stopping=True.")
    '--alpha must be a number; raise --max-iter or set --early-stopping.'
    """
    names = [*(option.name for option in OPTIONS), *_OF_SEARCH]
    named = "|".join(sorted(names, key=len, reverse=True))

    def flag(match: re.Match[str]) -> str:
        # A name without an underscore is a common word elsewhere ("the loss").
        is_name = "_" in match["name"] or match["after"] or match["name"] == "cv"
        return "--" + match["name"].replace("_", "-") + match["after"] if is_name else match[0]

    pattern = rf"(?<!--)\b(?P<name>{named}|test_size)(?P<after>=(?!True)| must |)(=True)?\b"
    return re.sub(pattern, flag, sentence)
