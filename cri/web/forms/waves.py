"""Setting up a wave, and changing its time while it is open."""

from datetime import date, datetime, time

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from cri.domain.wave_schedule import Moment
from cri.services.wave_log import REASON_LENGTH
from cri.services.waves import LABEL_LENGTH

_CLOSES_ON = (_l("Last day"), _l("Enter the last day on which people can answer."))
_CLOSES_TIME = (_l("Closing time"), _l("Enter the hour at which it closes."))


class ClosingFields(FlaskForm):  # type: ignore[misc]  # the library has no types
    """When a wave closes: date and time on the agency's own wall clock."""

    closes_on = DateField(_CLOSES_ON[0], [InputRequired(_CLOSES_ON[1])])
    closes_time = TimeField(_CLOSES_TIME[0], [InputRequired(_CLOSES_TIME[1])])

    @property
    def local_closing(self) -> datetime:
        """Date and time as typed, of a form that is valid."""
        assert self.closes_on.data is not None
        assert self.closes_time.data is not None
        return datetime.combine(self.closes_on.data, self.closes_time.data)


class WaveForm(ClosingFields):
    """What is asked, in which languages, and until when."""

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
    companion = BooleanField(_l("Ask ten statements about the public purpose after them"))
    languages = SelectMultipleField(
        _l("Languages it can be answered in"), [DataRequired(_l("Choose at least one language."))]
    )
    noun = SelectField(_l("What you call the people you serve"))
    practice = BooleanField(_l("This is only for practice"))


class ScheduleForm(ClosingFields):
    """What is to happen by itself; empty for what is done by hand. Each is a day and an hour."""

    opens_on = DateField(_l("Day"), [Optional()])
    opens_time = TimeField(_l("Hour"), [Optional()])
    invite_on = DateField(_l("Day"), [Optional()])
    invite_time = TimeField(_l("Hour"), [Optional()])
    first_reminder_on = DateField(_l("Day"), [Optional()])
    first_reminder_time = TimeField(_l("Hour"), [Optional()])
    second_reminder_on = DateField(_l("Day"), [Optional()])
    second_reminder_time = TimeField(_l("Hour"), [Optional()])

    def local(self, moment: Moment) -> tuple[date | None, time | None]:
        """Day and hour as typed, of one moment."""
        name = moment.value.removesuffix("_at")
        return self[f"{name}_on"].data, self[f"{name}_time"].data


class GroupsForm(FlaskForm):  # type: ignore[misc]  # the library has no types
    """The smallest groups that are shown, and what is asked for breakdowns."""

    minimum = IntegerField(
        _l("Smallest group in any result"), [InputRequired(_l("Enter a number of people."))]
    )
    comments_minimum = IntegerField(
        _l("Fewest people before comments are shown"), [InputRequired(_l("Enter a number of people."))]
    )
    breakdowns = SelectMultipleField(_l("Questions about the person"))


class ReasonForm(FlaskForm):  # type: ignore[misc]  # the library has no types
    """Why something is done to an open wave: its log keeps it."""

    reason = TextAreaField(
        _l("Why?"),
        [
            DataRequired(_l("Say why: the log keeps it.")),
            Length(max=REASON_LENGTH, message=_l("The reason may have up to %(max)d characters.")),
        ],
    )


class ExtensionForm(ReasonForm, ClosingFields):
    """A later closing time, and why."""
