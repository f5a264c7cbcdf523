"""Results of recipes: facts, picture files and a page, and the steps that all recipes share."""

from __future__ import annotations

import json
import textwrap
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import zip_longest
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from separatrix.estimators import MLPClassifier
from separatrix.files import atomic_write
from separatrix.model import Model
from separatrix.recipes.guides import GUIDES, Guide
from separatrix.text import aligned

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from separatrix.plots import DecisionBoundaryDisplay
    from separatrix.plots.film.files import Progress

Array = NDArray[Any]

COLORS = np.array(["blue", "red"])  # the tutorials' names for the classes 0 and 1
PAGE = "index.html"
HEADS = ("printed by the tutorial", "its code, run by us")
_WIDTH = 100  # characters of a line of notes


@dataclass(frozen=True)
class Fact:
    """One result, written with the tutorial's number of decimals.

    Attributes
    ----------
    name : str
        Name of the quantity.
    ours : str
        Result of this package.
    printed : str
        What the tutorial prints or shows; empty if it does not.
    comment : str
        Why the two differ, or what the result means.
    run : str
        What the tutorial's code gives when it is run, where the tutorial does not show it.
    """

    name: str
    ours: str
    printed: str = ""
    comment: str = ""
    run: str = field(default="", kw_only=True)

    @property
    def agrees(self) -> bool | None:
        """Whether ours is the same as what is printed, or else as what the code gives; None without both."""
        known = self.printed or self.run
        return self.ours == known if known else None


@dataclass(frozen=True)
class PictureFile:
    """A picture or film in a file.

    Attributes
    ----------
    path : Path
    caption : str
        What it shows, in one or two sentences.
    code : str
        A line of code that draws such a picture, after ``import separatrix as sx``; empty if there is none.
    """

    path: Path
    caption: str
    code: str = ""


@dataclass(frozen=True)
class RecipeResult:
    """The results of one tutorial experiment.

    Attributes
    ----------
    name : str
        Its key in `RECIPES`.
    title : str
        What it shows, in one sentence.
    facts : tuple of Fact
    notes : tuple of str
        Paragraphs: what the tutorial leaves open, how it was chosen here, and errors of the tutorial. A
        paragraph with line breaks is a table and is not wrapped.
    pictures : tuple of PictureFile
        Films included.
    guide : Guide
        What there is to see, and what to try.

    Examples
    --------
    >>> fact = Fact("accuracy", "0.98", "0.97", "another seed")
    >>> guide = Guide(see="One dot.")
    >>> print(RecipeResult("demo", "A demonstration.", (fact,), ("Nothing else.",), (), guide).to_text())
    demo: A demonstration.
    <BLANKLINE>
    One dot.
    <BLANKLINE>
              ours  printed by the tutorial  its code, run by us
    accuracy  0.98  0.97                                          differs: another seed
    <BLANKLINE>
    Nothing else.
    """

    name: str
    title: str
    facts: tuple[Fact, ...]
    notes: tuple[str, ...]
    pictures: tuple[PictureFile, ...]
    guide: Guide = field(default_factory=Guide)

    @property
    def files(self) -> tuple[Path, ...]:
        """Paths of the pictures."""
        return tuple(picture.path for picture in self.pictures)

    def to_text(self) -> str:
        """Return guide, facts, notes, the paths of the pictures and what to try, as plain text."""
        guide, table = self.guide, [("", "ours", *HEADS, "")]
        for fact in self.facts:
            remark = f"differs: {fact.comment}" if fact.agrees is False else fact.comment
            table.append((fact.name, fact.ours, fact.printed, fact.run, remark))
        words = [guide.see, guide.question and f"Question: {guide.question}"]
        words.append(guide.answer and f"Answer: {guide.answer}")
        paragraphs = [f"{self.name}: {self.title}", *(textwrap.fill(text, _WIDTH) for text in words if text)]
        paragraphs.append(aligned(table))
        paragraphs += [note if "\n" in note else textwrap.fill(note, _WIDTH) for note in self.notes]
        if self.files:
            paragraphs.append("Pictures:\n" + "\n".join(f"  {file}" for file in self.files))
        if guide.tries:
            tries = [f"  {each.command}\n    {each.what}" for each in guide.tries]
            paragraphs.append("\n".join(["Three things to try:", *tries]))
        return "\n\n".join(paragraphs)


