"""Model files of every version of the format are read; `tools/make_model_files.py` wrote the corpus."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from separatrix.io import load, save

HERE = Path(__file__).parent
FILES = sorted((HERE / "corpus").glob("*.safetensors"))


def rows_of(model: Any) -> Any:
    spec = importlib.util.spec_from_file_location("_maker", HERE.parents[1] / "tools" / "make_model_files.py")
    assert spec is not None
    assert spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    return maker.rows_of(model)


@pytest.mark.promise("Model files of every version of the format are read, with the same predictions")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_of_the_corpus_predicts_as_when_it_was_written(path: Path, tmp_path: Path) -> None:
    model = load(path)
    expected = np.array(json.loads(path.with_suffix(".json").read_text()))
    np.testing.assert_allclose(model(rows_of(model)), expected, rtol=1e-5, atol=1e-6)
    save(model, tmp_path / "again.safetensors")
    assert load(tmp_path / "again.safetensors") == model


def test_the_corpus_has_every_version_and_kind() -> None:
    versions = {json.loads(header(path)["separatrix"])["format_version"] for path in FILES}
    assert versions == {1, 2, 3}
    assert len(FILES) >= 12


def header(path: Path) -> dict[str, str]:
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    metadata: dict[str, str] = json.loads(content[8 : 8 + length])["__metadata__"]
    return metadata
