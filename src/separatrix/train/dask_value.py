"""A value that each Dask worker gets once. Needs `distributed`; `separatrix.train.workers` imports it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from distributed import get_worker
from distributed.diagnostics.plugin import WorkerPlugin

from separatrix.train.carried import Carried


class ValuePlugin(WorkerPlugin):  # type: ignore[misc]
    """Holds a value in a worker."""

    def __init__(self, value: Any) -> None:
        self.value = value


class DaskValue(Carried):
    """What a task carries in place of a value: the name of the plugin that holds it in its worker.

    Parameters
    ----------
    name : str
    here : sequence
        The value, if there is no worker: joblib carries out the tasks in this process if one thread is left.
    """

    def __init__(self, name: str, *here: Any) -> None:
        self.name, self._here = name, here

    def __reduce__(self) -> tuple[Any, ...]:
        """Send the name alone."""
        return DaskValue, (self.name,)

    def get(self) -> Any:
        """Return the value, in a worker or in the process that sent it."""
        return self._here[0] if self._here else get_worker().plugins[self.name].value


@contextmanager
def held_by_workers(value: Any, client: Any) -> Iterator[DaskValue]:
    """Send a value to all workers, also to those that join later, and yield what tasks carry in its place.

    A scattered value would be sent again: Dask's active memory manager looks every two seconds which copies
    no waiting task needs, and drops them. What a plugin holds, it leaves alone.
    """
    name = f"separatrix-{uuid.uuid4().hex}"
    client.register_plugin(ValuePlugin(value), name)
    try:
        yield DaskValue(name, value)
    finally:
        with suppress(OSError):  # of a worker that is just being lost; the others have dropped it
            client.unregister_worker_plugin(name)
