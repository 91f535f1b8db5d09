"""What the pages of the questionnaire share: the instrument's words, and answers as words."""

from collections.abc import Mapping

from cri.adapters.instrument_files import InstrumentTexts
from cri.domain.instrument import Factor, Instrument
from cri.domain.sheet import DONT_KNOW
from cri.domain.wave import PREFERS_NOT, page_order
from cri.services.drafts import Progress
from cri.services.instruments import released_texts
from cri.web.language import current_language
from cri.web.views.questionnaire_visits import Visit


def texts_of(instrument: Instrument) -> InstrumentTexts:
    """The instrument's words in the language of this page."""
    return released_texts(instrument.code, instrument.version, current_language())


def in_order(visit: Visit, factor: Factor) -> list[str]:
    """Codes of a factor's items in this respondent's own order."""
    invitation = visit.questionnaire.invitation_id
    return [item.code for item in page_order(factor, invitation.bytes if invitation else b"")]


def as_typed(progress: Progress) -> Mapping[str, str]:
    """The saved choices as a form would send them."""
    items = progress.answers.items.items()
    points = {code: "DK" if value == DONT_KNOW else str(value) for code, value in items}
    return {**points, **progress.answers.profile}


def point_in_words(instrument: Instrument, texts: InstrumentTexts, value: int | None) -> str | None:
    """The label of a point of the scale or of "don't know"; None for no answer."""
    if value is None:
        return None
    if value == DONT_KNOW:
        return texts.dont_know
    return texts.scale_labels[value - instrument.scale.minimum]


def option_in_words(texts: InstrumentTexts, question: str, option: str | None) -> str | None:
    """What an option of a profile question is called; None for no answer."""
    if option is None:
        return None
    return texts.prefer_not_to_say if option == PREFERS_NOT else texts.profile[question].options[option]
