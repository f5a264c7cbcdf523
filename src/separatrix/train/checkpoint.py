"""Checkpoints: a training on a stream as a file, from which another process can continue it.

A safetensors file: the arrays of `State` as tensors, everything else as JSON in the header. Nothing in it is
executed.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.random import RandomState
from numpy.typing import NDArray

from separatrix.engine.base import State
from separatrix.errors import ModelFileError, OutputError, ParameterError
from separatrix.files import atomic_write
from separatrix.io.container import read_container, strict_json
from separatrix.train.history import History
from separatrix.train.stream import StreamPosition

Array = NDArray[Any]

FORMAT_VERSION = 1
_KEY = "separatrix-checkpoint"
_ARRAYS = ("theta", "slots", "best_theta", "first_theta", "rows", "powers")
_FIELDS = {"format_version", "identity", "learned", "random_state", "state", "n_rows", "history"}
_SCALARS = ("step", "epoch", "best_epoch", "stale")


@dataclass
class Checkpoint:
    """The contents of a checkpoint file.

    Attributes
    ----------
    identity : dict
        The data and settings of the training, by name.
    learned : dict
        What was computed from the data before the training, such as the encoder.
    state : State
    position : StreamPosition
    """

    identity: dict[str, Any]
    learned: dict[str, Any]
    state: State
    position: StreamPosition


def save_checkpoint(checkpoint: Checkpoint, path: str | os.PathLike[str]) -> None:
    """Write a checkpoint, whole or not at all; raise an `OutputError` if it cannot be written."""
    state, position = checkpoint.state, checkpoint.position
    name, key, index, has_gauss, gauss = state.random_state.get_state(legacy=True)
    header = {
        "format_version": FORMAT_VERSION,
        "identity": checkpoint.identity,
        "learned": checkpoint.learned,
        "random_state": [str(name), int(index), int(has_gauss)],
        "state": {scalar: int(getattr(state, scalar)) for scalar in _SCALARS},
        "n_rows": position.n_rows,
        "history": position.history.to_dict(),
    }
    numbers = [state.best_value, gauss, position.learning_rate, position.loss, position.seconds]
    tensors = {name: np.ascontiguousarray(getattr(state, name)) for name in _ARRAYS}
    tensors |= {"key": np.asarray(key), "numbers": np.array(numbers)}
    # Not save_file: it writes to a file of its own first, which a killed process leaves.
    content = safetensors.numpy.save(tensors, {_KEY: json.dumps(header)})
    with atomic_write(path, is_repeated=True) as temporary:
        temporary.write_bytes(content)


def load_checkpoint(path: str | os.PathLike[str]) -> Checkpoint:
    """Read a checkpoint; raise a `ModelFileError` if the file is not one."""
    try:
        file = read_container(Path(path), _KEY)
        header = strict_json(file.metadata[_KEY])
        if header["format_version"] != FORMAT_VERSION:
            raise ModelFileError(
                f"'{path}' is a checkpoint of format {header['format_version']}, and this version reads "
                f"{FORMAT_VERSION}; continue with the version that wrote it, or name another file."
            )
        if file.tensors.keys() != {*_ARRAYS, "key", "numbers"} or header.keys() != _FIELDS:
            raise ValueError("it has other entries than a checkpoint")
        return _checkpoint(header, {name: file.array(name) for name in file.tensors})
    except (OSError, KeyError, TypeError, AttributeError, OverflowError, RecursionError, ValueError) as error:
        if isinstance(error, ModelFileError):
            raise
        raise ModelFileError(
            f"'{path}' is not a checkpoint of Separatrix, or it is damaged; name another file."
        ) from error


def _checkpoint(header: dict[str, Any], tensors: dict[str, Any]) -> Checkpoint:
    best_value, gauss, rate, loss, seconds = tensors["numbers"].tolist()
    name, index, has_gauss = header["random_state"]
    _check_state(tensors, index)
    random_state = RandomState()
    random_state.set_state((name, tensors["key"], index, has_gauss, gauss))
    scalars = {scalar: int(header["state"][scalar]) for scalar in _SCALARS}
    values: dict[str, Any] = {name: tensors[name] for name in _ARRAYS} | scalars
    state = State(random_state=random_state, best_value=best_value, **values)
    history = History.from_dict(header["history"])
    position = StreamPosition(rate, int(header["n_rows"]), loss, seconds, history)
    return Checkpoint(header["identity"], header["learned"], state, position)


def _check_state(tensors: Mapping[str, Array], index: Any) -> None:
    """Raise a `ValueError` unless an engine can take the arrays: compiled code would not notice."""
    theta, rows = tensors["theta"], tensors["rows"]
    shapes = {"slots": (len(tensors["slots"]), theta.size), "powers": (2,), "key": (624,)}
    shapes |= dict.fromkeys(("theta", "best_theta", "first_theta"), (theta.size,))
    kinds = dict.fromkeys(("theta", "best_theta", "first_theta", "slots"), theta.dtype)
    if any(tensors[name].shape != shape for name, shape in shapes.items()):
        raise ValueError("its arrays have other shapes")
    if theta.dtype.kind != "f" or any(tensors[name].dtype != kind for name, kind in kinds.items()):
        raise ValueError("its arrays have other types")
    is_order = rows.dtype == np.int32 and (not rows.size or (rows.min() >= 0 and rows.max() < rows.size))
    if not is_order or type(index) is not int or not 0 <= index <= 624:
        raise ValueError("its order of rows is none")


def find_checkpoint(path: Path, identity: Mapping[str, Any]) -> Checkpoint | None:
    """Return the checkpoint to continue from, or None; a `ParameterError` if it is of another training."""
    if not path.exists():
        return None
    checkpoint = load_checkpoint(path)
    same_training(checkpoint, identity, path)
    return checkpoint


def same_training(checkpoint: Checkpoint, identity: Mapping[str, Any], path: str | os.PathLike[str]) -> None:
    """Raise a `ParameterError` that names the first difference between a checkpoint and this training."""
    plain = json.loads(json.dumps(identity))
    for name in dict.fromkeys([*plain, *checkpoint.identity]):
        here, there = plain.get(name), checkpoint.identity.get(name)
        if here != there and name == "source":
            raise ParameterError(
                "checkpoint",
                f"must be of this training, and '{path}' is of another table: files of another size, time or "
                "content; delete the file, or name another.",
            )
        if here != there:
            raise ParameterError(
                "checkpoint",
                f"must be of this training, and '{path}' is of one with {name}={there!r} instead of "
                f"{here!r}; delete the file, name another, or change {name} back.",
            )


class CheckpointWriter:
    """Writes a checkpoint before the training, then at intervals of some minutes.

    A checkpoint that cannot be written is an error before the training, and a warning during it, so that no
    training is lost.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        minutes: float,
        identity: dict[str, Any],
        learned: dict[str, Any],
        state: State,
    ) -> None:
        self._path, self._seconds = Path(path), 60.0 * minutes
        self._identity, self._learned, self._state = identity, learned, state
        self._written: float | None = None

    def __call__(self, position: StreamPosition, is_last: bool) -> None:
        """Write a checkpoint if it is time, or if it is the last."""
        now = monotonic()
        if self._written is not None and now - self._written < self._seconds and not is_last:
            return
        try:
            save_checkpoint(Checkpoint(self._identity, self._learned, self._state, position), self._path)
        except OutputError as error:
            if self._written is None:
                raise
            warnings.warn(f"the checkpoint was not written, and training continues: {error}", stacklevel=2)
        self._written = monotonic()
