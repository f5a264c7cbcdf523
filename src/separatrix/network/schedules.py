"""Schedules: the learning rate of every step, as an array that is computed before a kernel runs."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, ClassVar, get_args

import numpy as np
from numpy.typing import NDArray

from separatrix import check
from separatrix.network.named import Named

Array = NDArray[Any]


@dataclass(frozen=True)
class TrainingLength:
    """The planned length of a training, which the rates depend on.

    Attributes
    ----------
    steps_per_epoch, n_epochs, n_rows : int
        Batches of an epoch, planned epochs, training rows.
    """

    steps_per_epoch: int
    n_epochs: int
    n_rows: int

    @property
    def n_steps(self) -> int:
        """Planned steps."""
        return self.steps_per_epoch * self.n_epochs


@dataclass(frozen=True)
class Constant(Named):
    """The initial rate throughout."""

    name: ClassVar[str] = "constant"

    def factors(self, steps: Array, length: TrainingLength) -> Array:
        """Return the factor on the initial rate at each of `steps` (0, 1, …)."""
        return np.ones(len(steps))


@dataclass(frozen=True)
class Adaptive(Constant):
    """The initial rate, divided by 5 whenever training stalls, down to 1e-6 (scikit-learn's rule).

    Stalls are known only during training: `separatrix.train` divides the rate.
    """

    name: ClassVar[str] = "adaptive"


@dataclass(frozen=True)
class InvScaling(Named):
    """``rate / (rows seen + 1) ** power_t``, updated after each epoch as in scikit-learn."""

    power_t: float = 0.5
    name: ClassVar[str] = "invscaling"

    def __post_init__(self) -> None:
        check.number("power_t", self.power_t, 0.0)

    def factors(self, steps: Array, length: TrainingLength) -> Array:
        """Return the factor on the initial rate at each of `steps` (0, 1, …)."""
        rows_seen = steps // length.steps_per_epoch * length.n_rows
        return np.where(rows_seen > 0, (rows_seen + 1.0) ** -self.power_t, 1.0)


@dataclass(frozen=True)
class StepDecay(Named):
    """Multiply the rate by `gamma` every `step_size` epochs (``torch.optim.lr_scheduler.StepLR``)."""

    step_size: int = 100
    gamma: float = 0.1
    name: ClassVar[str] = "step"

    def __post_init__(self) -> None:
        check.integer("step_size", self.step_size, 1)
        check.number("gamma", self.gamma, 0.0, open_low=True)

    def factors(self, steps: Array, length: TrainingLength) -> Array:
        """Return the factor on the initial rate at each of `steps` (0, 1, …)."""
        return self.gamma ** (steps // length.steps_per_epoch // self.step_size).astype(float)


@dataclass(frozen=True)
class Cosine(Named):
    """Half a cosine from the initial rate to `final` times it (Loshchilov & Hutter 2017, eq. 5)."""

    final: float = 0.0
    name: ClassVar[str] = "cosine"

    def __post_init__(self) -> None:
        check.number("final", self.final, 0.0, 1.0)

    def factors(self, steps: Array, length: TrainingLength) -> Array:
        """Return the factor on the initial rate at each of `steps` (0, 1, …)."""
        return _half_cosine(1.0, self.final, np.minimum(steps / length.n_steps, 1.0))


@dataclass(frozen=True)
class OneCycle(Named):
    """Rise from 1/25 of the rate to the rate, then fall to 1/250000 of it (Smith & Topin 2018).

    The form and defaults of ``torch.optim.lr_scheduler.OneCycleLR``; the initial rate is its `max_lr`.
    """

    pct_start: float = 0.3
    name: ClassVar[str] = "one_cycle"

    def __post_init__(self) -> None:
        check.number("pct_start", self.pct_start, 0.0, 1.0, open_low=True)

    def factors(self, steps: Array, length: TrainingLength) -> Array:
        """Return the factor on the initial rate at each of `steps` (0, 1, …)."""
        last = max(length.n_steps - 1, 1)
        peak = max(self.pct_start * length.n_steps - 1, 0.0)
        up = np.clip(steps / max(peak, 1e-9), 0.0, 1.0)
        down = np.clip((steps - peak) / max(last - peak, 1e-9), 0.0, 1.0)
        low = 1.0 / 25.0
        return np.where(steps < peak, _half_cosine(low, 1.0, up), _half_cosine(1.0, low / 1e4, down))


@dataclass(frozen=True)
class WarmUp(Named):
    """Rise linearly over the first `steps` steps, then follow another schedule."""

    steps: int = 100
    then: Constant | InvScaling | StepDecay | Cosine = field(default_factory=Constant)
    name: ClassVar[str] = "warmup"

    def __post_init__(self) -> None:
        check.integer("steps", self.steps, 1)

    def factors(self, steps: Array, length: TrainingLength) -> Array:
        """Return the factor on the initial rate at each of `steps` (0, 1, …)."""
        return np.minimum((steps + 1.0) / self.steps, 1.0) * self.then.factors(steps, length)


def _half_cosine(start: float, end: float, fraction: Array) -> Array:
    return end + (start - end) * (1.0 + np.cos(math.pi * fraction)) / 2.0


Schedule = Constant | Adaptive | InvScaling | StepDecay | Cosine | OneCycle | WarmUp
SCHEDULES: dict[str, type[Schedule]] = {kind.name: kind for kind in get_args(Schedule)}
