"""Write the table of docs/promises.md from the results of the tests that keep the promises.

    python tools/make_promises.py
    python tools/make_promises.py tests/io -k "not killed"  # replaces the rows of these tests alone

It runs the tests with the marker `promise` and takes their figures from `record_property("figure", ...)`; a
promise whose tests fail is written as broken. The text above the table stays.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "promises.md"
BEGIN, END = "<!-- table: tools/make_promises.py -->\n", "<!-- end of the table -->\n"


class Promises:
    """A plugin of pytest that collects outcomes and figures by promise."""

    def __init__(self) -> None:
        self.sentences: dict[str, str] = {}
        self.tests: dict[str, str] = {}
        self.passed: dict[str, list[bool]] = {}
        self.figures: dict[str, list[str]] = {}

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Keep the tests that have a promise."""
        kept = [item for item in items if item.get_closest_marker("promise")]
        for item in kept:
            sentence = item.get_closest_marker("promise").args[0]
            self.sentences[item.nodeid] = sentence
            self.tests.setdefault(sentence, item.nodeid.partition("[")[0])
        items[:] = kept

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Take the outcome and the figures of a test."""
        if not report.skipped and (report.when == "call" or report.failed):
            sentence = self.sentences[report.nodeid]
            self.passed.setdefault(sentence, []).append(report.passed)
            figures = [str(value) for name, value in report.user_properties if name == "figure"]
            self.figures.setdefault(sentence, []).extend(figures)

    def table(self, kept: list[str]) -> str:
        """Return the table as Markdown, with rows that are kept of promises that were not tested."""
        rows = {row.split(" | ")[0].removeprefix("| "): row for row in kept}
        for sentence, test in sorted(self.tests.items(), key=lambda pair: pair[1]):
            passed = self.passed.get(sentence)
            if passed is None:  # none of its tests was run
                continue
            count = f"{sum(passed)} of {len(passed)} tests pass"
            figure = "; ".join([*self.figures.get(sentence, []), count])
            path, _, name = test.partition("::")
            rows[sentence] = f"| {sentence} | `{path}`: `{name}` | {figure} |"
        lines = ["| promise | test | figure |", "|---|---|---|"]
        return "\n".join([*lines, *sorted(rows.values(), key=lambda row: row.split(" | ")[1])]) + "\n"


def main() -> int:
    """Run the tests and write the page."""
    os.chdir(ROOT)
    promises = Promises()
    files = [str(p) for p in sorted(Path("tests").rglob("test_*.py")) if "mark.promise(" in p.read_text()]
    code = pytest.main(["-q", "-p", "no:cacheprovider", *(sys.argv[1:] or files)], [promises])
    text = PAGE.read_text()
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    kept = text.partition(BEGIN)[2].partition(END)[0].strip().splitlines()[2:] if sys.argv[1:] else []
    PAGE.write_text(f"{before}{BEGIN}\n{promises.table(kept)}\n{END}{after}")
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
