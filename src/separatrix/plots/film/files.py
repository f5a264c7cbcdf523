"""Film files: frames as a GIF, an animated PNG or WebP, an MP4, or a page with a slider.

`matplotlib.animation.FFMpegWriter` writes MP4. Its writers of the other formats keep whole frames, each with
its own colours, and draw the whole figure for each. For the film "circles" of the gallery (131 frames)
`PillowWriter` makes a GIF of 4.8 MB and `HTMLWriter` a page of 14 MB; this module makes 1.1 MB of both. For
"gaussians" (11 frames) these are 430 kB and 1.2 MB; here, 160 kB and 90 kB.

All frames of a film share a palette of 128 colours. In a page (``page.html`` is its template) one frame of 20
is whole, and the others hold only the pixels that change; with whole frames in these colours the page of
"circles" would have 2.8 MB.
"""

from __future__ import annotations

import base64
import io
import json
import os
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from html import escape
from pathlib import Path
from string import Template
from typing import Any, cast

import numpy as np
from matplotlib.animation import FFMpegWriter
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from separatrix.errors import OutputError, ParameterError
from separatrix.files import atomic_write, check_writable
from separatrix.plots.film.reel import Reel
from separatrix.plots.palette import class_colors

Array = NDArray[Any]
Progress = Callable[[int, int], object]

VIDEO_FPS = 25  # frames per second of an MP4, which shows a frame as often as its time needs
SAMPLED_FRAMES = 12  # from which the colours are chosen
KEY_EVERY = 20  # frames from one whole image of a page to the next: the most that are drawn to show any frame
N_COLORS = 128  # with 95 smooth shades have bands, with 250 a film is a third larger

# Colours with a meaning, which a film keeps however few pixels have them.
_KEPT = [(0, 0, 0), (255, 255, 255), *(tuple(bytes.fromhex(color[1:])) for color in class_colors(8))]
# Shades nearer than this to a kept colour are left out: Pillow, which rounds, could confuse them.
_NEAR = 11


