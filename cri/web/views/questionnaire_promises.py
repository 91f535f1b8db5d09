"""Two taps on each promise that was made after an earlier wave: was it noticed, and did it help."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from cri.domain.errors import InputProblem
from cri.domain.sections import NO, PROMISES, YES
from cri.domain.sheet import DONT_KNOW
from cri.domain.wave import Answers
from cri.services.responses import Questionnaire
from cri.web.language import current_language
from cri.web.views.questionnaire_frame import render_page
from cri.web.views.questionnaire_visits import BACK, Visit
from cri.web.views.questionnaire_wording import as_typed


def promises_title() -> str:
    """What the page is called."""
    return str(_("What was promised"))


def show_promises(
    visit: Visit, frame: dict[str, Any], typed: Mapping[str, str] | None, problems: Sequence[InputProblem]
) -> str:
    """The promises in the wave's order, never shuffled; as saved or as `typed`."""
    given = as_typed(frame["progress"]) if typed is None else typed
    refused = {problem.where for problem in problems}
    not_offered = _("This answer was not one of those offered. Choose one of these, or leave it open.")
    promises: list[dict[str, Any]] = []
    errors = []
    for text, questions in _asked(visit.questionnaire):
        asked = []
        for code, prompt in questions:
            error = not_offered if code in refused else None
            asked.append({"code": code, "prompt": prompt, "value": given.get(code), "error": error})
            errors += [{"text": error, "href": f"#{code}"}] if error else []
        promises.append({"text": text, "questions": asked})
    return render_page(
        "promises",
        visit.questionnaire,
        **frame,
        title=promises_title(),
        promises=promises,
        choices=[(str(YES), _("Yes")), (str(NO), _("No"))],
        cannot_say=("DK", _("I cannot say")),
        errors=errors,
    )


def answered_promises(visit: Visit, answers: Answers) -> list[dict[str, Any]]:
    """A row a promise, for the checking page; answer None where there is none: nobody is asked for more."""
    words = {YES: _("yes"), NO: _("no"), DONT_KNOW: _("cannot say"), None: _("open")}
    rows = []
    for text, ((noticed, _first), (helped, _second)) in _asked(visit.questionnaire):
        given = [answers.items.get(code) for code in (noticed, helped)]
        said = _("Noticed: %(noticed)s. Helped: %(helped)s.", noticed=words[given[0]], helped=words[given[1]])
        answer = None if given == [None, None] else said
        rows.append({"statement": text, "answer": answer, "href": f"{PROMISES}?{BACK}#{noticed}"})
    return rows


def _asked(questionnaire: Questionnaire) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each promise in the reader's language, and its two questions: (item's code, prompt)."""
    promised, language = questionnaire.promised, current_language()
    if promised is None:
        return []
    prompts = (_("Did you notice anything of it?"), _("Did it help?"))
    return [
        (texts[language], [(item.code, prompt) for item, prompt in zip(factor.items, prompts, strict=True)])
        for texts, factor in zip(questionnaire.promises, promised.factors, strict=True)
    ]
