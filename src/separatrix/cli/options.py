"""Options for the parameters of the estimators, and readers that turn the text of an option into a value.

The names, defaults and help of the options come from the signatures and docstrings of the estimators.
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from itertools import chain
from typing import Annotated, Any, Optional

import typer

from separatrix.cli.console import PYTHON_TEXT, with_option_names
from separatrix.cli.numbers import read_integer, read_number, read_seed
from separatrix.cli.signatures import Documented, documented
from separatrix.network import ACTIVATIONS, INITIALIZERS, OPTIMIZERS, SCHEDULES

Command = Callable[..., None]


def read_sizes(text: str) -> tuple[int, ...]:
    """Read ``16,8``; ``none`` or no text is no hidden layer.

    Examples
    --------
    >>> read_sizes("16,8"), read_sizes("none")
    ((16, 8), ())
    """
    if text.strip().lower() in ("", "none"):
        return ()
    sizes = tuple(_each(text, int, "whole numbers such as 16,8"))
    if min(sizes) < 1:
        raise typer.BadParameter(f"must be 1 or more each, got '{text}'; use none for no hidden layer.")
    return sizes


def read_names(text: str) -> str | list[str]:
    """Read one name, or several separated by commas."""
    names = [name.strip() for name in text.split(",")]
    return names[0] if len(names) == 1 else names


def read_list(text: str) -> list[str]:
    """Read names separated by commas."""
    return [name.strip() for name in text.split(",")]


def read_parameters(text: str) -> list[int | str]:
    """Read names or indices of parameters, separated by commas; a comma in brackets belongs to a name.

    Examples
    --------
    >>> read_parameters("layer 0: w[x1, 2],16")
    ['layer 0: w[x1, 2]', 16]
    """
    names = [name.strip() for name in re.split(r",(?![^\[]*\])", text)]
    return [int(name) if name.isdigit() else name for name in names]


def read_numbers(text: str) -> float | list[float]:
    """Read one number, or several separated by commas."""
    numbers = _each(text, float, "numbers such as 0.2 or 0.2,0.1")
    return numbers[0] if len(numbers) == 1 else numbers


def read_rate(text: str) -> float | str:
    """Read a learning rate, or auto."""
    return text if text == "auto" else read_number(text, "a number such as 0.01, or auto")


def read_count_or_auto(text: str) -> int | str:
    """Read a whole number, or auto."""
    return text if text == "auto" else read_integer(text, "a whole number or auto")


def read_batch_size(text: str) -> int | str:
    """Read a number of rows, or a word."""
    return text if text.isalpha() else read_integer(text, "a whole number, auto or full")


def read_patience(text: str) -> float:
    """Read a number of epochs, or ``inf``."""
    return math.inf if text == "inf" else read_integer(text, "a whole number or inf")


def read_shuffle(text: str) -> bool | str:
    """Read ``yes``, ``no`` or ``replacement``."""
    words: dict[str, bool | str] = {"yes": True, "true": True, "no": False, "false": False}
    if text not in {*words, "replacement"}:
        raise typer.BadParameter(f"must be yes, no or replacement, got '{text}'.")
    return words.get(text, text)


def read_class_weight(text: str) -> str | dict[str, float]:
    """Read ``balanced`` or ``yes=5,no=1``.

    Examples
    --------
    >>> read_class_weight("yes=5,no=1")
    {'yes': 5.0, 'no': 1.0}
    """
    if ":" in text and "=" not in text:
        raise typer.BadParameter(
            f"must be balanced, or a weight for each class as in yes=5,no=1, got '{text}'; write = for :."
        )
    if "=" not in text:
        return text
    parts = re.split(r",(?=[^,]*=)", text)  # not within a weight such as 1,5, which is an error
    pairs = [part.rpartition("=") for part in parts]
    return {
        label.strip(): read_number(weight, "a number for each class, such as yes=5,no=1")
        for label, _, weight in pairs
    }


def read_counts(text: str) -> list[int]:
    """Read whole numbers and ranges of them; return them sorted, each once.

    Examples
    --------
    >>> read_counts("0-3"), read_counts("1,2,4-6")
    ([0, 1, 2, 3], [1, 2, 4, 5, 6])
    """
    found: set[int] = set()
    for part in text.split(","):
        low, _, high = part.partition("-")
        ends = _each(f"{low},{high or low}", int, "whole numbers such as 0-3 or 1,2,4", shown=text)
        if ends[0] > ends[1]:
            raise typer.BadParameter(f"must have ranges from low to high, got '{text}'.")
        found.update(range(ends[0], ends[1] + 1))
    return sorted(found)


def read_space(text: str) -> Any:
    """Read numbers to try, or a range from which they are drawn evenly on a logarithmic scale.

    Returns
    -------
    list of float, or a distribution of scipy.stats

    Examples
    --------
    >>> read_space("0.001,0.01")
    [0.001, 0.01]
    >>> [float(end) for end in read_space("1e-3:1e-1").support()]
    [0.001, 0.1]
    """
    what = "numbers such as 0.001,0.01 or a range such as 0.001:0.1"
    low, colon, high = text.partition(":")
    if not colon:
        return _each(text, float, what)
    ends = _each(f"{low},{high}", float, what, shown=text)
    if not 0 < ends[0] < ends[1] < math.inf:
        raise typer.BadParameter(f"must be a range from low to high, above 0, got '{text}'.")
    from scipy.stats import loguniform  # slow to import

    return loguniform(*ends)


def _each(text: str, kind: type, what: str, *, shown: str | None = None) -> list[Any]:
    try:
        return [kind(part) for part in text.split(",")]
    except ValueError as error:
        raise typer.BadParameter(f"must be {what}, got '{text if shown is None else shown}'.") from error


BOTH, ENSEMBLE = "Ensemble or network", "Ensemble"
NETWORK, TRAINING, STOPPING, MONITORING = "Network", "Training", "Stopping", "Monitoring"

PANELS = {
    **dict.fromkeys(("hidden_layer_sizes", "activation", "dropout", "init"), NETWORK),
    **dict.fromkeys(("fit_intercept", "embedding"), NETWORK),
    **dict.fromkeys(("class_weight", "random_state", "engine"), BOTH),
    **dict.fromkeys(("loss", "alpha", "l1_ratio"), NETWORK),
    **dict.fromkeys(("max_iter", "max_fun", "tol", "n_iter_no_change"), STOPPING),
    **dict.fromkeys(("early_stopping", "validation_fraction", "scoring", "restore_best"), STOPPING),
    **dict.fromkeys(("track_training", "metrics"), MONITORING),
}
"""The heading that help puts a parameter under, unless it is `TRAINING`."""

NOT_OPTIONS = ("verbose", "warm_start", "record")
"""Parameters without an effect in a single run that saves a model."""

OWN_DEFAULTS: dict[str, Any] = {"random_state": 0, "dtype": "float32"}
"""Defaults of the command line: the same command gives the same network, and float32 is twice as fast."""

ENSEMBLE_DEFAULTS: dict[str, Any] = {"random_state": 0, "n_jobs": -1}
"""Those of an ensemble: the number of jobs changes nothing but the time."""

LEAST_VALIDATION_ROWS = 10
"""With fewer validation rows, `fit` does not stop a network early unless it is asked to."""

DEFAULTS_IN_WORDS = {
    **{name: str(value) for name, value in OWN_DEFAULTS.items()},
    "class_weight": "1 for every class",
    "learning_rate_init": "auto",
    "max_iter": "10 000 steps, but 200 to 2000 epochs; 200 without early stopping",
    "n_iter_no_change": "a quarter of the epochs, at least 10",
    "n_init": "auto, and 1 with a given rate",
    "early_stopping": f"yes if there are {LEAST_VALIDATION_ROWS} validation rows",
    "embedding": "none",
    "metrics": "none",
    "restore_best": "with early stopping",
    "scoring": "loss",
}

ALIASES = {
    "hidden_layer_sizes": "--hidden",
    "learning_rate_init": "--rate",
    "max_iter": "--epochs",
    "n_candidates": "--candidates",
    "n_jobs": "--jobs",
    "n_repeats": "--repeats",
    "random_state": "--seed",
}

NAMES: dict[str, Iterable[str]] = {
    "activation": ACTIVATIONS,
    "init": INITIALIZERS,
    "learning_rate": SCHEDULES,
    "solver": OPTIMIZERS,
}
"""Parameters whose values are the names in a registry."""

OF_COMMANDS = {
    **documented("search.table_search", "search_table"),
    **documented("estimators.table_training", "fit_table"),
}
"""Parameters of the functions behind `fit` and `search`, which messages name."""


_THRESHOLD = r"to_model\(\)\.with_threshold\(0\.\d\)(?:, as .+? is the positive one(?=\)))?"
"""The advice to answer a rare class from a smaller probability on: of `fit`, the rarer class is positive."""

OF_NOTES = ("drop", "threshold", "join_spellings")
"""Options that are no parameters of an estimator, and that a diagnosis or a note on a column names."""


@dataclass(frozen=True)
class Reader:
    """How the text of an option becomes a value.

    Attributes
    ----------
    read : callable
        `bool` makes the option a flag.
    metavar : str
        What help calls the value.
    syntax : str
        How to type it, where that needs words.
    """

    read: Callable[[str], Any]
    metavar: str = ""
    syntax: str = ""


READERS_BY_TYPE = {
    bool: Reader(bool),
    int: Reader(read_integer, "INTEGER"),
    float: Reader(read_number, "NUMBER"),
    str: Reader(str, "NAME"),
}
"""How most parameters are read: by the type of their default."""

READERS = {
    "activation": Reader(read_names, "NAMES", "one for all, or one for each as in tanh,relu"),
    "learning_rate_init": Reader(read_rate, "RATE", "a number, or auto"),
    "batch_size": Reader(read_batch_size, "ROWS", "a number, auto or full"),
    "cv": Reader(read_integer, "FOLDS"),
    "n_jobs": Reader(read_integer, "INTEGER"),
    "time_limit": Reader(read_number, "SECONDS"),
    "class_weight": Reader(read_class_weight, "WEIGHTS", "balanced, or a weight for each as in yes=5,no=1"),
    "dropout": Reader(read_numbers, "FRACTIONS", "one for all, or one for each as in 0.2,0.1"),
    "embedding": Reader(read_integer, "FREQUENCIES"),
    "hidden_layer_sizes": Reader(read_sizes, "SIZES", "as in 16,8; none for a linear model"),
    "metrics": Reader(read_list, "NAMES", "as in roc_auc,f1"),
    "n_iter_no_change": Reader(read_patience, "EPOCHS", "a number, or inf"),
    "n_init": Reader(read_count_or_auto, "N", "a number, or auto"),
    "random_state": Reader(read_seed, "INTEGER"),
    "restore_best": Reader(bool),
    "scoring": Reader(str, "NAME", "loss, or a scorer of scikit-learn such as roc_auc"),
    "shuffle": Reader(read_shuffle, "HOW", "yes, no or replacement"),
}
"""How the others are read."""


@dataclass(frozen=True)
class EstimatorOption:
    """One parameter of the estimators as an option.

    Attributes
    ----------
    name : str
        As Python spells it.
    reader : Reader
    panel : str
        The heading that help puts it under.
    default, help : str
        The default in words, and what the parameter does.
    """

    name: str
    reader: Reader
    panel: str
    default: str
    help: str

    @property
    def declarations(self) -> list[str]:
        """Every spelling, the negative one after a slash."""
        flag = "--" + self.name.replace("_", "-")
        if self.reader.read is bool:
            return [f"{flag}/--no-{flag[2:]}"]
        return [ALIASES[self.name], flag] if self.name in ALIASES else [flag]

    def to_parameter(self) -> inspect.Parameter:
        """Return the parameter of a function that Typer turns into this option."""
        read = self.reader.read
        is_type = isinstance(read, type)
        info = typer.Option(
            *self.declarations,
            parser=None if is_type else read,
            metavar=self.reader.metavar or None,
            help=f"{self.help} [default: {self.default}]",
            show_default=False,
            rich_help_panel=self.panel,
        )
        annotation: Any = Annotated[Optional[read if is_type else Any], info]  # noqa: UP045
        return inspect.Parameter(
            self.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation
        )


def make_option(
    name: str,
    sources: Iterable[Mapping[str, Documented]],
    panel: str,
    reader: Reader | None = None,
    default: str | None = None,
) -> EstimatorOption:
    """Return the option for a parameter.

    Parameters
    ----------
    name : str
    sources : iterable of dict
        What `documented` returns of classes or functions, of which one or more have the parameter: the
        classifier first.
    panel : str
    reader : Reader, default=None
        By default that in `READERS`, or that for the type of the default value.
    default : str, default=None
        The default in words; by default the value in the signature.
    """
    found = [source[name] for source in sources if name in source]
    values = [each.default for each in found]
    reader = reader or READERS.get(name) or READERS_BY_TYPE[type(values[0])]
    text = found[0].sentence
    choices = _for_each_task([_choices(name, each.kind) for each in found])
    if choices and ":" not in text:
        text += f": {choices}"
    if reader.syntax:
        text += f" ({reader.syntax})"
    if default is None:
        default = _for_each_task([_default(value) for value in values])
    return EstimatorOption(name, reader, panel, default, f"{text}.")


def _choices(name: str, kind: str) -> str:
    """Return the values of a parameter, where they are names."""
    listed = re.findall(r"\w+", kind.partition("}")[0]) if kind.startswith("{") else []
    return ", ".join(NAMES.get(name, listed))


def _default(value: object) -> str:
    """Return a default as it is typed."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _for_each_task(words: list[str]) -> str:
    """Return words on the classifier and on the regressor, once where they are the same."""
    return words[0] if len(set(words)) == 1 else f"for classes {words[0]}; for numbers {words[1]}"


