from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.process
@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
@pytest.mark.promise("A process that is killed while it saves leaves the old file or the new one")
def test_killed_processes_leave_a_whole_file(record_property: Any) -> None:
    command = [sys.executable, str(ROOT / "tools" / "kill_saves.py"), "3"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout)
    assert (counts["kills"], counts["broken"]) == (3, 0)
    record_property("figure", f"{counts['kills']} kills, {counts['broken']} broken")
