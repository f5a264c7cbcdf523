"""Stops: the reason why a training ended, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from separatrix.engine.base import Monitor

Reason = Literal["converged", "early_stopped", "max_iter", "interrupted", "diverged", "callback", "paused"]


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
    message : str
        One sentence, with advice if there is any.
    """

    reason: Reason
    epoch: int
    best_epoch: int | None
    message: str


def describe(
    reason: Reason,
    epoch: int,
    best_epoch: int | None,
    *,
    monitor: Monitor,
    max_epochs: int,
    learning_rate: float | None = None,
    metric: str | None = None,
    last_loss: float | None = None,
) -> Stop:
    """Return the stop with its message.

    `last_loss` is that of a training that made the network worse.

    Examples
    --------
    >>> describe("interrupted", 7, 5, monitor=Monitor(), max_epochs=100).message
    'Training was interrupted after epoch 7; the parameters of epoch 5 are kept.'
    """
    value = metric or {"loss": "training loss"}.get(monitor.quantity, monitor.quantity.replace("_", " "))
    stalled = (
        f"The {value} did not improve by tol={monitor.tol:g} for more than "
        f"n_iter_no_change={monitor.n_iter_no_change:g} epochs in a row"
    )
    rate = "" if learning_rate is None else f" at learning rate {learning_rate:g}"
    has_monitor = monitor.quantity != "nothing" or metric is not None
    limit = f"Training reached its limit of {max_epochs} epochs"
    diverged = f"Training diverged in epoch {epoch}{rate}"
    if last_loss is not None:
        diverged = (
            f"Training diverged{rate}: it ended at a loss of {last_loss:.3g}, no better than at the start"
        )
    what = {
        "converged": stalled,
        "early_stopped": stalled,
        "max_iter": f"{limit} before it converged" if has_monitor else limit,
        "interrupted": f"Training was interrupted after epoch {epoch}",
        "diverged": diverged,
        "callback": f"A callback ended training after epoch {epoch}",
        "paused": f"Training was paused after epoch {epoch}",
    }[reason]
    kept = "" if best_epoch is None else f"the parameters of epoch {best_epoch} are kept"
    if best_epoch == 0:
        kept = "the initial parameters are kept"
    lower = "standardise the features"
    lower += f", or divide the learning rate by 10, to {learning_rate / 10:g}" if learning_rate else ""
    if reason == "diverged":
        advice = lower if last_loss is None else f"{lower}; or choose another init"
    else:
        is_earlier = best_epoch not in (None, epoch)  # more epochs would change nothing
        is_short = reason == "max_iter" and has_monitor and not is_earlier
        advice = "raise max_iter or the learning rate" if is_short else ""
    return Stop(reason, epoch, best_epoch, "; ".join(part for part in (what, kept, advice) if part) + ".")
