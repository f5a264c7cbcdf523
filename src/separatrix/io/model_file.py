"""The model file: a `.safetensors` file with the tensors by name and everything else as JSON in its header.

The tensors are `layers.0.weight` (n_in, n_out), `layers.0.bias` (n_out,), `layers.1.weight` and so on. The
header's metadata has one entry, `separatrix`: `format_version` and the result of `Model.to_dict`, as JSON.
Tensors of an ensemble are `models.0.layers.0.weight` and so on, and its entry has `kind` `"ensemble"` and the
result of `Ensemble.to_dict`. A network with an embedding has the tensor `embedding.frequencies` (n_columns,
n_frequencies), and its file `format_version` 3 and a `kind`, `"model"` or `"ensemble"`. Nothing in a file is
ever executed.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from reprlib import repr as shortened
from typing import Any, Protocol, TypeVar

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError

from separatrix.ensemble import AnyModel, Ensemble
from separatrix.errors import ModelFileError, OutputError, ParameterError, SeparatrixError
from separatrix.files import atomic_write
from separatrix.io.container import Container, ContainerError, read_container, strict_json
from separatrix.model import Model
from separatrix.network import Network

Array = NDArray[Any]
T = TypeVar("T")

FORMAT_VERSION = 3  # of a file with an embedding
ENSEMBLE_VERSION = 2
SINGLE_VERSION = 1  # of a file with one model, which versions without ensembles read, too
ENSEMBLE, SINGLE = "ensemble", "model"
SUFFIX = ".safetensors"
MAX_REASON = 500  # characters of a sentence on what is wrong with a file
_KEY = "separatrix"
_CURE = "use a file that separatrix.save has written"


class HasModel(Protocol):
    """Anything that can be turned into a model, such as a fitted estimator."""

    def to_model(self) -> AnyModel:
        """Return the model."""
        ...


def save(model: AnyModel | HasModel, path: str | os.PathLike[str]) -> None:
    """Write a model file. An existing file is replaced as a whole or, if anything fails, not at all.

    Parameters
    ----------
    model : Model or Ensemble, or anything with `to_model`
        Such as a fitted estimator, or a pipeline that ends in one: see `separatrix.to_model`. The same model
        always gives the same bytes.
    path : path-like
        Must end in `.safetensors`.

    Raises
    ------
    OutputError
        If the name has another ending or the file cannot be written.
    ParameterError
        If `model` is not a model.

    Examples
    --------
    >>> import tempfile
    >>> model = Model(Network.mlp(2, (), 1, head="binary"), [4.0, 0.0, -2.0], classes=["no", "yes"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(model, Path(folder) / "model.safetensors")
    ...     load(Path(folder) / "model.safetensors") == model
    True
    """
    target = Path(path)
    if target.suffix.lower() != SUFFIX:
        better = target.with_suffix(SUFFIX) if target.name else f"model{SUFFIX}"
        raise OutputError(f"cannot write '{target}': a model file ends in {SUFFIX}; name it '{better}'.")
    if not isinstance(model, Model | Ensemble):
        steps = getattr(model, "steps", None)
        if steps and hasattr(steps[-1][1], "model_of_pipeline"):
            return save(steps[-1][1].model_of_pipeline(model), path)
        if not hasattr(model, "to_model"):
            raise ParameterError(
                "model",
                f"must be a Model or a fitted estimator, got {type(model).__name__}; "
                "train one of separatrix, or a pipeline that ends in one.",
            )
        model = model.to_model()
    header = json.dumps({**_format_of(model), **model.to_dict()})
    try:
        content = safetensors.numpy.save(_tensors(model), {_KEY: header})
    except SafetensorError as error:  # the format allows a header of 100 MB
        raise OutputError(f"cannot write '{target}': {error}; shorten the history in training.") from error
    with atomic_write(target) as temporary:
        temporary.write_bytes(content)


def load(path: str | os.PathLike[str]) -> AnyModel:
    """Read a model file. All of it is checked: a file from a stranger can fail, but not execute code.

    Parameters
    ----------
    path : path-like
        A file that `save` has written.

    Returns
    -------
    Model or Ensemble
        Equal to the one that was saved, to the last bit.

    Raises
    ------
    ModelFileError
        If there is no such file, or it is damaged, of another kind, or of a newer format.

    Examples
    --------
    >>> load("no-such-model.safetensors")
    Traceback (most recent call last):
    ...
    separatrix.errors.ModelFileError: cannot read 'no-such-model.safetensors': there is no such file; \
check its name.
    """
    source = Path(path)
    if not source.is_file():
        reason = (
            "it is not a file; give the path of a model file"
            if source.exists()
            else "there is no such file; check its name"
        )
        raise ModelFileError(f"cannot read '{source}': {reason}.")
    try:
        return _model(read_container(source, _KEY))
    except OSError as error:
        raise ModelFileError(f"cannot read '{source}': {error.strerror or error}; check the file.") from error
    except ContainerError as error:
        raise ModelFileError(
            f"'{source}' is damaged or not a safetensors file ({error}); {_CURE}."
        ) from error
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        reason = str(error) if isinstance(error, SeparatrixError) else f"{error!r}; {_CURE}."
        if len(reason) > MAX_REASON:  # a stranger's long text
            reason = f"{reason[:MAX_REASON]}…; {_CURE}."
        raise ModelFileError(f"'{source}' cannot be used as a model: {reason}") from error


def _model(file: Container) -> AnyModel:
    """Return the model in a file; everything is checked before tensors are read."""
    values = _header(file.metadata)
    networks = _networks(values, n_tensors=len(file.tensors))
    _check_tensors(networks, file)
    thetas = [_theta(network, prefix, file) for prefix, network in networks.items()]
    is_ensemble = _kind(values) == ENSEMBLE
    model = Ensemble.from_dict(values, thetas) if is_ensemble else Model.from_dict(values, thetas[0])
    _check_fields(values, {**_format_of(model), **model.to_dict()})
    return model


def _check_fields(found: Any, known: Any, at: str = "") -> None:
    """Raise an error for a field that the model, described again, does not have."""
    if isinstance(found, dict) and isinstance(known, dict):
        for name, value in found.items():
            if name not in known:
                raise ModelFileError(
                    f"the field '{shortened(at + name)[1:-1]}' is not known; {_CURE}, or upgrade separatrix."
                )
            if name != "training":  # metadata, which may hold anything
                _check_fields(value, known[name], f"{at}{name}.")
    elif isinstance(found, list) and isinstance(known, list | tuple):
        for value, again in zip(found, known, strict=False):
            _check_fields(value, again, at)
    elif isinstance(found, dict | list) and known is not None:
        raise ModelFileError(f"the field '{shortened(at)[1:-2]}' has another form; {_CURE}.")


def _format_of(model: AnyModel) -> dict[str, Any]:
    models = [model] if isinstance(model, Model) else model.models
    if any(one.network.embedding is not None for one in models):
        kind = SINGLE if isinstance(model, Model) else ENSEMBLE
        return {"format_version": FORMAT_VERSION, "kind": kind}
    if isinstance(model, Model):
        return {"format_version": SINGLE_VERSION}
    return {"format_version": ENSEMBLE_VERSION, "kind": ENSEMBLE}


def _prefixed(models: Iterable[T]) -> Iterator[tuple[str, T]]:
    """Yield each model of an ensemble with the prefix of its tensors' names."""
    for number, model in enumerate(models):
        yield f"models.{number}.", model


def _tensor_names(network: Network, prefix: str) -> Iterator[tuple[str, str | None]]:
    """Yield the names of each layer's weight and bias, None if it has no bias."""
    for number, layer in enumerate(network.layers):
        name = f"{prefix}layers.{number}"
        yield f"{name}.weight", f"{name}.bias" if layer.use_bias else None


def _of_embedding(network: Network, prefix: str) -> list[str]:
    """Return the name of the embedding's tensor, if there is one."""
    return [] if network.embedding is None else [f"{prefix}embedding.frequencies"]


def _tensors(model: AnyModel) -> dict[str, Array]:
    models = {"": model} if isinstance(model, Model) else dict(_prefixed(model.models))
    tensors = {}
    for prefix, one in models.items():
        names = _tensor_names(one.network, prefix)
        for (weight, bias), w, b in zip(names, one.coefs, one.intercepts, strict=True):
            tensors[weight] = w
            if bias is not None:
                tensors[bias] = b
        for name in _of_embedding(one.network, prefix):
            tensors[name] = one.theta[one.network.frequencies].reshape(len(one.network.embedded), -1)
    return tensors


def _header(metadata: Mapping[str, str]) -> dict[str, Any]:
    if _KEY not in metadata:
        raise ModelFileError(f"it is a safetensors file, but not by Separatrix; {_CURE}.")
    values = strict_json(metadata[_KEY])
    version = values["format_version"]
    if type(version) is not int or version < 1:
        raise ModelFileError(f"its format_version is {version!r}; {_CURE}.")
    if version > FORMAT_VERSION:
        raise ModelFileError(
            f"it was written by a newer Separatrix (format {version}), and this version reads up to "
            f"{FORMAT_VERSION}; upgrade separatrix."
        )
    known = {1: (SINGLE,), 2: (ENSEMBLE,), 3: (SINGLE, ENSEMBLE)}[version]
    if _kind(values) not in known:
        expected = " or ".join(f"'{name}'" for name in known)
        raise ModelFileError(f"its kind is {shortened(values['kind'])}, not {expected}; {_CURE}.")
    return dict(values)


def _kind(values: Mapping[str, Any]) -> Any:
    return SINGLE if values["format_version"] == SINGLE_VERSION else values["kind"]


def _networks(values: Mapping[str, Any], n_tensors: int) -> dict[str, Network]:
    """Return the networks in a file, by the prefix of their tensors' names."""
    entries = {"": values} if _kind(values) == SINGLE else dict(_prefixed(values["models"]))
    n_layers = sum(len(entry["network"]["layers"]) for entry in entries.values())
    if n_layers > max(n_tensors, 100):  # of a few layers, the missing tensor is named below
        raise ModelFileError(f"it describes {n_layers} layers, and has {n_tensors} tensors; {_CURE}.")
    return {prefix: Network.from_dict(entry["network"]) for prefix, entry in entries.items()}


def _check_tensors(networks: Mapping[str, Network], file: Container) -> None:
    """Check the names and the shapes of all tensors."""
    expected = {
        name
        for prefix, network in networks.items()
        for names in (*_tensor_names(network, prefix), _of_embedding(network, prefix))
        for name in names
        if name is not None
    }
    found = set(file.tensors)
    if expected != found:
        first = sorted(expected ^ found)[0]
        state = "missing" if first in expected else "unexpected"
        raise ModelFileError(f"the tensor '{first}' is {state}; {_CURE}.")


def _theta(network: Network, prefix: str, file: Container) -> Array:
    """Return the parameters from a file's tensors, whose types are checked before they are read."""
    names = list(_tensor_names(network, prefix))
    of_embedding = _of_embedding(network, prefix)
    present = [name for group in (*names, of_embedding) for name in group if name is not None]
    dtypes = sorted({file.tensors[name].dtype for name in present})
    if dtypes not in (["F32"], ["F64"]):
        raise ModelFileError(f"its tensors must all be F32 or all F64, got {', '.join(dtypes)}; {_CURE}.")
    network.check_shapes(
        [file.tensors[weight].shape for weight, _ in names],
        [0 if bias is None else math.prod(file.tensors[bias].shape) for _, bias in names],
        sum(math.prod(file.tensors[name].shape) for name in of_embedding),
    )
    for name in of_embedding:
        assert network.embedding is not None
        shape = (len(network.embedded), network.embedding.n_frequencies)
        if tuple(file.tensors[name].shape) != shape:
            found = tuple(file.tensors[name].shape)
            raise ModelFileError(f"the tensor '{name}' must have the shape {shape}, got {found}; {_CURE}.")
    weights = [file.array(weight) for weight, _ in names]
    none = np.empty(0, weights[0].dtype)
    biases = [none if bias is None else file.array(bias) for _, bias in names]
    frequencies = [file.array(name) for name in of_embedding]
    return network.join(weights, biases, frequencies[0] if frequencies else None)
