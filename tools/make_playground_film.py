"""Make docs/playground.webp again: ``python tools/make_playground_film.py``, about a minute.

Chromium plays the page as it is built now (needs ``npm ci`` in web/), `playground_frames.mjs` takes the
frames, and Pillow makes the film that stands at the top of the README.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from PIL import Image

import separatrix as sx

TOOLS = Path(__file__).parent
FILM = TOOLS.parent / "docs" / "playground.webp"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"

WIDTH = 800
MOST_BYTES = 960_000
QUALITIES = (60, 50, 42, 36, 30, 25)


def main() -> None:
    """Take the frames and write the film, with the best quality that stays small."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        page = sx.playground("spiral").save(folder / "spiral.html")
        command = ["node", str(TOOLS / "playground_frames.mjs"), CHROMIUM, str(page), str(folder)]
        durations = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        frames = [small(Image.open(path)) for path in sorted(folder.glob("*.png"))]
    for quality in QUALITIES:
        frames[0].save(
            FILM, save_all=True, append_images=frames[1:], duration=durations, loop=0, quality=quality
        )
        if FILM.stat().st_size <= MOST_BYTES:
            break
    print(f"{FILM}: {len(frames)} frames, {FILM.stat().st_size:,} bytes, quality {quality}")


def small(frame: Image.Image) -> Image.Image:
    """Return a frame with the width of the film."""
    size = (WIDTH, round(frame.height * WIDTH / frame.width))
    return frame.convert("RGB").resize(size, Image.Resampling.LANCZOS)


if __name__ == "__main__":
    main()
