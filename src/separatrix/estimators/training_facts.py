"""Facts of a training on a table, as a model keeps them, and the network in the target's own unit."""

from __future__ import annotations

import hashlib
import platform
import re
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix import __version__
from separatrix.network import Network

Array = NDArray[Any]


def rescaled_theta(network: Network, theta: Array, scale: float, shift: float) -> Array:
    """Return the parameters whose output is ``scale * output + shift``."""
    weights, biases = [list(arrays) for arrays in network.split(theta)]
    weights[-1], biases[-1] = weights[-1] * scale, biases[-1] * scale + shift
    return network.join(weights, biases).astype(theta.dtype)


def plain_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings as JSON can hold them; what it cannot is spelt out."""
    return {name: _plain(value) for name, value in settings.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not np.isfinite(value):
        return str(value)
    if isinstance(value, np.ndarray):
        content = value.tobytes() if value.dtype.kind != "O" else repr(value.tolist()).encode()
        digest = hashlib.blake2b(content, digest_size=8).hexdigest()
        return f"array of {value.dtype}, shape {value.shape}, digest {digest}"
    if isinstance(value, bool | int | float | str | None):
        return value
    if hasattr(value, "__qualname__"):
        return f"{value.__module__}.{value.__qualname__}"
    return re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value))


def library_versions() -> dict[str, str]:
    """Return the versions of Separatrix, of Python and of what computes."""
    packages = {name: version(name) for name in ("numpy", "scipy", "scikit-learn")}
    return {"separatrix": __version__, "python": platform.python_version(), **packages}