class Recipe(Protocol):
    """A tutorial experiment, which writes its pictures to a folder."""

    def __call__(self, folder: Path, *, films: bool = True, progress: Progress | None = None) -> RecipeResult:
        """Run the experiment; the folder is created if it does not exist."""
        ...


def fit(classifier: MLPClassifier, X: Array, y: Array) -> MLPClassifier:
    """Fit without a warning that the limit of epochs was reached; Ctrl-C ends the recipe."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Training reached its limit", ConvergenceWarning)
        # With the tutorials' rates a loss may be high in the very last epoch: those of the best one are kept.
        spike = r"Training diverged .*it ended at a loss .*the parameters of epoch [1-9]\d* are kept"
        warnings.filterwarnings("ignore", spike, ConvergenceWarning)
        classifier.fit(X, y)
    if classifier.stop_.reason == "interrupted":
        raise KeyboardInterrupt
    return classifier


def snapshots(classifier: MLPClassifier) -> dict[int, Model]:
    """Return the networks of the recorded epochs; epoch 0 is the untrained one."""
    recording = classifier.recording_
    if recording is None:
        return {}
    return {
        int(epoch): Model(classifier.network_, theta, classifier.classes_)
        for epoch, theta in zip(recording.epochs, recording.thetas, strict=True)
    }


def losses_table(classifier: MLPClassifier, every: int) -> str:
    """Return the loss in every `every`-th epoch, from 0, five in a line."""
    losses = [(str(epoch), f"{loss:.4f}") for epoch, loss in enumerate(classifier.loss_curve_)][::every]
    n_lines = -(-len(losses) // 5)
    columns = [losses[start : start + n_lines] for start in range(0, len(losses), n_lines)]
    rows = [("epoch", "loss") * len(columns)]
    for cells in zip_longest(*columns, fillvalue=("", "")):
        rows.append(tuple(text for cell in cells for text in cell))
    return aligned(rows)


def panels(n_columns: int, width: float, height: float) -> tuple[Figure, list[Axes]]:
    """Return a figure of panels side by side, each `width` by `height` inches."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(n_columns * width, height), layout="constrained")
    return figure, list(figure.subplots(1, n_columns, squeeze=False).flat)


def mark_point(boundaries: Sequence[DecisionBoundaryDisplay], point: tuple[float, float]) -> None:
    """Mark a point in pictures of boundaries: black with a white edge, which is seen on every shade."""
    for boundary in boundaries:
        boundary.ax_.plot(*point, "X", color="black", markeredgecolor="white", markersize=10, zorder=7)


