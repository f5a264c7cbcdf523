from __future__ import annotations

import ast
from pathlib import Path
from types import ModuleType

import pytest

import separatrix as sx


@pytest.mark.parametrize("name", sx.__all__)
def test_every_public_name_can_be_had(name: str) -> None:
    assert getattr(sx, name) is not None
    assert name in dir(sx)


@pytest.mark.parametrize("name", sx._SUBMODULES)
def test_submodules_are_modules(name: str) -> None:
    module = getattr(sx, name)
    assert isinstance(module, ModuleType)
    assert module.__name__ == f"separatrix.{name}"


def test_type_checkers_see_what_users_see() -> None:
    tree = ast.parse(Path(sx.__file__).read_text(encoding="utf-8"))
    guarded = next(node for node in tree.body if isinstance(node, ast.If)).body
    seen = {
        alias.name: statement.module.removeprefix("separatrix").removeprefix(".")
        for statement in guarded
        if isinstance(statement, ast.ImportFrom) and statement.module
        for alias in statement.names
    }
    assert seen == {**dict.fromkeys(sx._SUBMODULES, ""), **sx._PUBLIC}


def test_a_misspelt_name_is_answered_with_the_right_one() -> None:
    with pytest.raises(AttributeError, match=r"'MLPClasifier'\. Did you mean 'MLPClassifier'\?"):
        _ = sx.MLPClasifier


def test_an_unknown_name_gets_a_plain_answer() -> None:
    with pytest.raises(AttributeError, match=r"no attribute 'zzz'\.$"):
        _ = sx.zzz
