"""Training metadata: what a model file says about its training on a table."""

from __future__ import annotations

import hashlib
import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np

from separatrix import __version__


@dataclass(frozen=True)
class TrainingMetadata:
    """What a model says about its training on a table, as values that JSON can hold.

    Attributes
    ----------
    task : str
        ``"classification"`` or ``"regression"``.
    n_rows : int
        Training rows.
    target : dict
        Statistics of the target in the training rows.
    target_scaling : dict or None
        Mean and scale by which the target was standardised.
    settings : dict
        The parameters of the estimator.
    seconds : float
        Duration of the training, with reading and encoding the table.
    versions : dict
        Versions of Separatrix, Python and the numerical libraries.
    """

    task: str
    n_rows: int
    target: Mapping[str, Any]
    target_scaling: Mapping[str, float] | None
    settings: Mapping[str, Any]
    seconds: float
    versions: Mapping[str, str]


def plain_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters as values that JSON can hold; others become text."""
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
    """Return the versions of Separatrix, Python and the numerical libraries."""
    packages = {name: version(name) for name in ("numpy", "scipy", "scikit-learn")}
    return {"separatrix": __version__, "python": platform.python_version(), **packages}
