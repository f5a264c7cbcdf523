"""Film files: frames as a GIF, an animated PNG or WebP, an MP4, or a page with a slider."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from separatrix.errors import OutputError, ParameterError
from separatrix.files import atomic_write, check_writable
from separatrix.plots.film_colors import Palette
from separatrix.plots.film_page import page_of
from separatrix.plots.film_reel import Reel

Array = NDArray[Any]
Progress = Callable[[int, int], object]

LAST_FRAME_MS = 1500  # before a film that goes round begins again
SAMPLED_FRAMES = 12  # that the colours are chosen from


def check_film(path: Path) -> None:
    """Refuse, before any work is spent, a film that cannot be written.

    Raises
    ------
    ParameterError
        If the name's suffix is none of a film's, or one of a kind that this machine cannot write.
    OutputError
        If nothing can be written there.
    """
    suffix = path.suffix.lower()
    if suffix not in WRITERS:
        raise ParameterError(
            f"path must end in {', '.join(WRITERS)}, which says what kind of film it is, got '{path}'."
        )
    if suffix == ".mp4" and shutil.which("ffmpeg") is None:
        raise ParameterError(
            f"path must not end in .mp4 where the program ffmpeg is not installed, got '{path}'; install "
            "ffmpeg, or choose .gif or .html."
        )
    check_writable(path)


def write_film(path: Path, reel: Reel, fps: float, progress: Progress | None = None) -> None:
    """Write a film of the kind that its suffix names: the whole film, or nothing.

    Parameters
    ----------
    path : Path
    reel : Reel
    fps : float
        Frames a second.
    progress : callable, optional
        Told after each frame how many of how many are done.
    """
    with atomic_write(path) as temporary:
        WRITERS[path.suffix.lower()](temporary, reel, _counted(reel, progress), fps)


def _write_gif(path: Path, reel: Reel, frames: Iterable[Array], fps: float) -> None:
    # What is as in the frame before is left out (`optimize`): less than half the size.
    _save(_in_few_colors(reel, frames), path, "GIF", len(reel), fps, optimize=True)


def _write_apng(path: Path, reel: Reel, frames: Iterable[Array], fps: float) -> None:
    _save(_in_few_colors(reel, frames), path, "PNG", len(reel), fps)


def _write_webp(path: Path, reel: Reel, frames: Iterable[Array], fps: float) -> None:
    _save(map(Image.fromarray, frames), path, "WEBP", len(reel), fps, quality=80, method=0)


def _write_html(path: Path, reel: Reel, frames: Iterable[Array], fps: float) -> None:
    path.write_text(page_of(_in_few_colors(reel, frames), reel.labels, fps), encoding="utf-8")


def _write_mp4(path: Path, reel: Reel, frames: Iterable[Array], fps: float) -> None:
    height, width = reel.shape
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", f"{fps:g}", "-i", "-"]
    # Any player can show yuv420p, and can begin before it has the whole file.
    target = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "18", "-movflags", "+faststart", str(path)]
    command = ["ffmpeg", "-loglevel", "error", "-y", *source, *target]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as encoder:
        try:
            for frame in frames:
                encoder.stdin.write(frame.tobytes())  # type: ignore[union-attr]
        except BrokenPipeError:
            pass  # it says why below
        except BaseException:
            encoder.kill()
            raise
        said = encoder.communicate()[1].decode(errors="replace").strip()
    if encoder.returncode != 0:
        raise OutputError(f"cannot write '{path.name}': ffmpeg says {said!r}; choose .gif or .html.")


WRITERS: dict[str, Callable[[Path, Reel, Iterable[Array], float], None]] = {
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


def _in_few_colors(reel: Reel, frames: Iterable[Array]) -> Iterator[Image.Image]:
    sampled = np.unique(np.linspace(0, len(reel) - 1, SAMPLED_FRAMES).round().astype(int))
    palette = Palette([reel[number] for number in sampled.tolist()])
    return map(palette.image, frames)


def _save(
    images: Iterable[Image.Image], path: Path, kind: str, n_images: int, fps: float, **settings: Any
) -> None:
    duration = [round(1000 / fps)] * (n_images - 1) + [LAST_FRAME_MS]
    first, *rest = images  # Pillow goes through them more than once
    first.save(path, kind, save_all=True, append_images=rest, duration=duration, loop=0, **settings)
