from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest


@pytest.fixture
def churn(tmp_path):
    """Two hundred rows of a messy table; the column `leak` is the target in other words."""
    rows = ["customer_id,zip,debt,start,gone,churn"]
    for i in range(200):
        debt = "-" if i % 10 == 0 else f"{i * 1.37:.2f}"
        churn = "Yes" if i % 3 else "no"
        rows.append(
            f"{7000 + i},{10115 + 7 * (i % 5)},{debt},{i % 12 + 13}.02.2024,{'x' if i % 3 else 'y'},{churn}"
        )
    path = tmp_path / "churn.csv"
    path.write_text("\n".join([*rows, rows[5]]) + "\n", encoding="utf-8")
    return path


def test_each_column_has_a_line(run, churn):
    result = run("look", str(churn), "-t", "churn")
    assert result.exit_code == 0, result.output
    head, _, header, *lines = result.stdout.splitlines()
    assert head == "churn.csv: 201 rows, 5 columns; target churn: Yes 67 %, no 33 %"
    assert header.split() == ["column", "kind", "missing", "distinct", "values", "AUC"]
    text = {line.split()[0]: " ".join(line.split()) for line in lines[:5]}
    assert "left out: has 200 numbers in 201 rows, as an identifier" in text["customer_id"]
    assert text["zip"].startswith("zip code 5 10143 20 %")
    assert text["debt"].startswith("debt number 20 (10 %) 180 1.37 to 272.63 ")
    assert "181 of 201 cells are numbers, 20 are '-': taken as missing" in text["debt"]
    assert text["start"].startswith("start date 12 2024-02-13 to 2024-02-24 ")
    assert "gives the target away (AUC 1.000 of this column alone" in text["gone"]
    assert lines[-2].startswith("AUC: how well the column alone predicts the target on other rows")
    assert lines[-1] == "1 row repeats an earlier row."


def test_rows_in_two_tables_are_counted(run, churn, tmp_path):
    lines = churn.read_text(encoding="utf-8").splitlines()
    test = tmp_path / "test.csv"
    other = "1,10115,3.5,13.02.2024,x,no"
    test.write_text("\n".join([lines[0], lines[9], lines[10], other]) + "\n", encoding="utf-8")
    result = run("look", str(churn), "-t", "churn", "--test", str(test))
    assert result.stdout.splitlines()[-1] == "2 of 3 rows of the test table are in this one, too."


def test_json_and_options(run, churn):
    result = run("look", str(churn), "--json", "--numeric", "zip", "--drop", "gone")
    assert result.exit_code == 0, result.output
    values = json.loads(result.stdout)
    assert (values["n_rows"], values["target"], values["link"]) == (201, None, "")
    kinds = {column["name"]: column["kind"] for column in values["columns"]}
    assert (kinds["zip"], kinds["gone"], kinds["churn"]) == ("number", "dropped", "yes/no")
    assert sum(values["columns"][2]["histogram"]) == 181


def test_a_target_that_does_not_exist(run, churn):
    result = run("look", str(churn), "-t", "chrun")
    assert result.exit_code == 2
    assert "Did you mean 'churn'?" in result.stderr


def test_a_database_of_several_tables_names_the_option(run, tmp_path):
    with closing(sqlite3.connect(tmp_path / "t.db")) as database:
        database.executescript("CREATE TABLE films (year INT); CREATE TABLE people (age INT);")
    result = run("look", str(tmp_path / "t.db"))
    assert result.exit_code == 2
    assert result.stderr.endswith("are: films, people; name one, as in --table='films'.\n")


def test_only_classes_that_are_few_beside_the_others_are_rare(run, tmp_path):
    path = tmp_path / "t.csv"
    rows = [f"{i % 9}.5,{'abc'[i % 3]},{i % 2 if i % 50 else 2}" for i in range(60)]
    path.write_text("\n".join(["x,even,odd", *rows]) + "\n", encoding="utf-8")
    assert "rare" not in run("look", str(path), "-t", "even").stdout
    found = run("look", str(path), "-t", "odd").stdout
    assert "target odd: 1 50 %, 0 47 %, 2 3 %" in found
    assert "The class '2' is rare: 2 rows (3.3 %)." in found


def test_variants_of_the_target_are_one_class(run, tmp_path):
    path = tmp_path / "t.csv"
    labels = ["Yes", "no", "yes ", "YES"] + ["Yes", "no"] * 30
    path.write_text(
        "\n".join(["x,y", *(f"{i}.5,{y}" for i, y in enumerate(labels))]) + "\n", encoding="utf-8"
    )
    found = run("look", str(path), "-t", "y").stdout
    assert "target y: Yes 52 %, no 48 %" in found
    assert "rare" not in found
    assert "y has variants of one value, read as one (2 rows): 'YES' and 'yes' as 'Yes'." in found


def test_the_range_of_a_target_of_numbers_is_shown(run, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(
        "\n".join(["x,y", *(f"{i % 7},{i * 0.5 or ''}" for i in range(60))]) + "\n", encoding="utf-8"
    )
    assert "target y: 0.5 to 29.5, 1 (2 %) missing" in run("look", str(path), "-t", "y").stdout


def test_a_few_rows_are_not_none(run, tmp_path):
    kinds = ["rare"] * 4 + ["other"] * 5 + ["often"] * 991
    rows = [f"{'' if i < 3 else i * 1.5},{kind}" for i, kind in enumerate(kinds)]
    (tmp_path / "few.csv").write_text("\n".join(["debt,kind", *rows]) + "\n", encoding="utf-8")
    shown = " ".join(run("look", "few.csv").stdout.split())
    assert "debt number 3 (0.3 %) 997 4.5 to 1498.5" in shown
    assert "often 99.1 %, other 0.5 %, rare 0.4 %" in shown
