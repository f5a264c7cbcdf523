"""The page ``docs/benchmarks.md``, written from ``results.json`` and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "benchmarks.md"
OURS = ("fit", "training", "engine")  # what is timed of Separatrix in the loops, from all to the core

_HEAD = """\
# Benchmarks

`benchmarks/run.py` measures these figures and writes this page;
[benchmarks/README.md](../benchmarks/README.md) explains how to run it. All contenders are timed in one
run, in turn, several times. Ratios are ratios of medians. A missed target is shown as missed.
"""

_LOOPS = """\
The training loops of the tutorials: same data, same first weights, same batches, same optimiser, same
loss. Every contender computes the loss of each step. Its final loss, computed in float64 from its final
weights, must agree with the others. `bumps` is chaotic: differences of 1e-15 grow to 1e-2 within its
7000 epochs. There, losses are compared after 500 epochs. Compile time is not counted; it has a column
of its own.

- **fit**: `MLPClassifier.fit` over the recipe's epochs, including the checks of the input: microseconds
  of the whole call divided by its steps. The peers' models and data are made before their clock starts,
  except for scikit-learn, whose `fit` is timed in the same way as ours.
- **training**: the training loop inside that same call, without the checks: the sum of
  `history_.seconds`. This is what PyTorch's timed loop contains. For scikit-learn, whose whole call is
  timed, compare **fit**.
- **engine**: one long call of the compiled engine, so that the cost of calling it is negligible per
  step.
- PyTorch is written as in its tutorials (`bumps` with a `DataLoader`), with its default number of
  threads and with one; ratios use the faster. JAX is one jitted scan over all epochs. The C loop
  (`benchmarks/circles.c`) is written for this one network.
- "Lowest" columns are ratios of the lowest times. They are more reliable where the load average is
  close to the number of cores.
"""

_LARGE = """\
All contenders use the same batches in the same random order. PyTorch selects its batches by index,
which is much faster than a `DataLoader`.
"""

_STARTUP = """\
Seconds of whole processes, including the start of an empty interpreter. "Compiling kernels" and
"loading compiled kernels" are the time that the first fit of a process takes beyond a second fit, after
Numba and scikit-learn are imported. "First fit ever" and "compiling kernels" start with an empty folder
of compiled kernels. Loading a model and predicting imports neither Numba nor scikit-learn.
"""

_OVERHEADS = """\
Ratios of fits in float32. Validation (a quarter as many rows again, after every epoch) with early
stopping is compared with the plain fit plus the same number of forward passes over the validation rows.
"""

_MEMORY = """\
Megabytes by which a process grows, from before the data exist to the peak of the fit. The libraries and
the compiled kernels are loaded before. "Over the data" is the peak minus the data: the caller's array
and, where training uses another dtype, its copy.
"""

_SEARCH = """\
Networks of 0 to 3 hidden layers of 1 to 32 units, three activations and many learning rates, each on
the five folds of `make_moons(1000, noise=0.2)`: 200 epochs of Adam in batches of 200, no early
stopping. All contenders train the same networks from the same first weights on the same batches. They
must reach the same mean test log-loss within a tenth: large networks trained at high rates without a
penalty amplify rounding differences.

- **Separatrix**: `ArchitectureSearchCV.fit` in float32, including folds, shuffles, scores, the linear
  baseline and the verdict.
- **scikit-learn**: `GridSearchCV` with its own `MLPClassifier`; its worker processes are started
  beforehand.
- **PyTorch eager**: one network after the other; only the training loops are timed, and the shuffles
  are drawn beforehand.
- **PyTorch vmap**, **JAX vmap**: all networks of one shape and activation, on all folds, side by side.
  Only the training is timed; batches are drawn and gathered, and code is compiled, beforehand. A search
  compiles again for each of its 55 shapes; the ratio that counts compiling is shown as well.
