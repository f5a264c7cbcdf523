"""Parameter views: the layers of a network as arrays that share its memory."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]


class ParameterViews(list[Array]):
    """Views of ``theta_``, one for each layer; assigning an item writes into ``theta_``."""

    def __setitem__(self, index: Any, value: Any) -> None:
        """Write a layer's values, of its own shape."""
        self[index][...] = value
