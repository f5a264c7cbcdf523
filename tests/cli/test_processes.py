"""The command in its own process: pipes, signals, exit codes, imports."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import separatrix as sx

pytestmark = pytest.mark.process

COMMAND = [sys.executable, "-m", "separatrix"]
only_posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX terminals and pipes")


END_OF_COMMAND = b"-- the end of a command --\n"
# In one process, as the libraries take longer to import than all commands to run.
IN_EVERY_ENCODING = f"""
import sys
from separatrix.cli import main
encodings, *commands = sys.argv[1:]
for encoding in encodings.split():
    sys.stdout = open(1, "w", encoding=encoding, closefd=False)  # as Python opens it with PYTHONIOENCODING
    for command in commands:
        sys.argv = ["separatrix", *command.split()]
        try:
            main()
        except SystemExit as end:
            assert not end.code, end.code
        sys.stdout.flush()
        sys.stdout.buffer.write({END_OF_COMMAND})
        sys.stdout.flush()
"""


def start(*arguments: str, cwd: Path, **options: object) -> subprocess.Popen[bytes]:
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([*COMMAND, *arguments], cwd=cwd, **{**pipes, **options})


def finish(*arguments: str, cwd: Path, **options: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, *arguments], cwd=cwd, capture_output=True, check=False, **options)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a model of one input, which predicts, and a table of many rows."""
    model = sx.Model(sx.Network.mlp(1, (), 1), [1.0, 0.0], classes=["no", "yes"], feature_names=["x"])
    sx.save(model, tmp_path / "model.safetensors")
    (tmp_path / "rows.csv").write_text("x\n" + "1\n" * 200_000, encoding="utf-8")
    return tmp_path


def test_an_error_has_no_traceback(folder):
    finished = finish("predict", "model.safetensors", "none.csv", cwd=folder)
    assert finished.returncode == 2
    assert finished.stderr == b"separatrix: error: there is no file 'none.csv'.\n"


