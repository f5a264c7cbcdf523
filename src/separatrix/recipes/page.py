"""The recipes' page: facts, notes and pictures in one HTML file beside the pictures."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from separatrix.files import atomic_write
from separatrix.recipes.facts import Fact, Picture, RecipeResult

PAGE = "index.html"

_STYLE = """
:root { color-scheme: light; --ink: #1f2328; --quiet: #59636e; --line: #d9dee3; --agrees: #00684a; \
--differs: #a04000 }
body { font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: #f6f7f8; margin: 0 }
main { max-width: 68rem; margin: 0 auto; padding: 1rem 1.5rem 4rem }
section { background: #fff; border: 1px solid var(--line); border-radius: 8px; margin-top: 2rem; \
padding: .5rem 1.75rem 1.5rem }
h1 { font-size: 1.8rem; margin: 1.5rem 0 .25rem }
h2 { font-size: 1.35rem; margin: 1.25rem 0 1rem }
h2 small { color: var(--quiet); font-weight: normal; font-size: .95rem; margin-left: .5rem }
nav a { margin-right: 1.25rem }
a { color: #0059a0 }
p { max-width: 48rem }
.table { overflow-x: auto }
table { border-collapse: collapse; font-size: .95rem }
th, td { text-align: left; vertical-align: top; padding: .4rem 1.5rem .4rem 0; border-bottom: 1px solid \
var(--line) }
thead th { color: var(--quiet); font-weight: 600 }
tbody th { font-weight: normal }
td { font-variant-numeric: tabular-nums }
td:nth-of-type(-n+2) { white-space: nowrap }
.agrees { color: var(--agrees) }
.differs { color: var(--differs) }
pre { overflow-x: auto; background: #f6f7f8; border-radius: 6px; padding: .75rem 1rem; font-size: .85rem; \
line-height: 1.4 }
.pictures { display: flex; flex-wrap: wrap; gap: 2rem 1.5rem; align-items: flex-start; margin-top: 1.5rem }
figure { margin: 0; max-width: 100% }
img { max-width: 100%; height: auto; max-height: 26rem; display: block; border: 1px solid var(--line); \
border-radius: 6px }
figcaption { color: var(--quiet); font-size: .95rem; margin-top: .5rem; width: 0; min-width: 100% }
code { display: block; color: var(--ink); font-size: .82rem; margin-top: .25rem; overflow-wrap: anywhere }
"""


def write_page(folder: Path, results: Sequence[RecipeResult]) -> Path:
    """Write ``index.html``, which shows the results of one recipe or several.

    Parameters
    ----------
    folder : Path
        That of the pictures.
    results : sequence of RecipeResult

    Returns
    -------
    Path
        The page. It needs nothing but the pictures beside it.

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
    title = f"Recipe: {results[0].name}" if len(results) == 1 else "Recipes"
    links = "".join(f'<a href="#{quote(result.name)}">{escape(result.name)}</a>' for result in results)
    body = [f"<h1>{escape(title)}</h1>", f"<nav>{links}</nav>" if len(results) > 1 else ""]
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width">',
            f"<title>{escape(title)}</title>",
            f"<style>{_STYLE}</style>",
            "<main>",
            *body,
            *map(_section, results),
            "</main>",
            "</html>",
            "",
        ]
    )


def _section(result: RecipeResult) -> str:
    heading = f"<h2>{escape(result.title)}<small>{escape(result.name)}</small></h2>"
    rows = "\n".join(map(_row, result.facts))
    heads = "".join(f"<th>{head}</th>" for head in ("fact", "ours", "tutorial", "verdict"))
    table = (
        f'<div class="table"><table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n'
        "</table></div>"
    )
    notes = "\n".join(map(_note, result.notes))
    figures = "\n".join(map(_figure, result.pictures))
    return (
        f'<section id="{escape(result.name)}">\n{heading}\n{table}\n{notes}\n'
        f'<div class="pictures">\n{figures}\n</div>\n</section>'
    )


def _row(fact: Fact) -> str:
    cells = "".join(f"<td>{escape(text)}</td>" for text in (fact.ours, fact.tutorial or "–"))
    return f'<tr><th scope="row">{escape(fact.name)}</th>{cells}{_verdict(fact)}</tr>'


def _verdict(fact: Fact) -> str:
    if fact.agrees is None:
        return f"<td>{escape(fact.comment)}</td>"
    verdict = "agrees" if fact.agrees else "differs"
    remark = f": {escape(fact.comment)}" if fact.comment else ""
    return f'<td><span class="{verdict}">{verdict}</span>{remark}</td>'


def _note(note: str) -> str:
    """Return paragraphs; what is aligned by spaces stays as it stands."""
    parts = map(escape, note.split("\n\n", 1))
    return "\n".join(f"<pre>{part}</pre>" if "\n" in part else f"<p>{part}</p>" for part in parts)


def _figure(picture: Picture) -> str:
    source, caption = quote(picture.path.name), escape(picture.caption)
    code = f"<code>{escape(picture.code)}</code>" if picture.code else ""
    return (
        f'<figure><a href="{source}"><img src="{source}" alt="{caption}"></a>'
        f"<figcaption>{caption}{code}</figcaption></figure>"
    )
