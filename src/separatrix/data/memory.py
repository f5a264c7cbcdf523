"""Memory limits: how they are written, and how a training on a stream divides one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from separatrix.errors import ParameterError

ALLOWANCE = 430_000_000
"""Bytes for Python, the libraries, their threads and the compiled kernels."""

LEAST = 10_000_000
"""Fewest bytes for rows; with less, most of the time goes into starting to read."""

_UNITS = {"": 1, "B": 1}
_UNITS |= {f"{letter}B": 1000**power for power, letter in enumerate("KMGT", start=1)}
_UNITS |= {f"{letter}IB": 1024**power for power, letter in enumerate("KMGT", start=1)}


def parse_memory(memory: int | str) -> int:
    """Return the number of bytes of a memory limit.

    Parameters
    ----------
    memory : int or str
        Bytes, or text such as ``"512MB"`` (10**6 bytes), ``"1.5 GB"`` and ``"512MiB"`` (2**20 bytes).

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
    """The memory that each step of a training on a stream may take.

    Every number depends on the limit alone, not on the free memory, so that the same limit gives the same
    network everywhere.

    Attributes
    ----------
    memory : int
        Limit of the whole process, in bytes.

    Examples
    --------
    >>> Budget(512_000_000).buffer
    16400000
    """

    memory: int

    def __post_init__(self) -> None:
        """Check that the limit leaves room for rows."""
        self.require(0)

    @property
    def rows(self) -> int:
        """Bytes for everything that holds rows."""
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
        """Bytes of a piece of the table while it is read, and of the rows encoded at once."""
        return self.rows // 10

    def require(self, n_bytes: int, what: str = "") -> None:
        """Raise a `ParameterError` with the smallest limit if `n_bytes` do not fit into a buffer."""
        least = ALLOWANCE + max(LEAST, 5 * n_bytes)
        if self.memory < least:
            raise ParameterError(
                "memory",
                f"must be at least {-(-least // 10**6)}MB{what}, got {self.memory / 10**6:g}MB; raise it.",
            )