NETWORKS = (
    documented("estimators.classifier", "MLPClassifier"),
    documented("estimators.regressor", "MLPRegressor"),
)
OPTIONS = {
    name: make_option(name, NETWORKS, PANELS.get(name, TRAINING), default=DEFAULTS_IN_WORDS.get(name))
    for name in dict.fromkeys(chain(*NETWORKS))
    if name not in NOT_OPTIONS
}
"""An option for every parameter of a network, by its name."""

ENSEMBLES = (
    documented("tabular.classifier", "TabularClassifier"),
    documented("tabular.regressor", "TabularRegressor"),
)
ENSEMBLE_OPTIONS = {
    name: make_option(name, ENSEMBLES, ENSEMBLE, default=default)
    for name, default in {
        "presets": None,
        "time_limit": "none",
        "cv": "as many as the presets have",
        "n_jobs": "-1",
    }.items()
}
"""An option for every parameter of an ensemble that a network does not have."""

NETWORK_ALONE = OPTIONS.keys() - ENSEMBLES[0].keys()
"""Parameters of a network that an ensemble does not have."""

FIT_OPTIONS = (
    *(option for option in OPTIONS.values() if option.panel == BOTH),
    *ENSEMBLE_OPTIONS.values(),
    *(option for option in OPTIONS.values() if option.panel != BOTH),
)
"""Those of `fit`: what both kinds of model have comes first."""


