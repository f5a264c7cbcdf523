"""The container is checked before anything is allocated for it."""

from __future__ import annotations

import json
import struct
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from separatrix.errors import ModelFileError
from separatrix.io import load
from separatrix.io.container import LARGE_HEADER, MAX_VALUES, ContainerError, read_container, strict_json

TENSOR = {"dtype": "F64", "shape": [2], "data_offsets": [0, 16]}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "model.safetensors"


def packed(header: Any, data: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def test_it_reads_what_the_library_writes(path: Path) -> None:
    arrays = {
        "a": np.arange(6.0).reshape(2, 3),
        "b": np.arange(4, dtype=np.int32),
        "c": np.ones((1, 0), np.float32),
        "d": np.arange(3, dtype=np.uint32),
    }
    safetensors.numpy.save_file(arrays, path, {"key": "text"})
    container = read_container(path, "key")
    assert container.metadata == {"key": "text"}
    assert container.tensors.keys() == arrays.keys()
    for name, array in arrays.items():
        read = container.array(name)
        assert read.dtype == array.dtype
        assert np.array_equal(read, array)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the length of its header"),
        (b"1234567", "the length of its header"),
        (struct.pack("<Q", 2**63), "the length of its header"),
        (packed(b'{"a": NaN}'), "not strict JSON: NaN"),
        (packed(b'{"a": 1e999}'), "too large"),
        (packed(b'{"a": {}, "a": {}}'), "the key 'a' comes twice"),
        (packed(b"[]"), "not an object"),
        (packed(b"{" + b'"a": {' * 50_000), "nested too deeply"),
        (packed(b'{"\xff": 1}'), "not UTF-8"),
        (packed({"__metadata__": {"key": 3}}), "its metadata are not text"),
        (packed({"a": 3}), "the entry of tensor 'a'"),
        (packed({"a": {**TENSOR, "more": 1}}, bytes(16)), "the entry of tensor 'a'"),
        (packed({"a": {**TENSOR, "shape": [-2]}}, bytes(16)), "the entry of tensor 'a'"),
        (packed({"a": {**TENSOR, "shape": [True, 2]}}, bytes(16)), "the entry of tensor 'a'"),
        (packed({"a": {**TENSOR, "shape": [3]}}, bytes(16)), "another size than its shape"),
        (packed({"a": {**TENSOR, "shape": [2**40, 2**40]}}, bytes(16)), "another size than its shape"),
        (packed({"a": {**TENSOR, "data_offsets": [8, 24]}}, bytes(24)), "overlap or leave gaps"),
        (packed({"a": TENSOR, "b": TENSOR}, bytes(16)), "overlap or leave gaps"),
        (packed({"a": TENSOR}, bytes(15)), "and the file at byte"),
        (packed({"a": TENSOR}, bytes(17)), "and the file at byte"),
        (packed(b'{"a": [' + b"1," * 600_000 + b"1]}"), "too many values"),
        (packed(b'{"a": "' + b"x" * LARGE_HEADER + b'"}'), "its header is too long"),
    ],
)
def test_a_container_that_is_none(path: Path, content: bytes, message: str) -> None:
    path.write_bytes(content)
    with pytest.raises(ContainerError, match=message.replace("(", "\\(")):
        read_container(path, "key")


@pytest.mark.slow
@pytest.mark.parametrize("n_epochs", [MAX_VALUES + 1, LARGE_HEADER // 6])
def test_a_long_header_of_ours_is_read(path: Path, n_epochs: int) -> None:
    text = json.dumps({"loss": [0.25] * n_epochs})
    safetensors.numpy.save_file({"a": np.ones(1)}, path, {"key": text})
    assert read_container(path, "key").metadata["key"] == text


@pytest.mark.slow
@pytest.mark.promise("A foreign or broken file is refused with a sentence, in at most 50 MB")
def test_a_file_from_a_stranger_takes_little_memory(path: Path, record_property: Any) -> None:
    def description(**values: Any) -> bytes:
        network = {"n_in": 2, "layers": [], "head": "binary"}
        known = {"format_version": 1, "network": network, "classes": None, "encoder": None}
        text = json.dumps({**known, "feature_names": None, "target_name": None, "training": None, **values})
        return packed({"__metadata__": {"separatrix": text}, "a": TENSOR}, bytes(16))

    layer = {"units": 10**9, "activation": "relu", "use_bias": True, "dropout": 0.0}
    files = [
        np.random.default_rng(0).bytes(30_000_000),
        packed(b"[" * 8_000_000),
        packed(b'{"a": [' + b"1.5," * 500_000 + b"1.5]}"),
        packed(b'{"a": "' + b"x" * 90_000_000 + b'"}'),
        packed(b"{" + b'"a": {' * 1_000_000),
        description(network={"n_in": 10**12, "layers": [layer] * 60_000, "head": "binary"}),
        description(classes={"dtype": "str", "labels": ["x" * 2_000_000] + ["y"] * 100_000}),
        description(encoder={"columns": [{"name": "x"}] * 100_000}),
        description(feature_names=["x"] * 400_000),
        description(training={"history": {"loss": [0.1] * 400_000}}),
    ]
    worst = 0
    for content in files:
        path.write_bytes(content)
        tracemalloc.start()
        with pytest.raises(ModelFileError):
            load(path)
        worst = max(worst, tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert worst < 50_000_000
    record_property("figure", f"{len(files)} kinds of file, at most {worst / 1e6:.0f} MB")


def test_strict_json() -> None:
    assert strict_json('{"a": [1, 2.5, null, true, "x"]}') == {"a": [1, 2.5, None, True, "x"]}
    for text in ('{"a": 1, "a": 2}', "NaN", "Infinity", "1e400", '{"b": {"c": 1, "c": 1}}'):
        with pytest.raises(ValueError, match=r"twice|number"):
            strict_json(text)
