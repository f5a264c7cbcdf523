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
    """The name of the plugin that holds a value in every worker."""

    def __init__(self, name: str) -> None:
        self.name = name

    def get(self) -> Any:
        """Return the value, in a worker."""
        return get_worker().plugins[self.name].value


@contextmanager
def held_by_workers(value: Any, client: Any) -> Iterator[Any]:
    """Send a value to all workers, also to those that join later, and yield what tasks carry in its place.

    A scattered value would be sent again: Dask's active memory manager looks every two seconds which copies
    no waiting task needs, and drops them. It leaves alone what a plugin holds. Tasks depend on a scattered
    name: Dask ends those whose workers are all lost, instead of waiting for others without an end.
    """
    name = f"separatrix-{uuid.uuid4().hex}"
    client.register_plugin(ValuePlugin(value), name)
    try:
        future = client.scatter(DaskValue(name), broadcast=True, hash=False)
        try:
            yield future
        finally:
            future.release()
    finally:
        with suppress(OSError):  # of a worker that is just being lost; the others have dropped it
            client.unregister_worker_plugin(name)
