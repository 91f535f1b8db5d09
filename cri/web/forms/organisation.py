"""Sending in a tree and a roster, and accepting them."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, TextAreaField

TABLES = ".csv,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""What a file chooser offers; what a file is, is decided by its bytes."""


class OrganisationForm(FlaskForm):  # type: ignore[misc]  # the library has no types
    """A tree, a roster or both: pasted or as a file."""

    tree = TextAreaField(_l("Paste the units"))
    tree_file = FileField(_l("Or choose a file"))
    roster = TextAreaField(_l("Paste the people"))
    roster_file = FileField(_l("Or choose a file"))


class AcceptForm(FlaskForm):  # type: ignore[misc]  # the library has no types
    """Accepting exactly what was previewed."""

    digest = HiddenField()
    sure = BooleanField(_l("Yes, these people have left"))
