"""What a task carries in place of a value that its worker, or its machine, already has."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any


class Carried(ABC):
    """Stands for a value in the arguments of a task."""

    @abstractmethod
    def get(self) -> Any:
        """Return the value, in a worker."""


class RayReference(Carried):
    """A value in Ray's object store.

    Parameters
    ----------
    value : object
    """

    def __init__(self, value: Any) -> None:
        import ray

        self._reference = ray.put(value)

    def get(self) -> Any:
        """Return the value, in a worker."""
        import ray

        return ray.get(self._reference)
