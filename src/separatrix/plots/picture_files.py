"""Picture files: a figure on disk, whole or not at all, and then closed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from separatrix.errors import OutputError
from separatrix.files import atomic_write, check_writable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 120


def prepare_folder(folder: Path) -> None:
    """Make the folder of pictures, before any work is spent; `OutputError` if it cannot be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"cannot make the folder '{folder}': {error.strerror or error}; choose another."
        ) from error
    check_writable(folder / "picture.png")


def save_picture(figure: Figure, path: Path) -> None:
    """Write a figure in the format of the path's suffix, and close it; `OutputError` if that cannot be."""
    from matplotlib import pyplot as plt

    with atomic_write(path) as temporary:
        figure.savefig(temporary, dpi=DPI)
    plt.close(figure)
