"""Pictures without a screen."""

from __future__ import annotations


def draw_on_files() -> None:
    """Make matplotlib draw for files alone, whatever screen there is: it would open windows in vain."""
    import matplotlib as mpl

    mpl.use("agg")
