"""Read damaged model files for some minutes: each must be a valid model, or a `ModelFileError`.

    python tools/fuzz_model_files.py --minutes 20 --seed 0

A file is one of the corpus with a few changes: bytes flipped, cut, doubled or replaced, words of its header
replaced. It prints every file that broke the rule, then the number of files, the slowest and the largest.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import struct
import tempfile
import time
import tracemalloc
from pathlib import Path

import numpy as np

from separatrix.errors import ModelFileError
from separatrix.io import load

CORPUS = Path(__file__).parents[1] / "tests" / "io" / "corpus"
WORDS = (
    *("null", "true", "-1", "0", "1e308", "1e999", "NaN", "9" * 400, "2147483648", "18446744073709551616"),
    *(
        '""',
        '"x"',
        "[]",
        "{}",
        "[[]]",
        "0.5",
        '"\\ud800"',
        '"relu"',
        '"float64"',
        "[" * 2000,
        '"' + "y" * 5000 + '"',
    ),
)


def changed_bytes(content: bytes, rng: random.Random) -> bytes:
    """Return the bytes with one of them, or a stretch, changed."""
    data = bytearray(content)
    place, length = rng.randrange(len(data)), min(rng.randrange(1, 64), len(data))
    match rng.randrange(5):
        case 0:
            data[place] ^= 1 << rng.randrange(8)
        case 1:
            del data[place : place + length]
        case 2:
            data[place:place] = data[place : place + length]
        case 3:
            data[place : place + length] = rng.randbytes(length)
        case _:
            data = data[:place]
    return bytes(data) or b"\0"


def changed_header(content: bytes, rng: random.Random) -> bytes:
    """Return a file whose description has a word replaced; lengths are those of the new header."""
    length = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8 : 8 + length])
    is_description = rng.random() < 0.8
    text = header["__metadata__"]["separatrix"] if is_description else json.dumps(header)
    words = [m.span() for m in re.finditer(r'"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|true|false|null', text)]
    for _ in range(rng.randrange(1, 4)):
        start, stop = rng.choice(words)
        other = rng.choice(words)
        new = rng.choice(WORDS) if rng.random() < 0.6 else text[other[0] : other[1]]
        text = text[:start] + new + text[stop:]
    if is_description:
        header["__metadata__"]["separatrix"] = text
        text = json.dumps(header)
    encoded = text.encode("utf-8", "surrogatepass")
    return struct.pack("<Q", len(encoded)) + encoded + content[8 + length :]


def verdict(path: Path) -> str | None:
    """Return what is wrong with how a file is read, None if nothing is."""
    try:
        model = load(path)
    except ModelFileError as error:
        return None if str(path) in str(error) and len(str(error)) < 2000 else f"sentence: {error!r}"
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    members = model.models if hasattr(model, "models") else [model]
    if not all(np.isfinite(member.theta).all() for member in members):
        return "parameters that are not finite"
    return None


def main() -> None:
    """Fuzz, and print a summary as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    contents = [path.read_bytes() for path in sorted(CORPUS.glob("*.safetensors"))]
    end = time.monotonic() + 60 * options.minutes
    n_files, faults, slowest, largest = 0, [], 0.0, 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.safetensors"
        while time.monotonic() < end:
            content = rng.choice(contents)
            change = changed_header if rng.random() < 0.6 else changed_bytes
            for _ in range(rng.randrange(1, 3)):
                try:
                    content = change(content, rng)
                except (ValueError, KeyError, TypeError, IndexError, struct.error, RecursionError):
                    break  # the change before it left no header
            path.write_bytes(content)
            measures = n_files % 50 == 0
            if measures:
                tracemalloc.start()
            started = time.process_time()
            problem = verdict(path)
            if measures:
                largest = max(largest, tracemalloc.get_traced_memory()[1])
                tracemalloc.stop()
            else:
                slowest = max(slowest, time.process_time() - started)
            n_files += 1
            if problem is not None:
                faults.append(problem)
                Path(f"fault-{len(faults)}.safetensors").write_bytes(content)
                print(f"fault {len(faults)}: {problem[:300]}", flush=True)
    summary = {"minutes": options.minutes, "files": n_files, "faults": len(faults)}
    print(json.dumps({**summary, "slowest_cpu_s": round(slowest, 4), "largest_mb": round(largest / 1e6, 1)}))


if __name__ == "__main__":
    main()
