"""Draw the pictures of docs/gallery.md again: ``python tools/make_gallery.py``, some two minutes.

The page is the source: each of its blocks of Python is run, in order. The picture below a block is what the
block drew, made small enough to be kept beside the page.
"""

from __future__ import annotations

import os
import re
import tempfile
import warnings
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from PIL import Image, ImageSequence
from sklearn.exceptions import ConvergenceWarning

from separatrix.plots.film.files import in_colors, palette_of

PAGE = Path(__file__).parents[1] / "docs" / "gallery.md"
FOLDER = PAGE.with_name("gallery")

IMAGE_WIDTH = 900
N_COLORS = 256
FILM_BYTES = 900_000

_PARTS = re.compile(r"^```python\n(?P<code>.*?)^```$|^!\[[^\]]*\]\(gallery/(?P<image>[^)]+)\)$", re.M | re.S)


def main() -> None:
    """Run the blocks of the page and write its images."""
    mpl.use("agg")
    parts = list(_PARTS.finditer(PAGE.read_text(encoding="utf-8")))
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    names: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for part in parts:
            if part["image"]:
                _write(part["image"])
                plt.close("all")
                continue
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)  # some networks are to learn nothing
                exec(compile(part["code"], "gallery.md", "exec"), names)
        os.chdir(PAGE.parent)


def _write(name: str) -> None:
    """Write the film of a name, or the last figure that was drawn, to the folder of the page."""
    if name.endswith(".gif"):
        _shrink_film(Path(name), FOLDER / name)
        return
    plt.gcf().savefig(name, dpi=120, bbox_inches="tight")
    _shrink_image(Path(name), FOLDER / name)


def _shrink_image(source: Path, target: Path) -> None:
    image = Image.open(source).convert("RGB")
    if image.width > IMAGE_WIDTH:
        height = round(image.height * IMAGE_WIDTH / image.width)
        image = image.resize((IMAGE_WIDTH, height), Image.Resampling.LANCZOS)
    image.quantize(N_COLORS, kmeans=1, dither=Image.Dither.NONE).save(target, optimize=True)


def _shrink_film(source: Path, target: Path) -> None:
    """Write the film with every frame, or every second one, and so on, until it is small enough."""
    film = Image.open(source)
    frames = [
        (np.asarray(frame.convert("RGB")), frame.info["duration"]) for frame in ImageSequence.Iterator(film)
    ]
    palette = palette_of([frame for frame, _ in frames])
    target.write_bytes(source.read_bytes())
    step = 1
    while target.stat().st_size > FILM_BYTES:
        step += 1
        kept = [*frames[:-1:step], frames[-1]]
        images = [in_colors(frame, palette) for frame, _ in kept]
        durations = [step * duration for _, duration in kept[:-1]] + [kept[-1][1]]
        images[0].save(
            target, save_all=True, append_images=images[1:], duration=durations, loop=0, optimize=True
        )


if __name__ == "__main__":
    main()
