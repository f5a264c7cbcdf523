"""How processes end: after Ctrl-C, and on a full disk."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import separatrix as sx
from separatrix.errors import OutputError

pytestmark = [
    pytest.mark.process,
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="needs signals of POSIX"),
]

ROWS = """
import sys, warnings
import numpy as np
warnings.simplefilter("ignore")
from separatrix import *
X = np.random.default_rng(0).normal(size=(500, 4))
y = (X[:, 0] > 0).astype(int)
"""
ENDLESS = """
network.set_params(max_iter=10**9, tol=0.0, n_iter_no_change=np.inf)
print("ready", flush=True)
network.fit(X, y)
print(network.stop_.reason, np.isfinite(network.predict_proba(X)).all())
"""
SAVING = """
from separatrix.model import Model
from separatrix.network import Network
network = Network.mlp(100, (300, 300), 1)
models = [Model(network, np.full(network.n_parameters, value)) for value in (1.0, 2.0)]
save(models[0], "m.safetensors")
print("ready", flush=True)
while True:
    for model in models:
        save(model, "m.safetensors")
"""


def start(code: str, folder: Path, **environment: str) -> subprocess.Popen[str]:
    """Start a Python process, and return when it has printed a line."""
    command = [sys.executable, "-c", ROWS + code]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process = subprocess.Popen(command, cwd=folder, env={**os.environ, **environment}, **pipes)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.promise("Ctrl-C twice raises KeyboardInterrupt at once")
def test_ctrl_c_twice_ends_at_once(tmp_path: Path) -> None:
    process = start("network = MLPClassifier((4,)).fit(X[:50], y[:50])\n" + ENDLESS, tmp_path)
    time.sleep(0.3)
    until = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < until:
        process.send_signal(signal.SIGINT)
        time.sleep(0.02)
    lines = process.communicate(timeout=60)[1].splitlines()  # a third may come while the process ends
    assert any(line.startswith("KeyboardInterrupt") for line in lines)
    assert process.returncode == -signal.SIGINT


@pytest.mark.promise("Ctrl-C while a model is saved leaves the old file or the new one, and no other")
def test_ctrl_c_while_saving(tmp_path: Path) -> None:
    process = start(SAVING, tmp_path)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert [path.name for path in tmp_path.iterdir()] == ["m.safetensors"]
    assert sx.load(tmp_path / "m.safetensors").theta[0] in (1.0, 2.0)


@pytest.mark.promise("A full disk leaves the old file, and says so")
def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    import resource

    path = tmp_path / "m.safetensors"
    network = sx.Network.mlp(100, (300,), 1)
    old = sx.Model(network, np.full(network.n_parameters, 1.0))
    sx.save(old, path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))  # the system refuses to write more
    try:
        with pytest.raises(OutputError, match=r"cannot write .*: ") as caught:
            sx.save(sx.Model(network, np.full(network.n_parameters, 2.0)), path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.__cause__.errno in (errno.EFBIG, errno.ENOSPC)
    assert sx.load(path) == old
    assert [each.name for each in tmp_path.iterdir()] == ["m.safetensors"]
