"""Setting up a wave."""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, SelectField, SelectMultipleField, StringField, TimeField
from wtforms.validators import DataRequired, InputRequired, Length

from cri.services.waves import LABEL_LENGTH


class WaveForm(FlaskForm):  # type: ignore[misc]  # the library has no types
    """What is asked, in which languages, and until when; date and time on the agency's own wall clock."""

    label = StringField(
        _l("Name of the survey"),
        [
            DataRequired(_l("Give the survey a name, for example “Autumn 2026”.")),
            Length(max=LABEL_LENGTH, message=_l("The name may have up to %(max)d characters.")),
        ],
    )
    instrument = RadioField(
        _l("Could the people you serve go elsewhere?"), [InputRequired(_l("Choose one of the two."))]
    )
    languages = SelectMultipleField(
        _l("Languages it can be answered in"), [DataRequired(_l("Choose at least one language."))]
    )
    noun = SelectField(_l("What you call the people you serve"))
    closes_on = DateField(
        _l("Last day"), [InputRequired(_l("Enter the last day on which people can answer."))]
    )
    closes_time = TimeField(_l("Closing time"), [InputRequired(_l("Enter the hour at which it closes."))])

    @property
    def local_closing(self) -> datetime:
        """Date and time as typed, of a form that is valid."""
        assert self.closes_on.data is not None
        assert self.closes_time.data is not None
        return datetime.combine(self.closes_on.data, self.closes_time.data)