@dataclass
class PictureFolder:
    """The folder that a recipe writes its pictures to; it is created if it does not exist.

    Attributes
    ----------
    name : str
        Name of the recipe, with which the names of the files begin.
    folder : Path
    films : bool
        Whether films are written.
    progress : callable or None
        Called after each frame of a film.
    pictures : list of PictureFile
        The pictures written so far.
    """

    name: str
    folder: Path
    films: bool
    progress: Progress | None
    pictures: list[PictureFile] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Create the folder before any work is done."""
        from separatrix.plots.axes import prepare_folder

        prepare_folder(self.folder)

    def add_film(
        self, estimator: Any, X: Any, y: Any, caption: str, *, views: Sequence[str], **parameters: Any
    ) -> None:
        """Write a film, if films are written; `parameters` are passed to `animate`."""
        if not self.films:
            return
        from separatrix.plots import animate

        path = self.folder / f"{self.name}-film.gif"
        animate(estimator, path, X, y, views=views, progress=self.progress, **parameters)
        arguments = ["network", f'"{path.name}"', "X", "y", f"views={json.dumps(list(views))}"]
        arguments += [f"{name}={value!r}" for name, value in parameters.items()]
        self.pictures.append(PictureFile(path, caption, f"sx.animate({', '.join(arguments)})"))

    def add(self, figure: Figure, kind: str, caption: str, code: str = "") -> None:
        """Write a figure to a file and close it."""
        from separatrix.plots.axes import save_figure

        path = self.folder / f"{self.name}-{kind}.png"
        save_figure(figure, path)
        self.pictures.append(PictureFile(path, caption, code))

    def result(self, title: str, facts: Sequence[Fact], notes: Sequence[str]) -> RecipeResult:
        """Return the result of the recipe with these pictures."""
        pictures = tuple(self.pictures)
        return RecipeResult(
            self.name, title, tuple(facts), tuple(notes), pictures, GUIDES.get(self.name, Guide())
        )


def write_page(folder: Path, results: Sequence[RecipeResult]) -> Path:
    """Write ``index.html``, which shows the results of one recipe or several.

    Parameters
    ----------
    folder : Path
        Folder of the pictures.
    results : sequence of RecipeResult

    Returns
    -------
    Path
        The page. It needs no other files than the pictures beside it.

    Raises
    ------
    OutputError
        If the page cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> result = RecipeResult("demo", "A demonstration.", (Fact("accuracy", "0.98", "0.98"),), (), ())
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_page(Path(folder), [result]).name
    'index.html'
    """
    path = folder / PAGE
    with atomic_write(path) as temporary:
        temporary.write_text(_page(results), encoding="utf-8")
    return path


def _page(results: Sequence[RecipeResult]) -> str:
    links = "".join(f'<a href="#{quote(result.name)}">{escape(result.name)}</a>' for result in results)
    template = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))
    return template.substitute(
        title=escape(f"Recipe: {results[0].name}" if len(results) == 1 else "Recipes"),
        navigation=f"<nav>{links}</nav>" if len(results) > 1 else "",
        sections="\n".join(map(_section, results)),
    )


def _section(result: RecipeResult) -> str:
    guide = result.guide
    heading = f"<h2>{escape(result.title)}<small>{escape(result.name)}</small></h2>"
    words = f'<p class="see">{escape(guide.see)}</p>' if guide.see else ""
    if guide.question:
        words += f'\n<p class="question"><strong>Question:</strong> {escape(guide.question)}</p>'
        words += f"\n<details><summary>Answer</summary><p>{escape(guide.answer)}</p></details>"
    figures = "\n".join(map(_figure, result.pictures))
    heads = "".join(f"<th>{head}</th>" for head in ("fact", "ours", *HEADS, "verdict"))
    rows = "\n".join(map(_row, result.facts))
    table = (
        '<h3>Our numbers beside those of the tutorial</h3>\n<div class="table"><table>\n'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table></div>"
    )
    notes = "\n".join(map(_note, result.notes))
    return (
        f'<section id="{escape(result.name)}">\n{heading}\n{words}\n'
        f'<div class="pictures">\n{figures}\n</div>\n'
        f"{table}\n{notes}\n{_tries(guide)}\n</section>"
    )


def _tries(guide: Guide) -> str:
    if not guide.tries:
        return ""
    items = "\n".join(
        f"<li><code>{escape(each.command)}</code>{escape(each.what)}</li>" for each in guide.tries
    )
    return f"<h3>Three things to try</h3>\n<ol>\n{items}\n</ol>"


def _row(fact: Fact) -> str:
    texts = (fact.ours, fact.printed or "–", fact.run or "–")
    cells = "".join(f"<td>{escape(text)}</td>" for text in texts)
    return f'<tr><th scope="row">{escape(fact.name)}</th>{cells}{_verdict(fact)}</tr>'


def _verdict(fact: Fact) -> str:
    if fact.agrees is None:
        return f"<td>{escape(fact.comment)}</td>"
    verdict = "agrees" if fact.agrees else "differs"
    remark = f": {escape(fact.comment)}" if fact.comment else ""
    return f'<td><span class="{verdict}">{verdict}</span>{remark}</td>'


def _note(note: str) -> str:
    """Return paragraphs; a table, which is aligned with spaces, is preformatted."""
    paragraphs = map(escape, note.split("\n\n", 1))
    return "\n".join(f"<pre>{text}</pre>" if "\n" in text else f"<p>{text}</p>" for text in paragraphs)


def _figure(picture: PictureFile) -> str:
    source, caption = quote(picture.path.name), escape(picture.caption)
    code = f"<code>{escape(picture.code)}</code>" if picture.code else ""
    return (
        f'<figure><a href="{source}"><img src="{source}" alt="{caption}"></a>'
        f"<figcaption>{caption}{code}</figcaption></figure>"
    )
