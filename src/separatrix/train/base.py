"""What training is given and gives back: settings, events for the callbacks, outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from numpy.typing import NDArray

from separatrix import check
from separatrix.errors import ParameterError
from separatrix.network import Schedule
from separatrix.train.history import History
from separatrix.train.recording import Recording
from separatrix.train.stops import Stop

Array = NDArray[Any]
Record = int | Literal["auto"] | Sequence[int] | None


@dataclass(frozen=True)
class LoopSettings:
    """How long to train, at which rate, and what to keep; the plan says the rest.

    Attributes
    ----------
    learning_rate : float
        The rate that the schedule's factors multiply.
    schedule : Schedule
        Goes on from `State.step`; its planned end is the last epoch that this call may reach.
    max_epochs : int
        Epochs of this call, at least 1; earlier ones do not count.
    record : int, "auto", sequence of int or None
        The epochs whose parameters are kept; see `recording_epochs`.
    restore_best : bool
        Whether to end with the parameters of the best epoch by what is watched.
    metrics : mapping of str to callable
        Each takes ``theta`` and returns a number. They are taken after every epoch.
    monitored_metric : str or None
        The metric, higher being better, that the monitor's `tol` and `n_iter_no_change` apply to. The monitor
        itself must then watch "nothing". NaN is the worst value there is.
    pause_at : int or None
        The epoch, counted over the whole training, after which to return as if in the middle: nothing is
        restored, and a call with the same state and the epochs that remain gives the same bits as one call.

    Raises
    ------
    ParameterError
        If a value breaks its rule.

    Examples
    --------
    >>> from separatrix.network.schedules import Constant
    >>> LoopSettings(0.1, Constant(), max_epochs=130, record="auto").max_epochs
    130
    """

    learning_rate: float
    schedule: Schedule
    max_epochs: int
    record: Record = None
    restore_best: bool = False
    metrics: Mapping[str, Callable[[Array], float]] = field(default_factory=dict)
    monitored_metric: str | None = None
    pause_at: int | None = None

    def __post_init__(self) -> None:
        check.number("learning_rate", self.learning_rate, 0.0, open_low=True)
        check.integer("max_epochs", self.max_epochs, 1)
        check.boolean("restore_best", self.restore_best)
        if self.monitored_metric is not None and not self.metrics:
            raise ParameterError(
                f"monitored_metric must be one of metrics, which is empty, got {self.monitored_metric!r}."
            )
        if self.monitored_metric is not None:
            check.choice("monitored_metric", self.monitored_metric, self.metrics)


@dataclass(frozen=True, eq=False)
class TrainingProgress:
    """What a callback is told.

    Attributes
    ----------
    epoch : int
        Epochs taken, those of earlier calls included.
    max_epochs : int
        The last epoch that this call may reach, counted in the same way.
    history : History
        Of this call, so far.
    theta : ndarray of shape (n_parameters,)
        The parameters now: a view, to be copied if kept and never written to.
    seconds : float
        Since the call began.
    """

    epoch: int
    max_epochs: int
    history: History
    theta: Array
    seconds: float


Callback = Callable[[TrainingProgress], bool | None]
"""Called after every chunk of epochs; True asks to stop. With an attribute `every_epoch` that is true on the
callable, it is called after every epoch."""


@dataclass(frozen=True, eq=False)
class TrainingResult:
    """What came out of a training.

    Attributes
    ----------
    theta : ndarray of shape (n_parameters,)
        A copy of what the state ends with.
    history : History
    recording : Recording or None
    stop : Stop
    learning_rate : float
        The rate to go on with: as in the settings, but for what `Adaptive` divided it by.
    """

    theta: Array
    history: History
    recording: Recording | None
    stop: Stop
    learning_rate: float
