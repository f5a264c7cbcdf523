from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import separatrix as sx
from separatrix.cli.signatures import documented


@pytest.mark.parametrize(
    ("module", "found"),
    [
        ("estimators.classifier", sx.MLPClassifier),
        ("estimators.regressor", sx.MLPRegressor),
        ("tabular.classifier", sx.TabularClassifier),
        ("tabular.regressor", sx.TabularRegressor),
        ("search.table_search", sx.search_table),
    ],
)
def test_defaults_are_those_of_the_signature(module, found):
    signature = inspect.signature(found).parameters
    parameters = documented(module, found.__name__)
    assert parameters.keys() <= signature.keys()
    for name, parameter in parameters.items():
        default = signature[name].default
        assert parameter.default == (None if default is inspect.Parameter.empty else default), name
        assert parameter.kind
        assert parameter.sentence
    if inspect.isclass(found):
        assert parameters.keys() == signature.keys()


@pytest.mark.process
def test_help_imports_no_heavy_library():
    code = (
        "import sys; sys.argv = ['separatrix', 'fit', '--help']\n"
        "from separatrix.cli import main\n"
        "try: main()\n"
        "except SystemExit: print(*sys.modules)"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    *_, imported = finished.stdout.decode().splitlines()
    packages = {name.partition(".")[0] for name in imported.split()}
    assert "typer" in packages
    assert not packages & {"numba", "sklearn", "scipy", "matplotlib", "pandas"}
