"""The page's numerical core in a browser: the bits that Node computes, and Python's numbers."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

WEB = Path(__file__).parents[2] / "web"
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.process,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
    pytest.mark.skipif(
        shutil.which("node") is None or not (WEB / "node_modules").is_dir(),
        reason="needs Node and, in web/, 'npm ci'",
    ),
]


def in_node(script: Path) -> dict[str, Any]:
    output = subprocess.run(["node", script], capture_output=True, text=True, check=True, timeout=120).stdout
    values: dict[str, Any] = json.loads(output)
    return values


def in_browser(script: Path, folder: Path) -> dict[str, Any]:
    page = folder / "bits.html"
    code = script.read_text(encoding="utf-8").replace("</script", "<\\/script")
    page.write_text(
        f'<!doctype html><meta charset="utf-8"><body><script type="module">{code}</script>', encoding="utf-8"
    )
    options = ["--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'user'}"]
    command = [str(CHROMIUM), *options, "--dump-dom", page.as_uri()]
    output = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    match = re.search(r"<body>(\{.*\})</body>", output, re.S)
    assert match, output[:500]
    values: dict[str, Any] = json.loads(html.unescape(match[1]))
    return values


def test_browser_has_the_bits_of_node_and_the_numbers_of_python(tmp_path: Path) -> None:
    subprocess.run(["node", "build.mjs", "--tests"], cwd=WEB, check=True, timeout=120)
    script = WEB / "build" / "samples" / "bits.mjs"
    node, browser = in_node(script), in_browser(script, tmp_path)
    assert len(node) > 45
    assert {name: entry["bits"] for name, entry in browser.items()} == {
        name: entry["bits"] for name, entry in node.items()
    }
    assert max(entry["distance"] for entry in browser.values()) < 1e-9
