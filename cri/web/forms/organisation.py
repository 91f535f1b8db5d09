"""Sending in a tree and a roster, accepting them, and changing one person."""

from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired

from cri.domain.roster import SURNAME
from cri.domain.roster_problems import ROSTER, TREE
from cri.domain.staff_numbers import NUMBER

TABLES = ".csv,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""What a file chooser offers; what a file is, is decided by its bytes."""

LABELS: Mapping[tuple[str, str], str] = {
    (TREE, "code"): _l("Code of the unit"),
    (TREE, "parent"): _l("Code of the unit above"),
    (TREE, "name"): _l("Name of the unit"),
    (ROSTER, "name"): _l("Name"),
    (ROSTER, SURNAME): _l("Family name, if it has a column of its own"),
    (ROSTER, "email"): _l("E-mail address"),
    (ROSTER, "unit"): _l("Unit, by code or name"),
    (ROSTER, "language"): _l("Language"),
    (ROSTER, NUMBER): _l("Staff number, for people without e-mail"),
}
"""What each of our columns holds."""


class OrganisationForm(FlaskForm):  # type: ignore[misc]  # the library has no types
    """A tree, a roster or both: pasted or as a file."""

    tree = TextAreaField(_l("Paste the units"))
    tree_file = FileField(_l("Or choose a file"))
    roster = TextAreaField(_l("Paste the people"))
    roster_file = FileField(_l("Or choose a file"))
    choose = BooleanField(_l("I want to say myself which column is which"))


class ColumnsForm(FlaskForm):  # type: ignore[misc]  # the library has no types
    """Which column is which: the fields are those of the tables that were sent."""


class AcceptForm(FlaskForm):  # type: ignore[misc]  # the library has no types
    """Accepting exactly what was previewed."""

    digest = HiddenField()
    sure = BooleanField(_l("Yes, these people have left"))
    record = SelectMultipleField(_l("What happened to these units?"), validate_choice=False)
    day = DateField(_l("From which day on?"))


class UndoForm(FlaskForm):  # type: ignore[misc]  # the library has no types
    """Taking the last update back."""

    update = HiddenField()
    sure = BooleanField(_l("Yes, these people are to leave the roster"))


class PersonForm(FlaskForm):  # type: ignore[misc]  # the library has no types
    """One person."""

    name = StringField(_l("Name"))
    email = StringField(_l("E-mail address"))
    number = StringField(_l("Staff number, for people without e-mail"))
    unit = SelectField(_l("Unit"), validate_choice=False)
    language = SelectField(_l("Language"), validate_choice=False)


class EventForm(FlaskForm):  # type: ignore[misc]  # the library has no types
    """What happened to units."""

    before = TextAreaField(_l("The units before, by code, one a line"))
    after = TextAreaField(_l("The units after, by code, one a line"))
    day = DateField(_l("From which day on?"), validators=[DataRequired(_l("Give a day."))])


def columns_form(asked: Sequence[tuple[str, str]], heads: Mapping[str, Sequence[str]]) -> ColumnsForm:
    """A select for each of our columns (part, column), with the part's own columns to choose from."""

    class Form(ColumnsForm):
        pass

    for part, column in asked:
        setattr(Form, f"{part}_{column}", SelectField(LABELS[part, column], validate_choice=False))
    form = Form()
    for part, column in asked:
        heads_of_part = ((str(place), head) for place, head in enumerate(heads[part]))
        form[f"{part}_{column}"].choices = [("", _l("Not in the table")), *heads_of_part]
    return form
