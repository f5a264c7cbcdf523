"""What workers import: scorers that fail in them in every way, and rows that log where they are unpickled."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import get_scorer


class Unlucky(Exception):
    """An error that only this module knows."""


def append(path: Path) -> int:
    """Write the number of this process; return how many numbers there are."""
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{os.getpid()}\n")
    return len(numbers_in(path))


def numbers_in(path: Path) -> list[int]:
    return [int(line) for line in path.read_text(encoding="utf-8").split()]


@dataclass
class Scorer:
    """scikit-learn's log-loss; in workers it first does something else."""

    log: Path
    home: int = field(default_factory=os.getpid)

    def __call__(self, estimator: Any, X: Any, y: Any) -> float:
        if os.getpid() != self.home:
            self.in_worker(append(self.log))
        return get_scorer("neg_log_loss")(estimator, X, y)

    def in_worker(self, count: int) -> None:
        """Do nothing."""


class KillsOnce(Scorer):
    """Kills its worker in the middle of the search."""

    def in_worker(self, count: int) -> None:
        if count >= 10 and not self.killed.exists():
            with suppress(FileExistsError), self.killed.open("x", encoding="utf-8") as file:
                file.write(str(os.getpid()))
                file.flush()
                kill()

    @property
    def killed(self) -> Path:
        """Holds the number of the process that was killed."""
        return self.log.with_suffix(".killed")


class KillsAlways(Scorer):
    def in_worker(self, count: int) -> None:
        kill()


class Raises(Scorer):
    def in_worker(self, count: int) -> None:
        raise Unlucky("of no use")


class Dawdles(Scorer):
    def in_worker(self, count: int) -> None:
        time.sleep(0.02)


def kill() -> None:
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


class CountedRows(np.ndarray):
    """An array that writes the number of each process that unpickles it."""

    log: Path

    def __reduce_ex__(self, protocol: Any) -> Any:
        return unpickle, (np.asarray(self), self.log)


def counted(rows: np.ndarray, log: Path) -> CountedRows:
    found = rows.view(CountedRows)
    found.log = log
    return found


def unpickle(rows: np.ndarray, log: Path) -> CountedRows:
    append(log)
    return counted(rows, log)
