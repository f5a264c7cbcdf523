"""Grid: several axes in one figure, whose size grows with that of its texts."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from numpy.typing import NDArray

from separatrix.plots.sizes import text_scale


def new_grid(n_rows: int, n_columns: int, width: float, height: float, **kwargs: Any) -> NDArray[Any]:
    """Return the axes of a new figure, (n_rows, n_columns), each of a size in inches at the usual font size.

    `kwargs` are passed to `pyplot.subplots`.

    Examples
    --------
    >>> axes = new_grid(2, 3, 1.5, 1.0)
    >>> axes.shape, axes[0, 0].figure.get_size_inches().tolist()
    ((2, 3), [4.5, 2.0])
    """
    scale = text_scale()
    size = (width * n_columns * scale, height * n_rows * scale)
    settings: dict[str, Any] = {"squeeze": False, "layout": "constrained", "figsize": size} | kwargs
    return np.asarray(plt.subplots(n_rows, n_columns, **settings)[1])
