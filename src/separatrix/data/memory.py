"""Memory: a bound on what a process may use, read from words and parted among those that need some."""

from __future__ import annotations

import re
from dataclasses import dataclass

from separatrix.errors import ParameterError

ALLOWANCE = 400_000_000
"""Bytes for Python, the libraries, their threads and the compiled kernels, before any row is read."""

LEAST = 20_000_000
"""Bytes for the rows, below which reading them is nothing but beginning anew."""

_UNITS = {"": 1, "B": 1}
_UNITS |= {f"{letter}B": 1000**power for power, letter in enumerate("KMGT", start=1)}
_UNITS |= {f"{letter}IB": 1024**power for power, letter in enumerate("KMGT", start=1)}


def parse_memory(memory: int | str) -> int:
    """Return a number of bytes.

    Parameters
    ----------
    memory : int or str
        Bytes, or words such as ``"512MB"`` (10**6 bytes), ``"1.5 GB"`` and ``"512MiB"`` (2**20 bytes).

    Raises
    ------
    ParameterError
        If it is neither.

    Examples
    --------
    >>> parse_memory("512MB"), parse_memory("1.5 GiB")
    (512000000, 1610612736)
    """
    if isinstance(memory, int) and not isinstance(memory, bool) and memory > 0:
        return memory
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*", memory) if isinstance(memory, str) else None
    if match is None or match[2].upper() not in _UNITS or float(match[1]) == 0:
        raise ParameterError("memory", f"must be a size such as '512MB', '2GB' or '1.5GiB', got {memory!r}.")
    return round(float(match[1]) * _UNITS[match[2].upper()])


@dataclass(frozen=True)
class Budget:
    """What each part of a training on a stream may use of a process' memory.

    Everything is a share of the bound alone, not of what happens to be free, so that the same bound gives the
    same network everywhere.

    Attributes
    ----------
    memory : int
        The bound on the whole process, bytes.

    Examples
    --------
    >>> Budget(512_000_000).buffer
    22400000
    """

    memory: int

    def __post_init__(self) -> None:
        """Refuse a bound that the libraries alone would break."""
        self.require(0)

    @property
    def rows(self) -> int:
        """Bytes for all that holds rows."""
        return self.memory - ALLOWANCE

    @property
    def buffer(self) -> int:
        """Bytes of each of the two shuffle buffers: one is trained on while the other is filled."""
        return self.rows // 5

    @property
    def held_out(self) -> int:
        """Bytes of the validation rows, and of the test rows."""
        return self.rows // 10

    @property
    def sample(self) -> int:
        """Bytes of a sample of the rows."""
        return self.rows // 20

    @property
    def piece(self) -> int:
        """Bytes of the piece of a table that is being read, and of as much of it as is encoded at once."""
        return self.rows // 10

    def require(self, n_bytes: int, what: str = "") -> None:
        """Raise a `ParameterError` with the least bound if `n_bytes` do not fit into a buffer."""
        least = ALLOWANCE + max(LEAST, 5 * n_bytes)
        if self.memory < least:
            raise ParameterError(
                "memory",
                f"must be at least {-(-least // 10**6)}MB{what}, got {self.memory / 10**6:g}MB; raise it.",
            )
