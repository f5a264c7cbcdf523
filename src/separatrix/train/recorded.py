"""Recorded model: a saved model with the recording of its training, in a file beside the model file.

The file `NAME.recording.safetensors` has two tensors, `epochs` (n_snapshots,) and `thetas` (n_snapshots,
n_parameters). The header's metadata has one entry, `separatrix_recording`: `format_version` and `model`, the
SHA-256 sum of the parameters of the model to which the recording belongs, as JSON.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, fields
from pathlib import Path

import safetensors.numpy

from separatrix.errors import DataError, ModelFileError
from separatrix.files import atomic_write
from separatrix.io.container import ContainerError, read_container, strict_json
from separatrix.model import Model
from separatrix.train.recording import Recording

FORMAT_VERSION = 1
SUFFIX = ".recording.safetensors"
_KEY = "separatrix_recording"
_CURE = "delete it, and train with record='auto'"


@dataclass(frozen=True, eq=False, repr=False)
class RecordedModel(Model):
    """A model with the recording of its training, from which films and pictures of epochs are drawn.

    Attributes
    ----------
    recording_ : Recording or None
    """

    recording_: Recording | None = None


def recording_path(model_file: str | os.PathLike[str]) -> Path:
    """Return where the recording of a model file is.

    Examples
    --------
    >>> recording_path("circles.safetensors").name
    'circles.recording.safetensors'
    """
    path = Path(model_file)
    return path.with_name(path.stem + SUFFIX)


def save_recording(recording: Recording, model: Model, path: str | os.PathLike[str]) -> None:
    """Write the recording of a model's training. An existing file is replaced as a whole or not at all.

    Parameters
    ----------
    recording : Recording
    model : Model
        The model to which it belongs, as it is saved.
    path : path-like
        See `recording_path`.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    header = json.dumps({"format_version": FORMAT_VERSION, "model": _sum_of(model)})
    tensors = {"epochs": recording.epochs, "thetas": recording.thetas}
    content = safetensors.numpy.save(tensors, {_KEY: header})
    with atomic_write(path) as temporary:
        temporary.write_bytes(content)


def with_recording(model: Model, path: str | os.PathLike[str]) -> RecordedModel:
    """Return a model with the recording of its training, read from a file, of which everything is checked.

    Parameters
    ----------
    model : Model
    path : path-like
        A file that `save_recording` has written.

    Raises
    ------
    DataError
        If the recording is that of another model.
    ModelFileError
        If the file cannot be read, or is damaged, or of another kind.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from separatrix import Network
    >>> model = Model(Network.mlp(1, (), 1), [2.0, 0.5])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = recording_path(Path(folder) / "line.safetensors")
    ...     save_recording(Recording(np.array([0, 5]), np.array([[0.0, 0.0], [2.0, 0.5]])), model, path)
    ...     with_recording(model, path).recording_.epochs
    array([0, 5])
    """
    source = Path(path)
    try:
        file = read_container(source, _KEY)
        header = strict_json(file.metadata[_KEY])
        version, owner = header["format_version"], header["model"]
        if version != FORMAT_VERSION:
            raise ModelFileError(
                f"'{source}' has format {version!r}, which is not known; upgrade separatrix."
            )
        shapes = {name: tensor.shape for name, tensor in file.tensors.items()}
        n = len(shapes.get("epochs", ()))
        n_snapshots = shapes["epochs"][0] if n == 1 else 0
        if owner != _sum_of(model):
            raise DataError(f"'{source}' is the recording of another model; {_CURE}.")
        types = file.tensors["epochs"].dtype, file.tensors["thetas"].dtype
        is_right = shapes == {"epochs": (n_snapshots,), "thetas": (n_snapshots, model.n_parameters)}
        if not (is_right and n_snapshots and types[0] == "I64" and types[1] in ("F32", "F64")):
            raise ModelFileError(f"'{source}' does not hold the parameters of epochs; {_CURE}.")
        recording = Recording(file.array("epochs"), file.array("thetas"))
    except (OSError, ContainerError, KeyError, TypeError, ValueError, RecursionError) as error:
        if isinstance(error, (DataError, ModelFileError)):
            raise
        raise ModelFileError(f"'{source}' is damaged or no recording ({error}); {_CURE}.") from error
    if (recording.epochs < 0).any() or (recording.epochs[1:] <= recording.epochs[:-1]).any():
        raise ModelFileError(f"'{source}' does not hold ascending epochs; {_CURE}.")
    values = {field.name: getattr(model, field.name) for field in fields(Model)}
    return RecordedModel(**values, recording_=recording)


def _sum_of(model: Model) -> str:
    return hashlib.sha256(model.theta.tobytes()).hexdigest()
