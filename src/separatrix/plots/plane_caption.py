"""Caption of a plane: what points on it may not show, in words."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from separatrix.explain.plane import Plane

_ENOUGH_VARIANCE = 0.5  # of the rows, below which a plane says little about them


def caption_of(plane: Plane, is_wrong: NDArray[Any] | None) -> list[str]:
    """Return lines that say why points may lie on other colours than those of their predictions.

    Parameters
    ----------
    plane : Plane
    is_wrong : ndarray of bool of shape (n_rows,), or None
        Which rows are predicted wrong, if that is known.
    """
    if plane.is_exact:
        return []
    right = "" if is_wrong is None else f"the classifier: {1 - is_wrong.mean():.1%} right; "
    if plane.variance is None:
        return [f"{right}rows differ in other columns, too, so points may lie on another colour"]
    held = f"this plane holds {plane.variance:.0%} of the variance"
    advice = "Too little to judge by: draw two columns, with features=, or a ReportDisplay."
    return [
        f"{right}{held}, so points off it may lie on another colour",
        *([advice] if plane.variance < _ENOUGH_VARIANCE else []),
    ]
