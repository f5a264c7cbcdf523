"""Kill processes that save a model, and check each time that the file is the old or the new one, and whole.

    python tools/kill_saves.py 500

Each process saves two models in turn to one file until it is killed with SIGKILL. It prints a summary.
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from separatrix import Model, Network, load, save

CHILD = """
import sys
from separatrix import load, save
first, second = load(sys.argv[1]), load(sys.argv[2])
print("ready", flush=True)
while True:
    save(first, sys.argv[3])
    save(second, sys.argv[3])
"""


def main(n_kills: int) -> int:
    """Kill `n_kills` processes; return the exit code."""
    network = Network.mlp(50, (200, 50), 1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        models = [Model(network, np.full(network.n_parameters, value)) for value in (1.0, 2.0)]
        paths = [folder / f"{number}.safetensors" for number in range(2)]
        for model, path in zip(models, paths, strict=True):
            save(model, path)
        target, rng = folder / "target.safetensors", random.Random(0)
        save(models[0], target)
        broken = 0
        for _ in range(n_kills):
            child = subprocess.Popen([sys.executable, "-c", CHILD, *paths, target], stdout=subprocess.PIPE)
            assert child.stdout is not None
            child.stdout.readline()
            time.sleep(rng.uniform(0.0, 0.05))
            child.send_signal(signal.SIGKILL)
            child.wait()
            child.stdout.close()
            try:
                broken += load(target) not in models
            except ValueError:
                broken += 1
        left = len(list(folder.glob(".*")))
    print(json.dumps({"kills": n_kills, "broken": broken, "temporary files left": left}))
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 500))