def check_film(path: Path) -> None:
    """Check that a film can be written, before any work is done.

    Raises
    ------
    ParameterError
        If the suffix is not that of a film, or of a format that needs a program which is not installed.
    OutputError
        If the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in WRITERS:
        raise ParameterError("path", f"must end in {', '.join(WRITERS)}, the formats of films, got '{path}'.")
    if suffix == ".mp4" and not FFMpegWriter.isAvailable():
        raise ParameterError(
            "path",
            f"must not end in .mp4 if the program ffmpeg is not installed, got '{path}'; install ffmpeg, or "
            "choose .gif or .html.",
        )
    check_writable(path)


def write_film(path: Path, reel: Reel, title: str, progress: Progress | None = None) -> None:
    """Write a film in the format of its suffix; the file is complete or not there.

    Parameters
    ----------
    path : Path
    reel : Reel
    title : str
        That of a page.
    progress : callable, optional
        Called after each frame with the number of frames that are done, and of all.
    """
    with atomic_write(path) as temporary:
        WRITERS[path.suffix.lower()](temporary, reel, _counted(reel, progress), title)


def _write_gif(path: Path, reel: Reel, frames: Iterable[Array], title: str) -> None:
    # `optimize` leaves out what is as in the frame before: less than half the size.
    _save(_in_few_colors(reel, frames), path, "GIF", reel.seconds, optimize=True)


def _write_apng(path: Path, reel: Reel, frames: Iterable[Array], title: str) -> None:
    _save(_in_few_colors(reel, frames), path, "PNG", reel.seconds)


def _write_webp(path: Path, reel: Reel, frames: Iterable[Array], title: str) -> None:
    _save(map(Image.fromarray, frames), path, "WEBP", reel.seconds, quality=80, method=0)


def _write_html(path: Path, reel: Reel, frames: Iterable[Array], title: str) -> None:
    images = _in_few_colors(reel, frames)
    page = page_of(images, reel.labels, reel.seconds, title=title, boxes=reel.boxes)
    path.write_text(page, encoding="utf-8")


def _write_mp4(path: Path, reel: Reel, frames: Iterable[Array], title: str) -> None:
    class Frames(Figure):
        """Stands for a figure that is drawn again for every frame: the frames are drawn already."""

        def savefig(self, fname: Any, **kwargs: Any) -> None:
            frame = next(remaining)
            fname.write(np.dstack([frame, np.full(reel.shape, 255, np.uint8)]).tobytes())

    repeats = np.maximum(np.rint(reel.seconds * VIDEO_FPS), 1).astype(int)
    repeated = (frame for frame, n in zip(frames, repeats.tolist(), strict=True) for _ in range(n))
    remaining, (height, width) = iter(repeated), reel.shape
    # With `faststart` players can begin before they have the whole file.
    options = ["-crf", "18", "-movflags", "+faststart"]
    writer = FFMpegWriter(fps=VIDEO_FPS, codec="h264", extra_args=options)
    try:
        with writer.saving(Frames(figsize=(width, height), dpi=1), str(path), 1):
            for _ in range(repeats.sum()):
                writer.grab_frame()
    except subprocess.CalledProcessError as error:
        said = error.stderr.strip()
        raise OutputError(
            f"cannot write '{path.name}': ffmpeg says {said!r}; choose .gif or .html."
        ) from error


WRITERS: dict[str, Callable[[Path, Reel, Iterable[Array], str], None]] = {
    ".gif": _write_gif,
    ".html": _write_html,
    ".mp4": _write_mp4,
    ".webp": _write_webp,
    ".apng": _write_apng,
}


def _counted(reel: Reel, progress: Progress | None) -> Iterator[Array]:
    for number, frame in enumerate(reel, start=1):
        yield frame
        if progress is not None:
            progress(number, len(reel))


def palette_of(frames: Sequence[Array]) -> Image.Image:
    """Return an image with a palette of at most 128 colours, chosen from some frames of a film.

    All frames of a film share it, so that what stands still does not flicker.

    Parameters
    ----------
    frames : sequence of uint8 ndarray of shape (height, width, 3)
    """
    pixels = np.concatenate([frame[::2, ::2].reshape(-1, 3) for frame in frames])
    # One number for each colour: rows of three are sorted thirty times slower.
    codes, counts = np.unique(pixels @ np.array([2**16, 2**8, 1], np.uint32), return_counts=True)
    colors = np.column_stack([codes >> 16, codes >> 8, codes]).astype(np.uint8)
    # By the root of its area, so that the background does not take the colours of the points.
    weighted = np.repeat(colors, np.sqrt(counts).astype(np.int64), axis=0)
    chosen = Image.fromarray(weighted[np.newaxis]).quantize(
        N_COLORS - len(_KEPT), method=Image.Quantize.MEDIANCUT, kmeans=1
    )
    shades = np.array(chosen.getpalette()).reshape(-1, 3)
    distances = np.linalg.norm(shades[:, np.newaxis] - np.array(_KEPT), axis=2).min(axis=1)
    palette = Image.new("P", (1, 1))
    palette.putpalette(np.vstack([_KEPT, shades[distances > _NEAR]]).astype(np.uint8).tobytes())
    return palette


def in_colors(frame: Array, palette: Image.Image) -> Image.Image:
    """Return a frame as an image of mode "P", each pixel in the nearest colour of a palette."""
    return Image.fromarray(frame).quantize(palette=palette, dither=Image.Dither.NONE)


def _in_few_colors(reel: Reel, frames: Iterable[Array]) -> Iterator[Image.Image]:
    sampled = np.unique(np.linspace(0, len(reel) - 1, SAMPLED_FRAMES).round().astype(int))
    palette = palette_of([reel[number] for number in sampled.tolist()])
    return (in_colors(frame, palette) for frame in frames)


def page_of(
    images: Iterable[Image.Image],
    labels: Sequence[str],
    seconds: Array,
    *,
    title: str,
    boxes: Sequence[tuple[int, int, int, int]] = (),
) -> str:
    """Return the page that shows images, all with the same palette of fewer than 256 colours.

    Parameters
    ----------
    images : iterable of PIL.Image.Image, mode "P"
    labels : sequence of str
        What each image shows, written beside the slider.
    seconds : ndarray of shape (n_images,)
        How long each image is shown.
    title : str
    boxes : sequence of (left, top, width, height)
        Pieces of an image, which a narrow window shows below each other.
    """
    frames = list(images)
    befores = [None if number % KEY_EVERY == 0 else frames[number - 1] for number in range(len(frames))]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        encoded = list(pool.map(_encoded, frames, befores))
    template = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))
    return template.substitute(
        width=frames[0].width,
        height=frames[0].height,
        last=len(encoded) - 1,
        frames=json.dumps(encoded),
        labels=json.dumps(list(labels)).replace("<", "\\u003c"),
        milliseconds=json.dumps([round(1000 * time) for time in seconds]),
        boxes=json.dumps(list(boxes)),
        key_every=KEY_EVERY,
        title=escape(title),
        ground="#{:02x}{:02x}{:02x}".format(*cast("Any", frames[0].convert("RGB").getpixel((0, 0)))),
    )


def _encoded(image: Image.Image, before: Image.Image | None) -> str:
    """Return an image as WebP in base64, transparent where it is the same as the one before.

    PNG was half as large again; a higher quality, which is effort here, makes no smaller files.
    """
    shown = image.convert("RGB")
    if before is not None:
        is_new = np.asarray(image) != np.asarray(before)
        shown.putalpha(Image.fromarray(255 * is_new.astype(np.uint8)))
    file = io.BytesIO()
    shown.save(file, "WEBP", lossless=True, quality=30, method=1)
    return base64.b64encode(file.getvalue()).decode("ascii")


def _save(images: Iterable[Image.Image], path: Path, kind: str, seconds: Array, **options: Any) -> None:
    first, *rest = images  # Pillow needs them more than once
    duration = [10 * round(100 * time) for time in seconds]  # GIF counts in hundredths of a second
    first.save(path, kind, save_all=True, append_images=rest, duration=duration, loop=0, **options)
