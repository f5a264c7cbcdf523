"""The playground as one HTML file: script, style sheet and data, and a policy that forbids all else."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from separatrix.files import atomic_write, check_writable
from separatrix.playground.start import Start

_FOLDER = Path(__file__).parent
_HEIGHT = 760  # of the frame in a notebook, in pixels


@dataclass(frozen=True)
class Page:
    """A page of the playground.

    Parameters
    ----------
    start : Start
        What it opens with.

    Examples
    --------
    >>> from separatrix.playground.start import start_of_toy
    >>> page = Page(start_of_toy("moons"))
    >>> page
    <Page 'moons'>
    >>> "<script src" in page.html
    False
    """

    start: Start

    @property
    def html(self) -> str:
        """The whole page; it makes no request, and nothing in its data can run."""
        style, script = _static("playground.css"), _static("playground.js")
        policy = (
            f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
            "img-src data: blob:; base-uri 'none'; form-action 'none'"
        )
        return Template((_FOLDER / "page.html").read_text(encoding="utf-8")).substitute(
            policy=policy,
            title=escape(f"{self.start.name} · Separatrix" if self.start.name else "Separatrix playground"),
            style=style,
            script=script,
            start=_as_json(self.start.to_json_values()),
        )

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page to a file, as a whole or not at all.

        Parameters
        ----------
        path : path-like
            An existing file is replaced.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        OutputError
            If the file cannot be written.
        """
        check_writable(path)
        with atomic_write(path) as temporary:
            temporary.write_text(self.html, encoding="utf-8", newline="\n")
        return Path(path)

    def _repr_html_(self) -> str:
        """Return the page in a frame of its own, for a notebook."""
        return (
            f'<iframe srcdoc="{escape(self.html)}" sandbox="allow-scripts allow-downloads" '
            f'allow="clipboard-write" title="Separatrix playground" width="100%" height="{_HEIGHT}" '
            'style="border: 1px solid #8884; border-radius: 8px"></iframe>'
        )

    def __repr__(self) -> str:
        """Return the name of the data and its rows."""
        n_rows = self.start.n_rows
        rows = "" if n_rows is None else f", {n_rows} row{'s' if n_rows != 1 else ''}"
        return f"<Page {self.start.name!r}{rows}>"


@cache
def _static(name: str) -> str:
    """Return a built file; a browser hashes it with line feeds alone."""
    return (_FOLDER / "static" / name).read_text(encoding="utf-8").replace("\r\n", "\n")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _as_json(values: object) -> str:
    """Return JSON without a sign that could end a script element."""
    text = json.dumps(values, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text.encode("utf-8", "replace").decode()
