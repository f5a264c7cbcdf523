"""One module per peer; each has `CONTENDERS`, a list of ways in which it trains a `Case`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Literal

from cases import Case, Parameters

MODULES = ("ours", "pytorch", "scikit_learn", "jax_scan", "plain_numpy", "c_loop")


@dataclass(frozen=True)
class Trained:
    """What a contender hands back: the seconds of the training itself, and what it ended with."""

    seconds: float
    parameters: Parameters
    compile_seconds: float = 0.0  # spent before, and not part of `seconds`
    losses: Sequence[float] = ()  # running loss of each epoch, where it is the mean over rows


@dataclass(frozen=True)
class Contender:
    """One way of training.

    `length` of a timed call: the whole recipe; "steady", longer where that is short, so that calling costs
    nothing per step; or a part of it, enough for a slow loop of single steps.
    """

    name: str
    dtype: str
    train: Callable[[Case, int], Trained]
    length: Literal["recipe", "steady", "part"] = "part"
    cases: tuple[str, ...] = ()  # all where empty


class Unavailable(Exception):
    """A contender that cannot run here; the message says why."""


def contenders(case: Case) -> tuple[list[Contender], dict[str, str]]:
    """Return who can train the case, and why a peer is missing."""
    found, missing = [], {}
    for name in MODULES:
        try:
            module = import_module(f"contenders.{name}")
        except (ImportError, Unavailable) as error:
            missing[name] = str(error)
            continue
        found += [c for c in module.CONTENDERS if not c.cases or case.name in c.cases]
    return found, missing
