"""Store: the finished trials of a search in an SQLite file, from which a killed search continues."""

from __future__ import annotations

import json
import sqlite3
import warnings
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from pickle import PicklingError
from typing import Any, Self

import joblib
import numpy as np
from numpy.typing import NDArray

from separatrix import __version__
from separatrix.engine import get_engine
from separatrix.errors import OutputError, ParameterError
from separatrix.search.experiment import Experiment
from separatrix.search.space import Params
from separatrix.search.trials import TrialResult
from separatrix.select.candidates import LossCurve

Array = NDArray[Any]
Settings = Mapping[str, str]

_APPLICATION_ID = 0x53455054  # "SEPT": SQLite's mark of the program that a file belongs to
_FREE_BYTES = 2**20  # that the disk must have before training begins
_SCHEMA = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS trials (
    candidate INTEGER NOT NULL, -- numbers below 0 are linear baselines
    split INTEGER NOT NULL,
    params TEXT NOT NULL,
    scores TEXT NOT NULL, -- JSON
    train_scores TEXT NOT NULL, -- JSON
    reason TEXT NOT NULL,
    fit_seconds REAL NOT NULL,
    score_seconds REAL NOT NULL,
    training_seconds REAL NOT NULL,
    n_parameters INTEGER NOT NULL,
    n_epochs INTEGER NOT NULL,
    dtype TEXT NOT NULL,
    theta BLOB NOT NULL,
    epochs BLOB NOT NULL, -- int64
    loss BLOB NOT NULL, -- float64
    PRIMARY KEY (candidate, split)
);
"""
_COLUMNS = (
    "candidate, split, params, scores, train_scores, reason, fit_seconds, score_seconds, training_seconds, "
    "n_parameters, n_epochs, dtype, theta, epochs, loss"
)


def settings_of(experiment: Experiment, candidates: Iterable[Params], scoring: Any) -> dict[str, str]:
    """Return digests of everything that two searches must share to use the same store."""
    values = {
        "X": experiment.X,
        "y": experiment.y,
        "estimator": sorted(experiment.estimator.get_params().items(), key=lambda item: item[0]),
        "candidates": [sorted(params.items()) for params in candidates],
        "folds": [experiment.splits, experiment.seeds],
        "scoring": scoring,
        "fit parameters": dict(experiment.fit_params),
        "score parameters": dict(experiment.score_params),
        "return_train_score": experiment.return_train_score,
        "engine": get_engine(experiment.template.engine).name,
        "versions": [__version__, *(version(name) for name in ("numpy", "scipy", "scikit-learn", "numba"))],
    }
    return {name: _digest(name, value) for name, value in values.items()}


def _digest(name: str, value: Any) -> str:
    """Return a text that is the same for an equal value in another process."""
    try:
        return str(joblib.hash(value))
    except (PicklingError, TypeError, AttributeError) as error:
        raise ParameterError(
            "store",
            f"needs parameters that another process can recognise, but {name} cannot be pickled ({error}); "
            "define its functions at the top of a module.",
        ) from error


def count_finished(path: str | Path, n_splits: int) -> int:
    """Return how many candidates a store has on all splits; 0 if it does not exist, or is no store."""
    if not Path(path).is_file():
        return 0
    found = "SELECT candidate FROM trials WHERE candidate >= 0 GROUP BY candidate HAVING COUNT(*) >= ?"
    connection = sqlite3.connect(path)
    try:
        return len(connection.execute(found, (n_splits,)).fetchall())
    except sqlite3.DatabaseError:  # opening it as a store raises an error that says what it is
        return 0
    finally:
        connection.close()


class NoStore:
    """A store that keeps nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Do nothing."""

    def results(self) -> Iterator[TrialResult]:
        """Yield nothing."""
        return iter(())

    def add(self, results: Iterable[tuple[TrialResult, Params]]) -> None:
        """Do nothing."""


class Store:
    """Finished trials in a file.

    Parameters
    ----------
    path : path-like
        Created if it does not exist.
    settings : mapping of str to str
        From `settings_of`.

    Raises
    ------
    ParameterError
        If the file holds another search, or is no store.
    OutputError
        If it cannot be written, or the disk is full.
    """

    def __init__(self, path: str | Path, settings: Settings) -> None:
        self.path = Path(path)
        self._works = True
        try:
            self._connection = sqlite3.connect(self.path)
        except sqlite3.OperationalError as error:
            raise OutputError(
                f"cannot write the store '{self.path}': {error}; choose a folder that can be written to."
            ) from error
        try:
            self._check_application()
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            self._connection.executescript(_SCHEMA)
            self._check_free_space()
            self._check_settings(settings)
        except sqlite3.OperationalError as error:
            self._connection.close()
            raise OutputError(
                f"cannot write the store '{self.path}': {error}; choose a folder that can be written to and "
                "has room."
            ) from error
        except BaseException:
            self._connection.close()
            raise

    def _check_application(self) -> None:
        """Raise if the file is a database of another program, before a table is added to it."""
        try:
            (kind,) = self._connection.execute("PRAGMA application_id").fetchone()
            (n_tables,) = self._connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            raise self._other_file(str(error)) from error
        if n_tables and kind != _APPLICATION_ID:
            raise self._other_file("it has the tables of another program")

    def _other_file(self, reason: str) -> ParameterError:
        return ParameterError(
            "store",
            f"must name the store of a search, or a new file; '{self.path}' is another file ({reason}).",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()

    def results(self) -> Iterator[TrialResult]:
        """Yield the finished trials."""
        for row in self._connection.execute(f"SELECT {_COLUMNS} FROM trials ORDER BY candidate, split"):
            yield _result(row)

    def add(self, results: Iterable[tuple[TrialResult, Params]]) -> None:
        """Write finished trials, except those that failed: the next search tries them again.

        After a write that fails, the search continues without the store.
        """
        if not self._works:
            return
        marks = ", ".join("?" * len(_COLUMNS.split(",")))
        try:
            with self._connection:
                self._connection.executemany(
                    f"INSERT OR REPLACE INTO trials ({_COLUMNS}) VALUES ({marks})",
                    [_row(result, params) for result, params in results if result.exception is None],
                )
        except sqlite3.Error as error:
            self._works = False
            warnings.warn(
                f"The search continues without its store '{self.path}', which cannot be written any more: "
                f"{error}.",
                stacklevel=2,
            )

    def _check_free_space(self) -> None:
        with self._connection:
            self._connection.execute("CREATE TABLE room (bytes BLOB)")
            self._connection.execute("INSERT INTO room VALUES (zeroblob(?))", (_FREE_BYTES,))
        with self._connection:
            self._connection.execute("DROP TABLE room")

    def _check_settings(self, settings: Settings) -> None:
        known = dict(self._connection.execute("SELECT name, value FROM settings"))
        other = [name for name in settings if known and known.get(name) != settings[name]]
        if other:
            raise ParameterError(
                "store",
                f"'{self.path}' holds a search with another {' and another '.join(map(repr, other))}; give "
                "the same to continue it, or name a new file.",
            )
        with self._connection:
            self._connection.executemany("INSERT OR IGNORE INTO settings VALUES (?, ?)", settings.items())


def _row(result: TrialResult, params: Params) -> tuple[Any, ...]:
    assert result.theta is not None
    assert result.curve is not None
    return (
        result.candidate,
        result.split,
        repr(params),
        json.dumps(result.scores),
        json.dumps(result.train_scores),
        result.reason,
        result.fit_seconds,
        result.score_seconds,
        result.training_seconds,
        result.n_parameters,
        result.n_epochs,
        result.theta.dtype.name,
        result.theta.tobytes(),
        result.curve.epochs.tobytes(),
        result.curve.loss.tobytes(),
    )


def _result(row: tuple[Any, ...]) -> TrialResult:
    candidate, split, _, scores, train_scores, *facts, dtype, theta, epochs, loss = row
    reason, fit_seconds, score_seconds, training_seconds, n_parameters, n_epochs = facts
    return TrialResult(
        candidate=candidate,
        split=split,
        scores=json.loads(scores),
        train_scores=json.loads(train_scores),
        reason=reason,
        fit_seconds=fit_seconds,
        score_seconds=score_seconds,
        training_seconds=training_seconds,
        n_parameters=n_parameters,
        n_epochs=n_epochs,
        theta=np.frombuffer(theta, dtype),
        curve=LossCurve(np.frombuffer(epochs, np.int64), np.frombuffer(loss, np.float64)),
    )
