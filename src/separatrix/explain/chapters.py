"""Chapters: a story as values, and their text and HTML."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from textwrap import fill, wrap

MAX_UNITS = 8  # of a layer that are listed in text; HTML lists more, folded
_MAX_FOLDED = 40


@dataclass(frozen=True)
class Passage:
    """One unit, or one statement.

    Attributes
    ----------
    summary : str
        One line.
    details : tuple of str
        The same written out with its numbers, one formula a line.
    is_expanded : bool
        Whether the text shows the details; HTML shows all of them, folded.
    """

    summary: str
    details: tuple[str, ...] = ()
    is_expanded: bool = True


@dataclass(frozen=True)
class Chapter:
    """A part of the story: a title, an introduction, and a passage for each unit."""

    title: str
    introduction: str
    passages: tuple[Passage, ...] = ()
    ending: str = ""


@dataclass(frozen=True)
class Story:
    """The arithmetic of one step, as text for a terminal and as HTML.

    Attributes
    ----------
    title : str
    chapters : tuple of Chapter
    """

    title: str
    chapters: tuple[Chapter, ...]

    def to_text(self, width: int = 80) -> str:
        """Return the story as text of at most `width` columns."""
        lines = [fill(self.title, width)]
        for chapter in self.chapters:
            lines += ["", chapter.title.upper(), fill(chapter.introduction, width)]
            shown = chapter.passages[:MAX_UNITS]
            for passage in shown:
                lines += _text_lines(passage, width)
            if len(chapter.passages) > len(shown):
                lines.append(f"  ... and {len(chapter.passages) - len(shown)} more units")
            if chapter.ending:
                lines.append(fill(chapter.ending, width))
        return "\n".join(lines)

    def to_html(self) -> str:
        """Return the story as HTML; each unit opens with a click."""
        parts = [f'<div class="separatrix-story" style="max-width:46em"><p><b>{escape(self.title)}</b></p>']
        for chapter in self.chapters:
            parts += [f"<h4>{escape(chapter.title)}</h4>", f"<p>{escape(chapter.introduction)}</p>"]
            parts += [_html_of(passage) for passage in chapter.passages[:_MAX_FOLDED]]
            if len(chapter.passages) > _MAX_FOLDED:
                parts.append(f"<p>… and {len(chapter.passages) - _MAX_FOLDED} more units</p>")
            if chapter.ending:
                parts.append(f"<p>{escape(chapter.ending)}</p>")
        return "".join([*parts, "</div>"])


def _text_lines(passage: Passage, width: int) -> list[str]:
    lines = wrap(passage.summary, width, initial_indent="  ", subsequent_indent="      ")
    if passage.is_expanded:
        for detail in passage.details:
            lines += wrap(detail, width, initial_indent="      ", subsequent_indent="        ")
    return lines


def _html_of(passage: Passage) -> str:
    if not passage.details:
        return f"<div>{escape(passage.summary)}</div>"
    details = "<br>".join(escape(line) for line in passage.details)
    return (
        f"<details><summary>{escape(passage.summary)}</summary>"
        f'<div style="margin:.2em 0 .6em 1.6em;font-family:monospace">{details}</div></details>'
    )
