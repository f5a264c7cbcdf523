"""Film page: one HTML file with a slider, which needs only a browser.

`matplotlib.animation.HTMLWriter` puts every frame whole into its page. Here one frame of 20 is whole, and the
others hold only the pixels that change: the page of the film "circles" has 1.0 MB. With whole frames of the
same colours it would have 2.8 MB, and `HTMLWriter` makes one of 14 MB.
"""

from __future__ import annotations

import base64
import io
import json
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from string import Template

import numpy as np
from PIL import Image

KEY_EVERY = 20  # frames from one whole image to the next: the most that are drawn to show any frame

_PAGE = Template(
    """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>A network learns</title>
<style>
body { font: 16px system-ui, sans-serif; margin: 1rem auto; max-width: ${width}px; color: #222 }
canvas { display: block; width: 100% }
form { display: flex; gap: .75rem; align-items: center }
input { flex: 1 }
button { font: inherit; width: 5rem }
output { width: 7rem }
</style>
<canvas width="$width" height="$height" role="img" aria-label="A network learns"></canvas>
<form>
<button type="button">Play</button>
<input type="range" min="0" max="$last" value="0" aria-label="frame">
<output></output>
</form>
<noscript>This film needs JavaScript.</noscript>
<script>
"use strict";
// The frames: one of $key_every is whole, the others hold only the pixels that differ from the one before.
const FRAMES = $frames, LABELS = $labels, KEY_EVERY = $key_every, FPS = $fps, LAST = FRAMES.length - 1;
const canvas = document.querySelector("canvas"), pen = canvas.getContext("2d");
const slider = document.querySelector("input"), button = document.querySelector("button");
const images = FRAMES.map(() => new Image());
const loaded = images.map((image, k) => new Promise((done, failed) => {
  image.onload = done;
  image.onerror = failed;
  image.src = "data:image/webp;base64," + FRAMES[k];
}));
let shown = -1, timer = null;

function show(number) {
  const key = number - number % KEY_EVERY, first = shown >= key && shown < number ? shown + 1 : key;
  for (let k = first; k <= number; k++) pen.drawImage(images[k], 0, 0);
  shown = number;
  slider.value = number;
  document.querySelector("output").value = LABELS[number];
  slider.setAttribute("aria-valuetext", LABELS[number]);
}
function stop() { clearInterval(timer); timer = null; button.textContent = "Play" }
function play() {
  if (shown === LAST) show(0);
  button.textContent = "Pause";
  timer = setInterval(() => shown < LAST ? show(shown + 1) : stop(), 1000 / FPS);
}
// "#frame=17" in the address is a link to that frame.
function visit() {
  const asked = /^#frame=(\\d+)$$/.exec(location.hash);
  if (asked) { stop(); show(Math.min(Number(asked[1]), LAST)) }
  return Boolean(asked);
}
slider.addEventListener("input", () => { stop(); show(Number(slider.value)) });
button.addEventListener("click", () => timer === null ? play() : stop());
addEventListener("hashchange", visit);
Promise.all(loaded).then(() => { if (!visit()) { show(0); play() } });
</script>
</html>
"""
)


def page_of(images: Iterable[Image.Image], labels: list[str], fps: float) -> str:
    """Return the page that shows images, all with the same palette of fewer than 256 colours.

    Parameters
    ----------
    images : iterable of PIL.Image.Image, mode "P"
    labels : list of str
        What each image shows, written beside the slider.
    fps : float
        Frames per second.
    """
    frames = list(images)
    befores = [None if number % KEY_EVERY == 0 else frames[number - 1] for number in range(len(frames))]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        encoded = list(pool.map(_encoded, frames, befores))
    return _PAGE.substitute(
        width=frames[0].width,
        height=frames[0].height,
        last=len(encoded) - 1,
        frames=json.dumps(encoded),
        labels=json.dumps(labels).replace("<", "\\u003c"),
        key_every=KEY_EVERY,
        fps=f"{fps:g}",
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
