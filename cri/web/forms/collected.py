"""Bringing a sheet of answers that were collected elsewhere."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, DateField, HiddenField
from wtforms.validators import DataRequired


class SheetForm(FlaskForm):  # type: ignore[misc]  # the library has no types
    """A sheet and the days on which its answers were given."""

    sheet = FileField(_l("The sheet of answers"))
    began_on = DateField(_l("First day of the survey"), validators=[DataRequired(_l("Give a day."))])
    ended_on = DateField(_l("Last day of the survey"), validators=[DataRequired(_l("Give a day."))])


class TakeInForm(FlaskForm):  # type: ignore[misc]  # the library has no types
    """Taking in exactly what was checked."""

    digest = HiddenField()
    told = BooleanField(_l("The people who answered were told who would see what, and that it was voluntary"))