def with_estimator_options(
    options: Iterable[EstimatorOption], defaults: Mapping[str, Any]
) -> Callable[[Command], Command]:
    """Give a command that takes `settings` an option for each parameter instead.

    Typer reads options from a signature alone, so the command is wrapped in a function with the longer one.
    """
    added = [option.to_parameter() for option in options]

    def decorate(command: Command) -> Command:
        @wraps(command)
        def wrapper(**arguments: Any) -> None:
            given = {parameter.name: arguments.pop(parameter.name) for parameter in added}
            settings = {**defaults} | {name: value for name, value in given.items() if value is not None}
            command(**arguments, settings=settings)

        signature = inspect.signature(command, eval_str=True)
        own = [parameter for name, parameter in signature.parameters.items() if name != "settings"]
        wrapper.__signature__ = signature.replace(parameters=own + added)  # type: ignore[attr-defined]
        return wrapper

    return decorate


def in_option_names(sentence: str) -> str:
    """Return a sentence in which the parameters of the estimators have the names of their options.

    Examples
    --------
    >>> in_option_names("L-BFGS reached its limit; raise max_iter or max_fun.")
    'L-BFGS reached its limit; raise --max-iter or --max-fun.'
    >>> in_option_names("use to_model().with_threshold(0.3), or fit_table(..., drop='x').")
    'use --threshold=0.3, or --drop=x.'
    """
    sentence = re.sub(rf"\bfit_table\(\.\.\., (\w+={PYTHON_TEXT})\)", r"\1", sentence)
    sentence = re.sub(_THRESHOLD, "threshold=0.3", sentence)
    return with_option_names(sentence, [*OPTIONS, *ENSEMBLE_OPTIONS, *OF_COMMANDS, *OF_NOTES])
