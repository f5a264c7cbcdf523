"""The colours of a film: one palette for all frames, so that nothing flickers that stands still."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from separatrix.plots.palette import class_colors

Array = NDArray[Any]

N_COLORS = 95  # with all 255 a film is two thirds larger and looks no better

# What says something by its colour keeps it, however few its pixels.
_KEPT = [(0, 0, 0), (255, 255, 255), *(tuple(bytes.fromhex(color[1:])) for color in class_colors(8))]
_UNKNOWN = -1


class Palette:
    """At most 95 colours, chosen from some frames of a film.

    Parameters
    ----------
    frames : sequence of uint8 ndarray of shape (height, width, 3)
        Frames that show what the film shows.
    """

    def __init__(self, frames: Sequence[Array]) -> None:
        pixels = np.concatenate([_packed(frame[::2, ::2]).ravel() for frame in frames])
        packed, counts = np.unique(pixels, return_counts=True)
        # By the root of its area, so that white does not take the places of the points' few pixels.
        weighted = np.repeat(packed, np.sqrt(counts).astype(np.int64))
        chosen = Image.fromarray(_unpacked(weighted)[np.newaxis]).quantize(
            N_COLORS - len(_KEPT), method=Image.Quantize.MEDIANCUT, kmeans=1
        )
        shades = np.array(chosen.getpalette(), np.uint8).reshape(-1, 3)
        self._colors = np.concatenate([np.array(_KEPT, np.uint8), shades])[:N_COLORS]
        self._index_of = np.full(2**24, _UNKNOWN, np.int16)

    def image(self, frame: Array) -> Image.Image:
        """Return a frame, each pixel in the palette's nearest colour; mode "P".

        Pillow's own `quantize` rounds colours before it looks for the nearest: white came out grey.
        """
        packed = _packed(frame)
        index = self._index_of[packed]
        new = np.unique(packed[index == _UNKNOWN])
        if new.size:
            distance = (_unpacked(new)[:, np.newaxis].astype(np.int32) - self._colors) ** 2
            self._index_of[new] = distance.sum(axis=2).argmin(axis=1)
            index = self._index_of[packed]
        image = Image.fromarray(index.astype(np.uint8))
        image.putpalette(self._colors.tobytes())
        return image


def _packed(frame: Array) -> Array:
    """Return each pixel's colour as one number."""
    red, green, blue = np.moveaxis(frame.astype(np.int32), -1, 0)
    packed: Array = red << 16 | green << 8 | blue
    return packed


def _unpacked(colors: Array) -> Array:
    return np.stack([colors >> 16, colors >> 8 & 255, colors & 255], axis=-1).astype(np.uint8)
