"""Run the benchmarks: ``python benchmarks/run.py [TOPIC] [--quick]``; without a topic, all of them.

Each topic replaces its part of ``results.json``; ``docs/benchmarks.md`` is then written from it.
"""

from __future__ import annotations

import argparse
import json
from importlib import import_module
from pathlib import Path
from time import perf_counter

import machine
import page

TOPICS = ("loops", "large", "startup", "overheads", "memory", "search", "stream")
RESULTS = Path(__file__).parent / "results.json"


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure Separatrix beside its peers.")
    parser.add_argument("topic", nargs="?", default="all", choices=(*TOPICS, "all"))
    parser.add_argument("--quick", action="store_true", help="fewer repeats, for a first look")
    arguments = parser.parse_args()
    for topic in TOPICS if arguments.topic == "all" else (arguments.topic,):
        command = f"python benchmarks/run.py {topic}" + (" --quick" if arguments.quick else "")
        conditions = machine.describe() | {"command": command}
        started = perf_counter()
        result = import_module(topic).measure(arguments.quick)
        conditions["seconds"] = round(perf_counter() - started)
        conditions["load_after"] = machine.describe()["load"]
        results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
        results[topic] = {"conditions": conditions, "result": result}
        RESULTS.write_text(json.dumps(results, indent=1) + "\n")
        page.write(results)
        print(f"{topic}: {conditions['seconds']} s")


if __name__ == "__main__":
    main()
