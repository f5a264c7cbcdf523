"""Print the lowest versions that pyproject.toml allows, as requirements for pip.

    pip install -e . $(python tools/lowest_versions.py)

They are the dependencies and the extras that the quick tests need.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"
EXTRAS = ("excel", "optuna", "parquet")
TOOLS = ("pytest", "hypothesis", "pandas", "pytest-xdist", "xlsxwriter")
"""What the tests themselves need, of the extra `test`."""


def lowest_versions() -> list[str]:
    """Return requirements such as numpy==2.0; those without a lower bound are an error."""
    project = tomllib.loads(PROJECT.read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *(each for extra in EXTRAS for each in extras[extra])]
    wanted += [each for each in extras["test"] if re.split(r"[\[>=<]", each)[0] in TOOLS]
    found = []
    for requirement in wanted:
        match = re.fullmatch(r"([\w.-]+)>=([\d.]+)(,<[\d.]+)?", requirement.partition(";")[0].strip())
        if match is None:
            raise ValueError(f"{requirement!r} has no lower bound")
        found.append(f"{match[1]}=={match[2]}")
    return found


if __name__ == "__main__":
    print(*lowest_versions())