- The peers would need too long for the whole search. scikit-learn and PyTorch eager train a sample: one
  network, drawn at random, for each architecture, each of which has an equal fraction of the search.
  The time of the whole search is scaled by the number of trainings. The vmap peers train whole groups
  of equal shape.
- **Per core**: seconds times the number of busy cores (for JAX, measured by its process), divided by
  the number of trainings.
"""

_STREAM = """\
Rows per second of one epoch from Parquet files larger than the memory allowed, in a separate process.
All contenders use the same reader, in pieces of shuffled order, and get the same rows in float32. The
pass that learns the encoding runs before; it is counted in the seconds of `fit_table` only.
scikit-learn's `partial_fit` gets a fraction of the rows, one piece per call; the ratio compares rows
per second.
"""


def write(results: dict[str, Any]) -> None:
    """Write the page."""
    parts = [_HEAD]
    for topic, (title, text, tables) in _TOPICS.items():
        if topic in results:
            part = results[topic]
            parts += [f"## {title}\n", text, _conditions(part["conditions"]), *tables(part["result"])]
    PAGE.write_text("\n".join(parts))


def _loops(result: dict[str, Any]) -> list[str]:
    rows = []
    for name, case in result.items():
        for ratio in case["ratios"]:
            limit, is_met = _limit(ratio)
            figures = [
                f"{ratio[f'{what}_{by}']:.3g} ({is_met(ratio[f'{what}_{by}'])})"
                for what in OURS
                for by in ("median", "low")
            ]
            rows.append((name, ratio["peer"], limit, *figures))
    title = (
        "How many times faster a step of Separatrix (float32) is than the peer's; for the C loop, how many "
        "times slower:\n"
    )
    columns = [column for what in OURS for column in (what, f"{what}, lowest")]
    tables = [title, _table(("loop", "peer", "target", *columns), rows)]
    for name, case in result.items():
        tables.append(f"### {name}\n")
        tables.append(
            f"{case['network']}, {case['rows']} rows, {case['rows_a_step']} a step, {case['epochs']} epochs, "
            f"{case['steps']} steps; {case['repeats']} repeats.\n"
        )
        tables += _contenders(case, "microseconds a step")
    return tables


def _large(result: dict[str, Any]) -> list[str]:
    intro = (
        f"{result['network']}, {result['rows']} rows, batches of {result['rows_a_step']}, Adam, relu, "
        f"{result['epochs']} epochs; {result['repeats']} repeats.\n"
    )
    return [intro, *_contenders(result, "microseconds a step")]


def _contenders(case: dict[str, Any], unit: str) -> list[str]:
    ours = case["contenders"]["Separatrix fit, float32"]["microseconds_a_step"]["median"]
    rows = []
    for name, result in case["contenders"].items():
        time = result["microseconds_a_step"]
        compile_seconds = f"{result['compile_seconds']:.1f}" if result["compile_seconds"] else ""
        rows.append(
            (
                name,
                f"{time['median']:.4g}",
                f"{time['low']:.4g} – {time['high']:.4g}",
                f"{time['median'] / ours:.3g}",
                f"{result['checked_loss']:.6f}",
                f"{result['final_loss']:.6f}",
                compile_seconds,
            )
        )
    header = (
        "contender",
        unit + ", median",
        "lowest – highest",
        "times fit's",
        f"loss after {case['check_epochs']} epochs",
        "at the end",
        "seconds to compile",
    )
    missing = [f"Not measured: {name} ({reason}).\n" for name, reason in case["missing"].items()]
    tolerance = (
        f"Losses after {case['check_epochs']} epochs may differ from their median by {case['tolerance']:g} "
        "of it; where one does, the benchmark fails.\n"
    )
    return [_table(header, rows), tolerance, *missing]


def _startup(result: dict[str, Any]) -> list[str]:
    rows = []
    for name, time in result["seconds"].items():
        limit, met = "", ""
        if name in result["at_most"]:
            limit, is_met = _limit({"at_most": result["at_most"][name]})
            met = is_met(time["median"])
        rows.append((name, f"{time['median']:.3g}", f"{time['low']:.3g} – {time['high']:.3g}", limit, met))
    return [_table(("what", "seconds, median", "lowest – highest", "target", ""), rows)]


def _overheads(result: dict[str, Any]) -> list[str]:
    rows = []
    for name, case in result.items():
        for what, ratio in case["ratios"].items():
            limit, is_met = _limit({"at_most": case["at_most"][what]})
            rows.append((name, what, f"{ratio:.3f}", limit, is_met(ratio)))
    return [_table(("training", "with", "ratio", "target", ""), rows)]


def _memory(result: dict[str, Any]) -> list[str]:
    rows = []
    for name, fit in result.items():
        limit, is_met = _limit(fit)
        rows.append((name, fit["data"], fit["peak"], fit["over_data"], limit, is_met(fit["over_data"])))
    return [_table(("data", "MB of data", "MB at the peak", "over the data", "target", ""), rows)]


def _search(result: dict[str, Any]) -> list[str]:
    whole, sample, groups, scaling = (result[part] for part in ("whole", "sample", "groups", "scaling"))
    mean, best = whole["mean_test_loss"], whole["best_test_loss"]
    seconds = " and ".join(f"{time:g} s on {_threads(n_jobs)}" for n_jobs, time in whole["seconds"].items())
    return [
        f"### {whole['candidates']} networks on five folds\n",
        f"The whole search, {whole['trainings']} trainings, takes Separatrix {seconds}, run once each. The "
        f"mean test log-loss is {mean:.4f}, that of the best {best:.4f}.\n",
        f"A sample of it, {sample['candidates']} networks on five folds; repeats: {sample['repeats']}.\n",
        *_searchers({"sample": sample}, whole["trainings"] / sample["trainings"]),
        "### Equal shapes\n",
        "What vmap is made for: networks that differ in the learning rate alone.\n",
        *_searchers(groups),
        *_search_scaling(scaling),
    ]


def _searchers(parts: dict[str, Any], scale: float = 0.0) -> list[str]:
    """Return who took how long; with a scale, the minutes for the whole search, too."""
    rows = []
    for name, part in parts.items():
        for contender, result in part["contenders"].items():
            ratio = part["ratios"].get(contender, {})
            limit, is_met = _limit(ratio) if "at_least" in ratio else ("", lambda _: "")
            time = result["seconds"]
            rows.append(
                (
                    name,
                    contender,
                    f"{time['median']:.3g} ({time['low']:.3g} – {time['high']:.3g})",
                    f"{result['cores']:g}",
                    f"{result['core_milliseconds_a_training']:.3g}",
                    f"{ratio['per_core']:.3g}" if ratio else "1",
                    limit,
                    is_met(ratio.get("per_core", 1.0)),
                    f"{result['mean_test_loss']:.4f}",
                    f"{result['median_difference']:.0e}",
                    *(_minutes(time, scale) if scale else _compiling(result, ratio)),
                )
            )
    header = (
        "networks",
        "contender",
        "seconds (lowest – highest)",
        "cores",
        "core-milliseconds a training",
        "times ours",
        "target",
        "",
        "mean test log-loss",
        "median difference from ours",
        *(
            ("minutes for the whole search",)
            if scale
            else ("seconds to compile", "times ours, compiling counted")
        ),
    )
    missing = {reason for part in parts.values() for reason in part["missing"].items()}
    return [_table(header, rows), *(f"Not measured: {name} ({why}).\n" for name, why in sorted(missing))]


def _minutes(time: dict[str, float], scale: float) -> tuple[str]:
    return (f"{time['median'] * scale / 60:.3g}",)


def _compiling(result: dict[str, Any], ratio: dict[str, float]) -> tuple[str, str]:
    if not result["compile_seconds"]:
        return "", ""
    return f"{result['compile_seconds']:.1f}", f"{ratio['with_compiling']:.3g}"


def _search_scaling(scaling: dict[str, Any]) -> list[str]:
    cores = scaling["cores"]
    limit, is_met = _limit(cores)
    seconds = cores["seconds"].items()
    numbers = " and ".join(f"{time['median']:.3g} s on {_threads(n_jobs)}" for n_jobs, time in seconds)
    rows = []
    for name, search in scaling["searches"].items():
        target, is_small = _limit(search) if "at_most" in search else ("", lambda _: "")
        share = search["share_outside_kernels"]
        rows.append(
            (
                name,
                search["trainings"],
                f"{search['trainings_a_second']:.3g}",
                f"{search['kernel_milliseconds']:.3g}",
                f"{share:.3f}",
                target,
                is_small(share),
                f"{search['store']:.3f}",
            )
        )
    header = (
        "networks",
        "trainings",
        "trainings a second",
        "milliseconds in kernels each",
        "share outside kernels",
        "target",
        "",
        "time with a store",
    )
    return [
        "### Cores, rows, units and the store\n",
        f"{cores['candidates']} networks of all architectures take {numbers}: {cores['times_quicker']:.2f} "
        f"times faster, target {limit} ({is_met(cores['times_quicker'])}).\n",
        "Networks of one shape, on all cores. The share outside kernels is 1 less the seconds in kernels "
        "over threads times the clock, in searches with a store; its target is for networks that train for "
        "more than 5 ms. The last column is the time of the search with a store over that without.\n",
        _table(header, rows),
    ]


def _threads(n_jobs: str) -> str:
    return "1 thread" if n_jobs == "1" else f"{n_jobs} threads"


def _stream(result: dict[str, Any]) -> list[str]:
    intro = (
        f"{result['rows']:,} rows of {result['columns']} columns, {result['megabytes_of_files']:,} MB of "
        f"files, {result['megabytes_as_float64']:,} MB as float64; 20-32-16-1, batches of 256, Adam, "
        f"one epoch; at most {result['memory']} of memory. Rows a second: {result['ratio']} times those of "
        "scikit-learn.\n"
    )
    rows = [
        (name, f"{run['rows']:,}", run["seconds"], f"{run['rows_a_second']:,}", run["peak"])
        for name, run in result["runs"].items()
    ]
    return [intro, _table(("what", "rows", "seconds", "rows a second", "MB at the peak"), rows)]


_TOPICS: dict[str, tuple[str, str, Callable[[dict[str, Any]], list[str]]]] = {
    "loops": ("Training loops", _LOOPS, _loops),
    "large": ("A table of ordinary size", _LARGE, _large),
    "startup": ("The first minute", _STARTUP, _startup),
    "overheads": ("What watching costs", _OVERHEADS, _overheads),
    "memory": ("Memory", _MEMORY, _memory),
    "search": ("Search", _SEARCH, _search),
    "stream": ("More rows than memory", _STREAM, _stream),
}


def _limit(target: dict[str, Any]) -> tuple[str, Callable[[float], str]]:
    """Return the target in words, and what says whether a figure meets it."""
    if "at_least" in target:
        return f"at least {target['at_least']:g}", lambda x: "met" if x >= target["at_least"] else "missed"
    return f"at most {target['at_most']:g}", lambda x: "met" if x <= target["at_most"] else "missed"


def _conditions(conditions: dict[str, Any]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in conditions["versions"].items())
    load = f"load average {conditions['load'][0]} before and {conditions['load_after'][0]} after, "
    return (
        f"`{conditions['command']}`, {conditions['date']}, {conditions['seconds']} s; {conditions['cpu']}, "
        f"{conditions['cores']} cores, {conditions['system']}, {load if conditions['load'] else ''}"
        f"Python {conditions['python']}, {versions}.\n"
    )


def _table(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    header = list(header)
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n"


if __name__ == "__main__":
    write(json.loads((HERE / "results.json").read_text()))
