"""A table of an SQLite database is read with its types."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from separatrix.data import read_table
from separatrix.errors import DataError


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "shop.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE people (name TEXT, zip TEXT, age INTEGER, height REAL, odd)")
        connection.executemany(
            "INSERT INTO people VALUES (?, ?, ?, ?, ?)",
            [("A", "01067", 31, 1.5, 1), ("B", "10115", None, 2, "-")],
        )
        connection.commit()
    return path


def columns_of(table):
    return {
        name: [None if value != value else value for value in column.tolist()]
        for name, column in table.columns.items()
    }


PEOPLE = {
    "name": ["A", "B"],
    "zip": ["01067", "10115"],
    "age": [31, None],
    "height": [1.5, 2],
    "odd": ["1", "-"],
}


def test_the_only_table(database):
    assert columns_of(read_table(database)) == PEOPLE


def test_text_without_a_character_is_missing(database):
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE people SET zip = '' WHERE name = 'A'")
        connection.commit()
    assert columns_of(read_table(database))["zip"] == [None, "10115"]


def test_a_table_that_is_named(database):
    with closing(sqlite3.connect(database)) as connection:
        connection.execute('CREATE VIEW "the old" AS SELECT * FROM people WHERE age > 30')
        connection.commit()
    assert columns_of(read_table(f"{database}?table=people")) == PEOPLE
    assert columns_of(read_table(database, table="the old"))["name"] == ["A"]
    with pytest.raises(DataError, match=r"the tables of .* are: people, the old; name one, as in"):
        read_table(database)
    with pytest.raises(DataError, match=r"there is no table 'peopel'; .* Did you mean 'people'\?"):
        read_table(database, table="peopel")


def test_what_is_no_database(tmp_path):
    (tmp_path / "t.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(DataError, match=r"t\.db' cannot be read as an SQLite database: "):
        read_table(tmp_path / "t.db")


def test_a_column_of_bytes(tmp_path):
    with closing(sqlite3.connect(tmp_path / "t.db")) as connection:
        connection.execute("CREATE TABLE t (picture BLOB)")
        connection.execute("INSERT INTO t VALUES (?)", [b"x"])
        connection.commit()
    with pytest.raises(DataError, match="column 'picture' holds bytes; leave it out"):
        read_table(tmp_path / "t.db")
