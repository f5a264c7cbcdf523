"""Stops: the reason why a training ended, as a value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from separatrix.engine.base import Monitor

Reason = Literal["converged", "early_stopped", "max_iter", "interrupted", "diverged", "callback", "paused"]


@dataclass(frozen=True)
class Details:
    """What the message of a stop is made of.

    Attributes
    ----------
    monitor : Monitor
    max_epochs : int
    learning_rate : float or None
        That of the last epoch.
    metric : str or None
        The metric that is monitored, if it is not the monitor's quantity.
    last_loss : float or None
        That of a training that made the network worse.
    """

    monitor: Monitor
    max_epochs: int
    learning_rate: float | None = None
    metric: str | None = None
    last_loss: float | None = None


@dataclass(frozen=True)
class Stop:
    """Why training ended.

    Attributes
    ----------
    reason : {"converged", "early_stopped", "max_iter", "interrupted", "diverged", "callback", "paused"}
        `converged`: the training loss stalled, or L-BFGS found a minimum. `early_stopped`: the monitored
        value of the validation rows stalled. `max_iter`: the limit was reached. `interrupted`: Ctrl-C.
        `diverged`: the loss exploded, or ended above that of the initial parameters. `callback`: a callback
        asked for it.
        `paused`: the epoch given in the settings was reached, and another call will continue.
    epoch : int
        The last epoch.
    best_epoch : int or None
        The epoch whose parameters were restored, 0 for the initial ones; None if none were.
    details : Details or str
        What the message is made of, or the message.

    Examples
    --------
    >>> stop = Stop("interrupted", 7, 5, Details(Monitor(), max_epochs=100))
    >>> stop.message
    'Training was interrupted after epoch 7; the parameters of epoch 5 are kept.'
    """

    reason: Reason
    epoch: int
    best_epoch: int | None
    details: Details | str = field(repr=False)

    def __str__(self) -> str:
        return self.message

    @property
    def message(self) -> str:
        """One sentence, with advice if there is any; it is put together here, as a search reads none."""
        if isinstance(self.details, str):
            return self.details
        kept = "" if self.best_epoch is None else f"the parameters of epoch {self.best_epoch} are kept"
        if self.best_epoch == 0:
            kept = "the initial parameters are kept"
        parts = _what(self.reason, self.epoch, self.details), kept, _advice(self, self.details)
        return "; ".join(part for part in parts if part) + "."

    def to_dict(self) -> dict[str, Any]:
        """Return reason, epochs and message, as values that JSON can hold."""
        return {
            "reason": self.reason,
            "epoch": self.epoch,
            "best_epoch": self.best_epoch,
            "message": self.message,
        }


def _what(reason: Reason, epoch: int, details: Details) -> str:
    """Return what happened."""
    monitor, metric, last_loss = details.monitor, details.metric, details.last_loss
    value = metric or {"loss": "training loss"}.get(monitor.quantity, monitor.quantity.replace("_", " "))
    stalled = (
        f"The {value} did not improve by tol={monitor.tol:g} for more than "
        f"n_iter_no_change={monitor.n_iter_no_change:g} epochs in a row"
    )
    rate = "" if details.learning_rate is None else f" at learning rate {details.learning_rate:g}"
    limit = f"Training reached its limit of {details.max_epochs} epochs"
    diverged = f"Training diverged in epoch {epoch}{rate}"
    if last_loss is not None:
        diverged = (
            f"Training diverged{rate}: it ended at a loss of {last_loss:.3g}, no better than at the start"
        )
    return {
        "converged": stalled,
        "early_stopped": stalled,
        "max_iter": f"{limit} before it converged" if _is_monitored(details) else limit,
        "interrupted": f"Training was interrupted after epoch {epoch}",
        "diverged": diverged,
        "callback": f"A callback ended training after epoch {epoch}",
        "paused": f"Training was paused after epoch {epoch}",
    }[reason]


def _advice(stop: Stop, details: Details) -> str:
    """Return what to change, empty if there is nothing."""
    if stop.reason == "diverged":
        rate = details.learning_rate
        lower = "standardise the features"
        lower += f", or divide the learning rate by 10, to {rate / 10:g}" if rate else ""
        return lower if details.last_loss is None else f"{lower}; or choose another init"
    is_earlier = stop.best_epoch not in (None, stop.epoch)  # more epochs would change nothing
    is_short = stop.reason == "max_iter" and _is_monitored(details) and not is_earlier
    return "raise max_iter or the learning rate" if is_short else ""


def _is_monitored(details: Details) -> bool:
    return details.monitor.quantity != "nothing" or details.metric is not None
