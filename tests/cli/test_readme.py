"""The examples of README.md run as they are written, one after the other in one folder."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.slow

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
TESTED_ELSEWHERE = ["recipe", "all"]


def examples(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


def write_people(name: str, n_rows: int, seed: int, *, outcome: bool) -> None:
    draw = np.random.RandomState(seed)
    lines = ["age,income,town" + ",outcome" * outcome]
    for age in draw.randint(18, 80, n_rows):
        cells = [
            "" if draw.rand() < 0.1 else str(age),
            str(draw.randint(20, 90)),
            draw.choice(["Bonn", "Ulm"]),
        ]
        lines.append(",".join(cells + ["yes" if age > 45 else "no"] * outcome))
    Path(name).write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture(autouse=True)
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with the tables that the examples name."""
    monkeypatch.chdir(tmp_path)
    write_people("mydata.csv", 120, 0, outcome=True)
    write_people("test.csv", 40, 1, outcome=True)
    write_people("new.csv", 10, 2, outcome=False)


def test_python():
    blocks = examples("python")
    assert len(blocks) > 1
    exec(compile("\n".join(blocks), "README.md", "exec"), {})
    assert Path("moons.safetensors").exists()


def test_shell(run):
    lines = [line for block in examples("sh") for line in block.replace("\\\n", " ").splitlines()]
    commands = [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("separatrix ")]
    assert len(commands) > 5
    for arguments in commands:
        if arguments != TESTED_ELSEWHERE:
            result = run(*arguments)
            assert result.exit_code == 0, (arguments, result.output)
    assert Path("scored.csv").exists()
