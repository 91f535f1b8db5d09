"""Which column of a table is which of ours: guessed by its name in four languages, chosen by a person.

Columns that nobody chose are never read, and go no further than this.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from cri.domain.roster import MAY_BE_MISSING, PERSON_COLUMNS, SURNAME, UNIT_COLUMNS, Table
from cri.domain.roster_problems import ROSTER, TREE
from cri.domain.staff_numbers import NUMBER

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {TREE: UNIT_COLUMNS, ROSTER: ("name", SURNAME, *PERSON_COLUMNS[1:], NUMBER)}
)

# As spreadsheets head them, in English, Spanish, French and Arabic; without accents, signs or capitals.
_UNIT_CODE = """
    unitcode unitno unitnumber deptcode departmentcode codigo codigounidad
    codeunite codedeservice رمز الرمز رمزالوحدة
"""
_NAMES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        TREE: {
            "code": f"{_UNIT_CODE} id unitid",
            "parent": """
                parentcode parentunit parentid above reportsto superior unidadsuperior codigosuperior padre
                codigopadre codeparent uniteparente unitesuperieure rattachement الوحدةالأعلى الأصل رمزالأصل
            """,
            "name": """
                unitname unit title department nombre nombreunidad unidad departamento denominacion nom
                nomunite unite service libelle intitule الاسم اسمالوحدة الوحدة القسم
            """,
        },
        ROSTER: {
            "name": """
                fullname person employee employeename staffname firstname givenname forename
                nombrecompleto nombreyapellidos nombre empleado nomcomplet nometprenom prenom salarie agent
                الاسم الاسمالكامل الموظف اسمالموظف الاسمالأول
            """,
            SURNAME: "lastname familyname apellido apellidos nom nomdefamille اسمالعائلة اللقب",
            "email": """
                emailaddress mail mailaddress workemail correo correoelectronico courriel mel adressemail
                adresseelectronique البريد البريدالإلكتروني الإيميل
            """,
            "unit": f"""{_UNIT_CODE}
                code orgunit department dept unidad departamento unite service الوحدة القسم
            """,
            "language": "lang preferredlanguage locale idioma lengua langue اللغة لغة",
            NUMBER: """
                staffnumber staffno staffid employeenumber employeeno employeeid personnelnumber personnelno
                persnr payrollnumber numeroempleado numerodeempleado legajo matricula matricule numeroagent
                numerodagent الرقمالوظيفي رقمالموظف
            """,
        },
    }
)


ROWS_OF_TITLES: Final = 10
"""How far below the first row a header is looked for."""


@dataclass(frozen=True, slots=True)
class Guess:
    """Places of our columns in a table's header. `open`: those that a person must see to."""

    places: Mapping[str, int]
    open: tuple[str, ...]


def guess_columns(table: Table) -> Guess:
    """What each column is by its name. Our own names go first; what two columns might be stays open."""
    found: dict[str, int] = {}
    unclear: list[str] = []
    heads = [_plain(name) for name in table.header]
    for column in COLUMNS[table.part]:
        others = frozenset(_plain(name) for name in _NAMES[table.part][column].split())
        places = _places(heads, {column}) or [
            place for place in _places(heads, others) if place not in found.values()
        ]
        if places:
            found[column] = places[0]
        optional = column in MAY_BE_MISSING
        if len(places) > 1 or not (places or optional):
            unclear.append(column)
    if SURNAME in found and "name" not in found:  # a column "nom" alone is the whole name
        found["name"] = found.pop(SURNAME)
        unclear = [column for column in unclear if column not in ("name", SURNAME)]
    return Guess(found, tuple(unclear))


def below_titles(table: Table) -> Table:
    """The table from its header on: titles, dates and the like that stand above it are left out.

    Its header is the first row that names at least two of our columns, if the first row of all names none.
    """
    if _named(table.part, table.header) > 0:
        return table
    for place, (_, cells) in enumerate(table.rows[:ROWS_OF_TITLES]):
        if _named(table.part, cells) > 1:
            return Table(table.part, cells, table.rows[place + 1 :])
    return table


def _named(part: str, cells: tuple[str, ...]) -> int:
    return len(guess_columns(Table(part, cells, ())).places)


def take_columns(table: Table, places: Mapping[str, int]) -> Table:
    """The table with our columns only, under our names; everything else is left behind."""
    chosen = [column for column in COLUMNS[table.part] if column in places]
    width = len(table.header)
    rows = []
    for row, cells in table.rows:
        beyond = cells[width:] if any(map(str.strip, cells[width:])) else ()
        rows.append((row, (*(_cell(cells, places[column]) for column in chosen), *beyond)))
    return Table(table.part, tuple(chosen), tuple(rows))


def first_cells(table: Table, most: int = 3) -> list[tuple[str, ...]]:
    """The first cells of each column, for somebody who has to say what it is."""
    return [
        tuple(cell for _, cells in table.rows[:most] if (cell := _cell(cells, place)).strip())
        for place in range(len(table.header))
    ]


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""


def _places(heads: Sequence[str], names: frozenset[str] | set[str]) -> list[int]:
    return [place for place, head in enumerate(heads) if head in names]


def _plain(name: str) -> str:
    """Letters and digits alone, without accents, small."""
    bare = unicodedata.normalize("NFKD", name.casefold())
    return re.sub(r"[\W_]", "", "".join(sign for sign in bare if not unicodedata.combining(sign)))
