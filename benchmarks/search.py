"""A search over architectures: against loops over networks, and against vmap where shapes are equal."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
import search_scaling
from search_case import ARCHITECTURES, SPACE, Search, equal_shapes
from searchers import Prepared, Searched, ours, prepare
from timing import interleaved, spread

OURS = "Separatrix, 1 thread"
LOOPS = {"scikit-learn, all cores": "scikit_learn", "PyTorch eager, 1 thread": "pytorch_loop"}
VMAPS = {"PyTorch vmap, 1 thread": "pytorch_vmap", "JAX vmap": "jax_vmap"}
# How many times less of a core's time a training should take than the peer's.
TARGETS = {"scikit-learn, all cores": 50, "PyTorch vmap, 1 thread": 3, "JAX vmap": 3}
TOLERANCE = 0.1  # of the mean test loss, relative; see the page

# Every depth, with few, some and many units.
GROUPS = (
    ((), "logistic"),
    ((2,), "relu"),
    ((8,), "tanh"),
    ((32,), "logistic"),
    ((2, 2), "tanh"),
    ((8, 8), "logistic"),
    ((32, 32), "relu"),
    ((2, 2, 2), "logistic"),
    ((8, 8, 8), "relu"),
    ((32, 32, 32), "tanh"),
)
GROUP_SIZE = 18  # about as many as have one shape and activation among a thousand


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    whole: int  # candidates
    sample: int  # candidates
    groups: int
    repeats: int


def measure(quick: bool) -> dict[str, Any]:
    """Return the whole search, a sample of it against loops, groups of equal shape against vmap, scaling."""
    size = Size(38, 4, 2, 1) if quick else Size(1000, len(ARCHITECTURES), len(GROUPS), 3)
    groups = {
        f"{'-'.join(map(str, (2, *hidden, 1)))} {activation}": equal_shapes(hidden, activation, GROUP_SIZE)
        for hidden, activation in GROUPS[-size.groups :]
    }
    return {
        "whole": _whole(Search(ARCHITECTURES, SPACE, size.whole)),
        "sample": _compare("sample", Search(ARCHITECTURES, SPACE, size.sample), LOOPS, size.repeats),
        "groups": {name: _compare(name, group, VMAPS, size.repeats) for name, group in groups.items()},
        "scaling": search_scaling.measure(quick),
    }


def _whole(search: Search) -> dict[str, Any]:
    """Carry out the whole search on one and on all cores, once."""
    runs = {n_jobs: ours.prepare(search, n_jobs).run() for n_jobs in (1, search_scaling.N_CORES)}
    losses = runs[1].losses.mean(axis=1)
    return {
        "candidates": len(losses),
        "trainings": runs[1].losses.size,
        "seconds": {str(n_jobs): round(run.seconds, 2) for n_jobs, run in runs.items()},
        "mean_test_loss": round(float(losses.mean()), 4),
        "best_test_loss": round(float(losses.min()), 4),
    }


def _compare(name: str, search: Search, peers: dict[str, str], repeats: int) -> dict[str, Any]:
    """Let everyone train the same networks in turn; who does not reach the same loss ends the benchmark."""
    contenders = {OURS: ours.prepare(search, 1)}
    found, missing = prepare(peers, search)
    contenders |= found
    runs: dict[str, list[Searched]] = {contender: [] for contender in contenders}

    def timer(contender: str, prepared: Prepared) -> float:
        runs[contender].append(prepared.run())
        return runs[contender][-1].seconds

    timers = {key: lambda pair=(key, value): timer(*pair) for key, value in contenders.items()}
    times = interleaved(timers, repeats)
    _require_same_loss(name, runs)
    n_trainings = runs[OURS][0].losses.size
    results: dict[str, Any] = {}
    for contender, prepared in contenders.items():
        core_seconds = median(run.seconds * run.cores for run in runs[contender])
        difference = np.abs(runs[contender][0].losses - runs[OURS][0].losses)
        results[contender] = {
            "seconds": spread(times[contender]),
            "cores": round(median(run.cores for run in runs[contender]), 2),
            "core_milliseconds_a_training": float(f"{core_seconds / n_trainings * 1e3:.4g}"),
            "mean_test_loss": float(runs[contender][0].losses.mean()),
            "median_difference": float(np.median(difference)),
            "compile_seconds": round(prepared.compile_seconds, 2),
        }
    return {
        "candidates": len(search.candidates),
        "trainings": n_trainings,
        "repeats": repeats,
        "contenders": results,
        "ratios": _ratios(results, n_trainings),
        "missing": missing,
    }


def _ratios(results: dict[str, Any], n_trainings: int) -> dict[str, dict[str, float]]:
    ours_takes = results[OURS]["core_milliseconds_a_training"]
    ratios: dict[str, dict[str, float]] = {}
    for peer, result in results.items():
        if peer != OURS:
            takes = result["core_milliseconds_a_training"]
            compiling = result["compile_seconds"] / n_trainings * 1e3
            ratios[peer] = {
                "per_core": round(takes / ours_takes, 2),
                "with_compiling": round((takes + compiling) / ours_takes, 2),
            }
            if peer in TARGETS:
                ratios[peer]["at_least"] = TARGETS[peer]
    return ratios


def _require_same_loss(name: str, runs: dict[str, list[Searched]]) -> None:
    means = {contender: float(found[0].losses.mean()) for contender, found in runs.items()}
    print(f"{name}: mean test loss")
    for contender, mean in means.items():
        print(f"  {mean:.6f}  {contender}")
    wrong = {
        key: mean for key, mean in means.items() if not abs(mean - means[OURS]) <= TOLERANCE * means[OURS]
    }
    if wrong:
        raise SystemExit(f"{name}: not the same work, the loss should be {means[OURS]:.6f}: {wrong}")
