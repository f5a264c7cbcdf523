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
_IN_WORDS = {
    "X": "other columns or rows",
    "y": "another target",
    "estimator": "other parameters of the networks",
    "candidates": "other networks to try",
    "scoring": "another score",
    "return_train_score": "another return_train_score",
    "engine": "another engine",
    "versions": "other versions of the libraries",
}
# Of the fields of a `TrialResult`, those that SQLite holds as they are.
_PLAIN = {
    "candidate": "INTEGER",  # below 0: linear baselines
    "split": "INTEGER",
    "reason": "TEXT",
    "fit_seconds": "REAL",
    "score_seconds": "REAL",
    "training_seconds": "REAL",
    "n_parameters": "INTEGER",
    "n_epochs": "INTEGER",
}
_COLUMNS = {
    **_PLAIN,
    "params": "TEXT",  # for people
    "scores": "TEXT",  # JSON, as the next
    "train_scores": "TEXT",
    "dtype": "TEXT",  # of theta
    "theta": "BLOB",
    "epochs": "BLOB",  # int64
    "loss": "BLOB",  # float64
}
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS trials (
    {", ".join(f"{name} {kind} NOT NULL" for name, kind in _COLUMNS.items())},
    PRIMARY KEY (candidate, split)
);
"""
_NAMES = ", ".join(_COLUMNS)
_INSERT = f"INSERT OR REPLACE INTO trials ({_NAMES}) VALUES ({', '.join(f':{name}' for name in _COLUMNS)})"


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
        for row in self._connection.execute(f"SELECT {_NAMES} FROM trials ORDER BY candidate, split"):
            yield _result(dict(zip(_COLUMNS, row, strict=True)))

    def add(self, results: Iterable[tuple[TrialResult, Params]]) -> None:
        """Write finished trials, except those that failed: the next search tries them again.

        After a write that fails, the search continues without the store.
        """
        if not self._works:
            return
        try:
            with self._connection:
                rows = [_row(result, params) for result, params in results if result.exception is None]
                self._connection.executemany(_INSERT, rows)
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
            what = " and ".join(_IN_WORDS.get(name, f"other {name}") for name in other)
            raise ParameterError(
                "store",
                f"'{self.path}' holds a search with {what}; give the same to continue it, or name a new "
                "file.",
            )
        with self._connection:
            self._connection.executemany("INSERT OR IGNORE INTO settings VALUES (?, ?)", settings.items())


def _row(result: TrialResult, params: Params) -> dict[str, Any]:
    assert result.theta is not None
    assert result.curve is not None
    return {name: getattr(result, name) for name in _PLAIN} | {
        "params": repr(params),
        "scores": json.dumps(result.scores),
        "train_scores": json.dumps(result.train_scores),
        "dtype": result.theta.dtype.name,
        "theta": result.theta.tobytes(),
        "epochs": result.curve.epochs.tobytes(),
        "loss": result.curve.loss.tobytes(),
    }


def _result(row: dict[str, Any]) -> TrialResult:
    return TrialResult(
        **{name: row[name] for name in _PLAIN},
        scores=json.loads(row["scores"]),
        train_scores=json.loads(row["train_scores"]),
        theta=np.frombuffer(row["theta"], row["dtype"]),
        curve=LossCurve(np.frombuffer(row["epochs"], np.int64), np.frombuffer(row["loss"], np.float64)),
    )
