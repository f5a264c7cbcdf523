"""What a recipe gives back: its facts beside those that the tutorial prints, and its pictures."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from separatrix.text import aligned

_WIDTH = 100  # characters of a line of notes

Progress = Callable[[int, int], object]


@dataclass(frozen=True)
class Fact:
    """One result, written with the tutorial's number of decimals.

    Attributes
    ----------
    name : str
        What was found.
    ours : str
        What this package finds.
    tutorial : str
        What the tutorial prints; empty where it says nothing.
    comment : str
        Why the two differ, or what to make of it.
    """

    name: str
    ours: str
    tutorial: str = ""
    comment: str = ""

    @property
    def agrees(self) -> bool | None:
        """Whether both say the same; None where the tutorial says nothing."""
        return self.ours == self.tutorial if self.tutorial else None


@dataclass(frozen=True)
class Picture:
    """A picture or a film on file.

    Attributes
    ----------
    path : Path
    caption : str
        What it shows, in a sentence or two.
    code : str
        The line that draws such a one, after ``import separatrix as sx``; empty where there is none.
    """

    path: Path
    caption: str
    code: str = ""


@dataclass(frozen=True)
class RecipeResult:
    """What came out of one tutorial experiment.

    Attributes
    ----------
    name : str
        Its key in `RECIPES`.
    title : str
        What it shows, in one sentence.
    facts : tuple of Fact
    notes : tuple of str
        Paragraphs: what was left open and how it was chosen, and where the tutorial goes wrong. One with line
        breaks is a table and is left as it stands.
    pictures : tuple of Picture
        Films among them.

    Examples
    --------
    >>> fact = Fact("accuracy", "0.98", "0.97", "another seed")
    >>> print(RecipeResult("demo", "A demonstration.", (fact,), ("Nothing else.",), ()).to_text())
    demo: A demonstration.
    <BLANKLINE>
              ours  tutorial
    accuracy  0.98  0.97      differs: another seed
    <BLANKLINE>
    Nothing else.
    """

    name: str
    title: str
    facts: tuple[Fact, ...]
    notes: tuple[str, ...]
    pictures: tuple[Picture, ...]

    @property
    def files(self) -> tuple[Path, ...]:
        """Where the pictures are."""
        return tuple(picture.path for picture in self.pictures)

    def to_text(self) -> str:
        """Return facts, notes and the pictures' paths as plain text."""
        table = [("", "ours", "tutorial", "")]
        table += [(fact.name, fact.ours, fact.tutorial, _remark(fact)) for fact in self.facts]
        paragraphs = [f"{self.name}: {self.title}", aligned(table)]
        paragraphs += [note if "\n" in note else textwrap.fill(note, _WIDTH) for note in self.notes]
        if self.files:
            paragraphs.append("Pictures:\n" + "\n".join(f"  {file}" for file in self.files))
        return "\n\n".join(paragraphs)


class Recipe(Protocol):
    """A tutorial experiment: it writes its pictures to a folder, which it makes if need be."""

    def __call__(self, folder: Path, *, films: bool = True, progress: Progress | None = None) -> RecipeResult:
        """Run it; without `films` there are still pictures, and `progress` is told of the films' frames."""
        ...


def _remark(fact: Fact) -> str:
    if fact.agrees is False:
        return f"differs: {fact.comment}"
    return fact.comment
