"""Draw docs/gallery.md again: ``python tools/make_gallery.py``, some two minutes.

Its images are those of the recipes, made small enough to be kept beside the page.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import matplotlib as mpl
import numpy as np
import scipy.stats
from PIL import Image, ImageSequence
from sklearn.datasets import make_moons

import separatrix as sx
from separatrix.plots.displays import SEARCH_DISPLAYS
from separatrix.plots.film.files import in_colors, palette_of
from separatrix.recipes import RECIPES, PictureFile, RecipeResult

DOCS = Path(__file__).parents[1] / "docs"
FOLDER = DOCS / "gallery"

IMAGE_WIDTH = 900
N_COLORS = 256
FILM_BYTES = 900_000

HEADER = """# Gallery

One line of code draws each image and film below from a fitted network, and does the same with your data.
Those shown here are of the five [recipes](recipes.md): `separatrix recipe all` draws them at full size, and
`separatrix plot` draws those of any saved model ([the command line](cli.md#plot)).

```python
import separatrix as sx

network = sx.MLPClassifier((4,), "logistic", record=1).fit(X, y)
```

The path on a loss surface, curves of several epochs, and films need `record`; a surface over two
`parameters` that you choose does not. A display holds arrays and draws them: `display.plot(ax=ax)` draws
into your own axes, also small ones, `display.figure_.savefig(...)` writes a file, and keyword arguments are
passed to matplotlib. Names of columns and classes are those of your table. Text, grid and background have
the colours of matplotlib's style, as in `plt.style.use("dark_background")`. A film can also be `.html` (a
page with a slider), `.mp4`, `.webp` or `.apng`; if the parameters of an earlier epoch were kept, the film
ends with them. `sx.StepDisplay.from_trace(...)` draws [one training step](arithmetic.md) with its numbers.
"""

SEARCH = """## search

[Which network is right?](search.md) 400 candidates for two half circles (`make_moons`), on five folds.
"""

SEARCH_CAPTIONS = {
    "heatmap": "The best score for every depth and width.",
    "pareto": "The scores against the number of parameters.",
    "curves": "The learning curves of the best candidates.",
}


def main() -> None:
    """Run the recipes and write the page with its images."""
    mpl.use("agg")
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        sections = [_section(recipe(Path(folder))) for recipe in RECIPES.values()]
        sections.append("\n".join([SEARCH, *map(_entry, _search_images(Path(folder)))]))
    page = "\n".join([HEADER, *sections])
    (DOCS / "gallery.md").write_text(page, encoding="utf-8")


def _section(result: RecipeResult) -> str:
    return "\n".join([f"## {result.name}\n\n{result.title}\n", *map(_entry, result.pictures)])


def _search_images(folder: Path) -> list[PictureFile]:
    X, y = make_moons(1000, noise=0.2, random_state=0)
    search = sx.ArchitectureSearchCV(
        sx.MLPClassifier(max_iter=300, dtype="float32"),
        hidden_layer_sizes=sx.architectures(depths=(0, 1, 2, 3), widths=(1, 2, 4, 8, 16, 32)),
        param_space={
            "activation": ["tanh", "relu"],
            "learning_rate_init": scipy.stats.loguniform(1e-3, 1e-1),
        },
        n_candidates=400,
        scoring="neg_log_loss",
        ensemble_size=0,
        random_state=0,
    ).fit(X, y)
    pictures = []
    for kind, display in SEARCH_DISPLAYS.items():
        path = folder / f"search-{kind}.png"
        display.from_search(search).figure_.savefig(path, bbox_inches="tight")
        pictures.append(
            PictureFile(path, SEARCH_CAPTIONS[kind], f"sx.{display.__name__}.from_search(search)")
        )
    return pictures


def _entry(picture: PictureFile) -> str:
    shrink = _shrink_film if picture.path.suffix == ".gif" else _shrink_image
    shrink(picture.path, FOLDER / picture.path.name)
    code = f"\n```python\n{picture.code}\n```\n" if picture.code else ""
    return f"![{picture.caption}](gallery/{picture.path.name})\n\n{picture.caption}\n{code}"


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
