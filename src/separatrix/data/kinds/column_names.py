"""Names of columns: what they say of the kind of a column."""

from __future__ import annotations

import re

CODE_NAMES = frozenset(
    (
        *("zip", "zipcode", "plz", "postcode", "postalcode", "postal", "postleitzahl", "pincode", "fips"),
        *("code", "codes", "cod", "codigo", "kode", "id", "ids", "ident", "identifier", "nr", "sku", "isbn"),
        *("gkz", "ags", "insee", "siret", "siren", "ibge", "cep", "cnpj", "cpf", "nuts", "pin", "ssn"),
        *("ean", "iban", "naics", "sic", "icd", "uuid", "guid", "kennung", "kennziffer", "matricule"),
    )
)

_CODE_ENDS = ("code", "zip", "nr", "nummer", "leitzahl", "kennzahl")

GROUP_NAMES = frozenset(
    (
        *("category", "categorie", "kategorie", "categoria", "type", "region", "district", "state", "county"),
        *("province", "country", "canton", "department", "departement", "municipality", "municipio", "kreis"),
    )
)
"""Words for groups of rows, of which few different numbers are codes."""

LAST_ID_NAMES = frozenset(("no", "num", "number", "nummer", "numero", "#", "key"))

ID_NAMES = frozenset(("index", "row", "rownames", "rowname", "rownum", "unnamed", "idx", "obs", "serial"))

MEASURE_NAMES = frozenset(
    (
        *(
            "time",
            "t",
            "x",
            "day",
            "days",
            "week",
            "weeks",
            "month",
            "months",
            "year",
            "years",
            "hour",
            "age",
        ),
        *("minute", "second", "seconds", "date", "dose", "distance", "rank", "position", "step", "epoch"),
        *("cycle", "cycles", "temperature", "temp", "depth", "height", "size", "length", "weight", "score"),
    )
)


def name_words(name: str) -> set[str]:
    """Return the words of a column's name.

    Examples
    --------
    >>> sorted(name_words("customerID")), sorted(name_words("zip_code 2"))
    (['customer', 'id'], ['2', 'code', 'zip'])
    """
    return {word.casefold() for word in re.findall(r"[^\W\d_]+|\d+|#", _split(name))}


def _split(name: str) -> str:
    return re.sub(r"(?<=[a-zà-ÿ])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)


def is_code_name(name: str) -> bool:
    """Return whether a name says that its numbers are codes, as zip, customer_id, kdnr and cowcode2 do.

    Examples
    --------
    >>> is_code_name("cowcode2"), is_code_name("customer_id"), is_code_name("age")
    (True, True, False)
    """
    words = name_words(name)
    return bool(words & CODE_NAMES) or any(word.endswith(_CODE_ENDS) for word in words)


def is_row_name(name: str) -> bool:
    """Return whether a column has the name of a row's index, or none of its own.

    Examples
    --------
    >>> is_row_name("Unnamed: 0"), is_row_name("column_1"), is_row_name("age")
    (True, True, False)
    """
    return bool(name_words(name) & ID_NAMES) or bool(re.fullmatch(r"column_\d+", name))


def ends_as_id(name: str) -> bool:
    """Return whether a name ends in a word for a number that names something, as in house_no."""
    words = re.findall(r"[^\W_]+|#", _split(name))
    return bool(words) and words[-1].casefold() in LAST_ID_NAMES
