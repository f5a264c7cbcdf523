"""Grid: several axes in one figure, whose size grows with the size of its texts."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib import rcParams
from matplotlib.font_manager import FontProperties
from numpy.typing import NDArray

_USUAL = 10.0  # font size in points for which sizes are given


def text_scale() -> float:
    """Return the factor by which a figure must be larger than usual so that its texts fit.

    Examples
    --------
    >>> with plt.rc_context({"font.size": 20}):
    ...     text_scale()
    2.0
    """
    size = FontProperties(size=rcParams["font.size"]).get_size_in_points()
    return float(max(size, _USUAL) / _USUAL)


def new_grid(n_rows: int, n_columns: int, width: float, height: float, **kwargs: Any) -> NDArray[Any]:
    """Return the axes of a new figure, (n_rows, n_columns), each of a size in inches at the usual font size.

    `kwargs` are passed to `pyplot.subplots`.
    """
    scale = text_scale()
    size = (width * n_columns * scale, height * n_rows * scale)
    settings: dict[str, Any] = {"squeeze": False, "layout": "constrained", "figsize": size} | kwargs
    return np.asarray(plt.subplots(n_rows, n_columns, **settings)[1])