def test_a_report_in_any_encoding(tmp_path):
    labels = {"cp1252": "->?", "cp437": "->█", "utf-8": "→█", "ascii": "→█"}  # for ASCII, click writes UTF-8
    rows = "".join(f"{i},{'→█' if i % 2 else 'é'}\n" for i in range(40))
    (tmp_path / "t.csv").write_text("a,target\n" + rows, encoding="utf-8")
    quick = "--epochs 3 --n-init 1 --no-trees --engine numpy --folds 0 -o m.safetensors"
    commands = [f"fit t.csv {quick}", "evaluate m.safetensors t.csv --json"]
    finished = subprocess.run(
        [sys.executable, "-c", IN_EVERY_ENCODING, " ".join(labels), *commands],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    *shown, rest = finished.stdout.split(END_OF_COMMAND)
    assert rest == b""
    for (encoding, label), report, values in zip(labels.items(), shown[::2], shown[1::2], strict=True):
        report = report.decode("utf-8" if encoding == "ascii" else encoding)
        assert f"{label}: 20 (50.0%)" in report
        assert "Model written to" in report
        assert "→█" in json.loads(values)["test"]["reports"]["network"]["classes"]


def test_debug_has_one(folder):
    finished = finish("--debug", "predict", "model.safetensors", "none.csv", cwd=folder)
    assert finished.returncode == 1
    assert finished.stderr.startswith(b"Traceback (most recent call last):")


def test_standard_input_to_standard_output(folder):
    finished = finish("predict", "model.safetensors", "-", cwd=folder, input=b"x\n2\n-2\n")
    assert finished.returncode == 0
    lines = finished.stdout.splitlines()
    assert [line.split(b",")[1] for line in lines] == [b"prediction", b"yes", b"no"]


@only_posix
def test_a_closed_pipe_is_no_error(folder):
    process = start("predict", "model.safetensors", "rows.csv", cwd=folder)
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline() == b"x,prediction,probability no,probability yes\n"
    process.stdout.close()
    process.wait(60)
    assert process.stderr.read() == b""
    process.stderr.close()


@only_posix
def test_a_pipe_that_is_closed_before_the_last_lines_is_no_error(folder):
    reader, writer = os.pipe()
    os.close(reader)
    finished = subprocess.run(
        [*COMMAND, "inspect", "model.safetensors"],
        cwd=folder,
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert finished.stderr == b""


@only_posix
def test_ctrl_c_at_a_terminal_shows_progress_and_saves(tmp_path):
    ours, theirs = os.openpty()
    endless = ("--max-iter", "100000000", "--n-iter-no-change", "inf", "--hidden", "2", "--engine", "numpy")
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    process = start("fit", "moons", *endless, cwd=tmp_path, stderr=theirs, env=environment)
    os.close(theirs)
    shown = b""
    while b"loss" not in shown:
        shown += os.read(ours, 1000)
    process.send_signal(signal.SIGINT)
    while True:
        try:
            more = os.read(ours, 1000)
        except OSError:  # the other end is closed
            break
        if not more:
            break
        shown += more
    out, _ = process.communicate(timeout=60)
    os.close(ours)
    assert process.returncode == 130
    assert b"epochs" in shown
    assert b"None" not in shown
    assert b"Traceback (most recent" not in shown
    assert b"Training was interrupted" in shown
    assert b"log-loss" in out
    assert sx.load(tmp_path / "model.safetensors").training["stop"]["reason"] == "interrupted"


@only_posix
def test_ctrl_c_before_training_ends_in_one_line(tmp_path):
    process = start("fit", "-", "--model", "network", cwd=tmp_path, stdin=subprocess.PIPE)
    assert process.stdin is not None
    # More than a pipe holds: once all is written, the command is reading its input.
    process.stdin.write(b"a,target\n" + b"1,2\n" * 100_000)
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    _, shown = process.communicate(timeout=60)
    assert process.returncode == 130
    assert shown == b"separatrix: interrupted before the first epoch, or twice; no model was written.\n"


def test_ctrl_c_while_the_commands_are_imported_has_no_traceback(tmp_path):
    code = (
        "import sys\n"
        "class Interrupted:\n"
        "    def find_spec(self, name, *others):\n"
        "        if name == 'typer': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupted())\n"
        "from separatrix.cli import main\n"
        "main()\n"
    )
    finished = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=False)
    assert finished.returncode == 130
    assert finished.stderr == b"separatrix: interrupted; nothing was written.\n"


@pytest.mark.parametrize(
    ("typed", "completions"),
    [(["separatrix", "f"], ["fit"]), (["separatrix", "fit", "--hid"], ["--hidden", "--hidden-layer-sizes"])],
)
def test_the_shell_completes_commands_and_their_options(tmp_path, typed, completions):
    asked = {
        "_SEPARATRIX_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(typed),
        "COMP_CWORD": str(len(typed) - 1),
    }
    finished = finish(cwd=tmp_path, env={**os.environ, **asked})
    assert finished.stdout.decode().split() == completions


def test_predict_imports_nothing_heavy(folder):
    code = (
        "import sys; sys.argv = ['separatrix', 'predict', 'model.safetensors', '-']\n"
        "from separatrix.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: print(end.code)\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, input=b"x\n2\n", capture_output=True, check=False
    )
    *_, exit_code, loaded = finished.stdout.decode().splitlines()
    assert exit_code == "0", finished.stderr
    assert not set(loaded.split()) & {"numba", "sklearn", "scipy", "matplotlib", "pandas"}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("heart_h", id="text and missing cells"),
        pytest.param("car", id="four classes"),
        pytest.param("oil_spill", id="one row in 23 of the second class"),
    ],
)
def test_a_real_table_is_fitted_judged_and_scored(name, real_tables, tmp_path):
    path = real_tables / f"{name}.csv"
    fitted = finish("fit", str(path), "--max-iter", "5", "--hidden", "8", "-o", "m.safetensors", cwd=tmp_path)
    assert fitted.returncode == 0, fitted.stderr
    assert b"The network " in fitted.stdout
    judged = finish("evaluate", "m.safetensors", str(path), cwd=tmp_path)
    assert judged.returncode == 0, judged.stderr
    scored = finish("predict", "m.safetensors", str(path), "-o", "scored.csv", cwd=tmp_path)
    assert scored.returncode == 0, scored.stderr
    assert sx.data.read_table(tmp_path / "scored.csv").n_rows == sx.data.read_table(path).n_rows
