"""Training for `fit`: on a table in memory, or on one that is read in pieces."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.cli.console import note
from separatrix.cli.options import in_option_names
from separatrix.cli.rows import LabelledRows, checked_task, read_rows
from separatrix.cli.summary import Summary, summary_of, target_words
from separatrix.cli.tables import source_name
from separatrix.data.datasets import TARGET
from separatrix.data.memory import Budget, parse_memory
from separatrix.data.streams import Stream, open_stream
from separatrix.data.targets import Task, infer_task
from separatrix.errors import DataError, ParameterError, WorkerError, did_you_mean
from separatrix.estimators.table_model import TableFit
from separatrix.train.checkpoint import load_checkpoint

Array = NDArray[Any]


@dataclass(frozen=True)
class Question:
    """What `fit` was asked: tables, target, task, and the rows to judge by."""

    sources: tuple[str, ...]
    target: str | None
    task: str | None
    test: str | None
    test_size: float


@dataclass(frozen=True, eq=False)
class Trained:
    """A trained model and what is needed to judge it.

    Attributes
    ----------
    fitted : TableFit
        Its `X` are the training rows, or a sample of them.
    y : ndarray
        Their targets.
    X_test, y_test : ndarray
        Encoded test rows and their targets.
    summary : Summary
    """

    fitted: TableFit
    y: Array
    X_test: Array
    y_test: Array
    summary: Summary


def train_whole(question: Question, settings: Mapping[str, Any], ready: Callable[[], None]) -> Trained:
    """Train on a table that is read whole; `ready` is called between reading and training."""
    from separatrix.cli.progress import training_progress
    from separatrix.cli.scorers import check_scorers
    from separatrix.estimators.table_model import fit_in_memory

    (source,) = question.sources
    rows = read_rows(
        source, question.target, question.task, question.test, question.test_size, settings["random_state"]
    )
    ready()
    check_scorers(rows.task, np.unique(rows.y) if rows.task == "classification" else None, settings)
    _announce(settings)
    settings = dict(settings)
    if "class_weight" in settings:
        settings["class_weight"] = class_weight(settings["class_weight"], rows)
    with training_progress() as listeners, _notes() as caught:
        fitted = fit_in_memory(
            rows.features,
            rows.y,
            task=rows.task,
            target_name=rows.target,
            settings=settings,
            listeners=listeners,
        )
    _tell(caught, fitted.stop.message)
    encoder = fitted.model.encoder
    assert encoder is not None
    X_test = encoder.transform(rows.test_features.columns, fitted.X.dtype)
    return Trained(fitted, rows.y, X_test, rows.test_y, summary_of(rows, fitted.model))


def train_streamed(
    question: Question,
    settings: Mapping[str, Any],
    ready: Callable[[], None],
    memory: str,
    checkpoint: Path | None,
    checkpoint_minutes: float,
) -> Trained:
    """Train on a table that is read in pieces, within so much memory."""
    from separatrix.cli.progress import stream_progress
    from separatrix.cli.scorers import check_scorers
    from separatrix.estimators import MLPClassifier, MLPRegressor
    from separatrix.estimators.table_fitting import fit_table, refuse_unstreamable

    if question.test is None and not 0 < question.test_size < 1:
        raise ParameterError(f"test_size must be a number in (0, 1), got {question.test_size:g}.")
    budget = Budget(parse_memory(memory))
    ready()
    refuse_unstreamable(MLPClassifier(**settings).settings())
    with (
        open_stream(list(question.sources), budget.piece) as stream,
        _test_stream(question, budget, stream) as test,
    ):
        target = _target(stream, question.target)
        if test is not None:
            test.require(target)
        task, reason = _wanted_task(question, checkpoint) or infer_task(stream, target)
        check_scorers(task, None, settings)
        if task == "regression" and "class_weight" in settings:
            raise ParameterError("--class-weight needs classes, and the task is regression; leave it out.")
        _compile_apart(settings)
        estimator = (MLPClassifier if task == "classification" else MLPRegressor)(**settings)
        with stream_progress() as (listeners, on_rows), _notes() as caught:
            estimator.set_callbacks(*listeners)
            fit = fit_table(
                estimator,
                stream,
                target,
                memory=budget.memory,
                checkpoint=checkpoint,
                checkpoint_minutes=checkpoint_minutes,
                test_size=question.test_size if test is None else 0.0,
                test=test,
                on_rows=on_rows,
                keep_rows=True,
            )
        _tell(caught, estimator.stop_.message)
    split = f"by a hash of their number, seed {settings['random_state']}"
    if question.test is not None:
        split = f"from {source_name(question.test)}"
    assert fit.test is not None
    assert fit.rows is not None
    model = estimator.to_model()
    facts = model.training or {}
    labels = None if model.classes is None else model.classes.tolist()
    names = source_name(question.sources[0])
    names += f" and {len(stream.names) - 1} more" if len(stream.names) > 1 else ""
    summary = Summary(
        source=names,
        target=target,
        task=task,
        reason=reason,
        n_columns=len(stream.kinds) - 1,
        values=target_words(facts["target"], labels),
        n_train=fit.n_rows,
        n_test=fit.test.n_rows,
        split=split,
    )
    fitted = TableFit(model, fit.rows.X, estimator.stop_)
    decoded = [fit.target.decode(data.T) for data in (fit.rows, fit.test)]
    return Trained(fitted, decoded[0], fit.test.X, decoded[1], summary)


def _target(stream: Stream, wanted: str | None) -> str:
    if wanted is None and TARGET not in stream.kinds:
        raise ParameterError(
            f"--target must name the column to predict, as none is called '{TARGET}'; the columns are: "
            f"{', '.join(stream.kinds)}."
        )
    stream.require(wanted or TARGET)
    if len(stream.kinds) == 1:
        raise DataError(
            f"there is no column but the target '{wanted or TARGET}'; a model needs columns to predict it "
            "from."
        )
    return wanted or TARGET


@contextmanager
def _test_stream(question: Question, budget: Budget, stream: Stream) -> Iterator[Stream | None]:
    """Open the table to judge by, if there is one."""
    if question.test is None:
        yield None
        return
    with open_stream(question.test, budget.piece, _text_columns(stream)) as test:
        yield test


def _wanted_task(question: Question, checkpoint: Path | None) -> tuple[Task, str] | None:
    """Return the task where it need not be told from the target column."""
    if question.task is not None:
        return checked_task(question.task), "as asked"
    if checkpoint is not None and checkpoint.exists():
        is_regression = load_checkpoint(checkpoint).identity.get("estimator") == "MLPRegressor"
        return "regression" if is_regression else "classification", "as in the checkpoint"
    return None


def _text_columns(stream: Stream) -> list[str]:
    return [name for name, kind in stream.kinds.items() if kind == "text"]


def _announce(settings: Mapping[str, Any]) -> bool:
    from separatrix.cli.progress import announce_compilation

    return announce_compilation(settings.get("engine", "auto"), settings["dtype"])


def _compile_apart(settings: Mapping[str, Any]) -> None:
    """Compile the kernels, where they are not, in a process of their own: the compiler takes much memory."""
    if _announce(settings):
        command = [sys.executable, "-m", "separatrix", "warm"]
        ended = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if ended.returncode:
            last_line = (ended.stderr.strip().splitlines() or [f"it ended with code {ended.returncode}"])[-1]
            raise WorkerError(f"the kernels cannot be compiled: {last_line.rstrip('.')}; try --engine numpy.")


@contextmanager
def _notes() -> Iterator[list[warnings.WarningMessage]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield caught


def _tell(caught: list[warnings.WarningMessage], stop: str) -> None:
    """Show warnings as notes, but for what the report says anyway."""
    for message in dict.fromkeys(str(warning.message) for warning in caught):
        if message not in (stop, "Training interrupted by user."):
            note(in_option_names(message))


def class_weight(weights: str | Mapping[str, float], rows: LabelledRows) -> Any:
    """Return the weights by label instead of by its text."""
    if rows.task == "regression":
        raise ParameterError("--class-weight needs classes, and the task is regression; leave it out.")
    if isinstance(weights, str):
        return weights
    labels = {str(label): label for label in np.unique(rows.y).tolist()}
    for name in weights:
        if name not in labels:
            raise ParameterError(
                f"--class-weight must name classes, which are {', '.join(labels)}, got '{name}'."
                + did_you_mean(name, labels)
            )
    return {label: weights.get(name, 1.0) for name, label in labels.items()}
