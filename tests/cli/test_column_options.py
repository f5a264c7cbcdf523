from __future__ import annotations

import json
from pathlib import Path

import pytest

import separatrix as sx

NETWORK = ("--engine", "numpy", "--hidden", "4", "--epochs", "3", "-o", "m.safetensors")


@pytest.fixture
def churn(tmp_path):
    """Two hundred rows of a messy table."""
    rows = ["customer_id,zip,debt,start,size,churn"]
    for i in range(200):
        debt = "-" if i % 10 == 0 else f"{i * 1.37:.2f}"
        churn = "" if i % 50 == 49 else "Yes" if i % 3 else "no "
        start, size = f"{i % 12 + 1:02d}.{i % 12 + 1:02d}.2024", "SML"[i % 3]
        rows.append(f"{7000 + i},{10115 + 7 * (i % 5)},{debt},{start},{size},{churn}")
    path = tmp_path / "churn.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return str(path)


@pytest.mark.slow
@pytest.mark.parametrize("extra", [(), ("--memory", "600MB")])
def test_what_a_user_says_of_columns_goes_before_the_decisions(run, churn, extra):
    options = ("--categorical", "debt", "--drop", "customer_id,zip", "--ordered", "size=S,M,L")
    given = (*options, "--date", "start=dmy", "--target-missing", "drop")
    result = run("fit", churn, "-t", "churn", *given, *extra, *NETWORK)
    assert result.exit_code == 0, result.output
    schema = sx.load("m.safetensors").encoder.schema
    kinds = {decision.name: decision.kind for decision in schema.columns}
    assert kinds == {
        "customer_id": "dropped",
        "zip": "dropped",
        "debt": "category",
        "start": "date",
        "size": "ordered",
    }
    assert schema["size"].reader.levels == ("S", "M", "L")
    assert "Target    4 rows without a target left out" in result.stdout
    assert "Data      churn.csv: 196 rows, 5 columns to predict from" in result.stdout


@pytest.mark.slow
def test_a_model_predicts_what_was_decided(run, churn):
    result = run("fit", churn, "-t", "churn", "--target-missing", "drop", *NETWORK)
    assert result.exit_code == 0, result.output
    assert "debt: 180 of 200 cells are numbers, 20 are '-': taken as missing" in result.stdout
    assert "customer_id has a different number in each of 200 rows, as an identifier" in result.stdout
    assert "Codes     whole numbers taken as categories: zip" in result.stdout
    predicted = run("predict", "m.safetensors", churn)
    assert predicted.exit_code == 0, predicted.output
    assert len(predicted.stdout.splitlines()) == 201


def test_an_empty_target_says_how_to_leave_its_rows_out(run, churn):
    result = run("fit", churn, "-t", "churn", *NETWORK)
    assert result.exit_code == 2
    assert "is empty in 4 of 200 rows" in result.stderr
    assert "--target-missing drop" in result.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--drop", "zp"), "--drop must name columns of the table, got 'zp'. Did you mean 'zip'?"),
        (("--drop", "churn"), "--drop must not name the target, got 'churn'"),
        (("--drop", "zip", "--keep", "zip"), "--drop must not name a column that another option names"),
        (("--target-missing", "skip"), "--target-missing must be error, drop or class, got 'skip'"),
        (("--date", "start=ydm"), "--date must name an order of ymd, dmy, mdy, time for 'start', got 'ydm'"),
        (("--date", "size"), "column 'size' cannot be read as dates"),
        (("--ordered", "size=S,M"), "ordered names the levels of 'size' without 'L', which is in 66 rows"),
    ],
)
def test_options_that_do_not_fit_are_refused(run, churn, options, message):
    result = run("fit", churn, "-t", "churn", *options, *NETWORK)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


@pytest.mark.slow
def test_a_search_knows_the_options(run, churn):
    given = ("--target-missing", "drop", "--drop", "customer_id", "--numeric", "zip")
    small = ("--depths", "0", "--cv", "2", "--max-iter", "3", "--seed", "0", "--engine", "numpy")
    result = run("search", churn, "churn", *given, *small, "-o", "s.safetensors", "--json")
    assert result.exit_code == 0, result.output
    json.loads(result.stdout)
    schema = sx.load("s.safetensors").encoder.schema
    assert (schema["zip"].kind, schema["customer_id"].kind) == ("number", "dropped")


@pytest.mark.slow
def test_a_model_is_judged_on_the_target_as_it_was_read(run, churn):
    lines = Path(churn).read_text(encoding="utf-8").splitlines()
    whole = [lines[0], *(line for line in lines[1:] if line.endswith(("Yes", "no ")))]
    whole[1:20] = [line.replace("Yes", "YES") for line in whole[1:20]]
    Path(churn).write_text("\n".join(whole) + "\n", encoding="utf-8")
    result = run("fit", churn, "-t", "churn", *NETWORK)
    assert result.exit_code == 0, result.output
    assert "churn has variants of one value, read as one" in result.stdout
    judged = run("evaluate", "m.safetensors", churn)
    assert judged.exit_code == 0, judged.output


@pytest.mark.slow
def test_spellings_that_are_joined_are_joined_at_prediction(run, tmp_path):
    rows = "".join(f"{i},{'Red' if i % 3 else 'red '},{'yes' if i % 3 else 'no'}\n" for i in range(60))
    Path("p.csv").write_text(f"x,paint,y\n{rows}", encoding="utf-8")
    result = run("look", "p.csv")
    assert "(--join-spellings reads them as one)" in " ".join(result.stdout.split())
    result = run(
        "fit", "p.csv", "-t", "y", "--join-spellings", "paint,", *NETWORK, "-o", "joined.safetensors"
    )
    assert result.exit_code == 0, result.output
    model = sx.load("joined.safetensors")
    first, other = model.predict_proba({"x": [5, 5], "paint": ["RED", "Red"]})
    assert first.tolist() == other.tolist()
    assert not model.check_table({"x": [5], "paint": ["RED"]})
