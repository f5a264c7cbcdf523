"""The page of a film: one HTML file with a slider, that needs nothing but a browser."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterable
from string import Template
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Array = NDArray[Any]

KEY_EVERY = 20  # frames from one whole image to the next: what a jump to any frame has to draw at most

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
// The frames: one of every $key_every is whole, the others hold only what differs from the one before.
const FRAMES = $frames, LABELS = $labels, KEY_EVERY = $key_every, FPS = $fps, LAST = FRAMES.length - 1;
const canvas = document.querySelector("canvas"), pen = canvas.getContext("2d");
const slider = document.querySelector("input"), button = document.querySelector("button");
const images = FRAMES.map(() => new Image());
const loaded = images.map((image, k) => new Promise((done, failed) => {
  image.onload = done;
  image.onerror = failed;
  image.src = "data:image/png;base64," + FRAMES[k];
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
    """Return the page that shows images, all in one palette of fewer than 256 colours.

    Parameters
    ----------
    images : iterable of PIL.Image.Image, mode "P"
    labels : list of str
        What each image is, shown beside the slider.
    fps : float
        Frames a second, while it plays.
    """
    encoded, before = [], None
    for number, image in enumerate(images):
        whole = number % KEY_EVERY == 0 or before is None
        encoded.append(_encoded(image, None if whole else before))
        before = image
    assert before is not None
    return _PAGE.substitute(
        width=before.width,
        height=before.height,
        last=len(encoded) - 1,
        frames=json.dumps(encoded),
        labels=json.dumps(labels).replace("<", "\\u003c"),
        key_every=KEY_EVERY,
        fps=f"{fps:g}",
    )


def _encoded(image: Image.Image, before: Image.Image | None) -> str:
    """Return an image as PNG in base64, transparent where it is as the one before."""
    settings: dict[str, Any] = {}
    if before is not None:
        pixels, colors = np.asarray(image), image.getpalette() or []
        settings["transparency"] = len(colors) // 3  # browsers show black for a place beyond the palette
        pixels = np.where(pixels == np.asarray(before), settings["transparency"], pixels)
        image = Image.fromarray(pixels.astype(np.uint8))
        image.putpalette([*colors, 0, 0, 0])
    file = io.BytesIO()
    image.save(file, "PNG", **settings)
    return base64.b64encode(file.getvalue()).decode("ascii")
