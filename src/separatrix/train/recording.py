"""Recording: the parameters after chosen epochs, from which films and pictures are made."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from separatrix import check
from separatrix.errors import ParameterError

Array = NDArray[Any]

AUTO_SNAPSHOTS = 200


@dataclass(frozen=True, eq=False)
class Recording:
    """Snapshots of ``theta``.

    Attributes
    ----------
    epochs : int64 ndarray of shape (n_snapshots,)
        Ascending. The first is the epoch that training started from: 0, the untrained network, unless it
        continued an earlier call.
    thetas : ndarray of shape (n_snapshots, n_parameters)
        The parameters after each of these epochs.
    """

    epochs: Array
    thetas: Array


def recording_epochs(record: int | Literal["auto"] | Sequence[int] | None, max_epochs: int) -> Array:
    """Return the epochs to record, without epoch 0, which is in every recording.

    Parameters
    ----------
    record : int, "auto", sequence of int or None
        An int: every `record` epochs and the last. "auto": at most 200 epochs, denser at the beginning. A
        sequence: these epochs. None: no epoch.
    max_epochs : int
        The last epoch. A recording by int or "auto" that ends sooner includes its last epoch, too.

    Returns
    -------
    int64 ndarray
        Ascending, without repetition.

    Raises
    ------
    ParameterError
        If `record` is another value, or names an epoch that is not in [0, max_epochs].

    Examples
    --------
    >>> recording_epochs(40, 100)
    array([ 40,  80, 100])
    >>> recording_epochs("auto", 5000)[[0, 1, 2, -2, -1]]
    array([   1,    2,    3, 4950, 5000])
    """
    if record is None:
        return np.empty(0, np.int64)
    if isinstance(record, str):
        check.choice("record", record, ("auto",))
        # Every epoch at first, then a parabola; a higher power if even that would miss the first epochs.
        numbers = np.arange(1, min(max_epochs, AUTO_SNAPSHOTS) + 1)
        power = max(2.0, math.log(max_epochs) / math.log(AUTO_SNAPSHOTS))
        curve = np.rint(max_epochs * (numbers / numbers[-1]) ** power)
        return np.unique(np.maximum(numbers, curve)).astype(np.int64)
    if isinstance(record, Sequence | np.ndarray):
        for epoch in record:
            check.integer("record", epoch, 0)
        epochs = np.unique(np.array(record, dtype=np.int64))
        if epochs.size and epochs[-1] > max_epochs:
            raise ParameterError("record", f"must hold epochs in [0, {max_epochs}], got {epochs[-1]}.")
        return epochs[epochs > 0]
    check.integer("record", record, 1)
    return np.union1d(np.arange(record, max_epochs + 1, record), max_epochs).astype(np.int64)


class Recorder:
    """Gathers the snapshots of one training that starts from `theta` at epoch `start`."""

    def __init__(
        self,
        record: int | Literal["auto"] | Sequence[int] | None,
        max_epochs: int,
        start: int,
        theta: Array,
    ) -> None:
        self._record = record
        self._planned = start + recording_epochs(record, max_epochs)
        self._epochs: list[Array] = [np.array([start])]
        self._thetas: list[Array] = [theta[np.newaxis].copy()]

    def due(self, first: int, last: int) -> Array:
        """Return the epochs to record from `first` to `last`."""
        return self._planned[(first <= self._planned) & (self._planned <= last)]

    def add(self, epochs: Array, thetas: Array) -> None:
        """Keep snapshots; if training halted before some of the epochs, `thetas` has fewer rows."""
        self._epochs.append(epochs[: len(thetas)])
        self._thetas.append(thetas)

    def add_last(self, epoch: int, theta: Array) -> None:
        """Keep the last epoch, unless the recording is a list of epochs."""
        if isinstance(self._record, str | Integral) and self._last() != epoch:
            self.add(np.array([epoch]), theta[np.newaxis].copy())

    def recording(self) -> Recording | None:
        """Return the recording; None if none was asked for."""
        if self._record is None:
            return None
        return Recording(np.concatenate(self._epochs).astype(np.int64), np.concatenate(self._thetas))

    def _last(self) -> int:
        return max(int(epochs[-1]) for epochs in self._epochs if len(epochs))
