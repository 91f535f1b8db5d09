"""The last two pages before submitting: what is asked beside the factors, and the check of everything."""

from collections.abc import Container, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from cri.domain.errors import InputProblem
from cri.domain.instrument import Instrument
from cri.domain.wave import PREFERS_NOT
from cri.services.drafts import Progress
from cri.web.texts import number
from cri.web.views.questionnaire_frame import render_page
from cri.web.views.questionnaire_kept import check_from_kept, closing_from_kept, is_ordinary
from cri.web.views.questionnaire_promises import answered_promises, promises_title
from cri.web.views.questionnaire_visits import BACK, CLOSING, Visit
from cri.web.views.questionnaire_wording import (
    as_typed,
    in_order,
    option_in_words,
    point_in_words,
    texts_of,
)


def show_closing(
    visit: Visit, frame: dict[str, Any], typed: Mapping[str, str] | None, problems: Sequence[InputProblem]
) -> str:
    """Outcomes, profile and open questions, as far as the instrument has them; as saved or as `typed`."""
    if typed is None and not problems and is_ordinary(visit.token, frame["notice"]):
        return closing_from_kept(visit, frame, _closing_shown)
    progress = frame["progress"]
    given = {**as_typed(progress), **progress.answers.comments} if typed is None else typed
    refused = {problem.where for problem in problems}
    return render_page("closing", visit.questionnaire, **frame, **_closing_shown(visit, given, refused))


def _closing_shown(
    visit: Visit, given: Mapping[str, str], refused: Container[str] = frozenset()
) -> dict[str, Any]:
    """What the template shows: each question with what is `given`, and an error where that is `refused`."""
    questionnaire, texts = visit.questionnaire, texts_of(visit.questionnaire.instrument)
    instrument, question_texts = questionnaire.closing, _open_questions(visit)
    not_offered = _("This answer was not one of those offered. Choose one of these, or leave it open.")
    outcomes = [
        {
            "code": item.code,
            "statement": texts.statement(item.code, questionnaire.noun),
            "value": given.get(item.code),
            "error": not_offered if item.code in refused else None,
        }
        for item in instrument.outcomes
    ]
    profile = [
        {
            "code": question.code,
            "prompt": texts.profile[question.code].prompt,
            "options": [(code, texts.profile[question.code].options[code]) for code in question.options],
            "value": given.get(question.code),
            "error": not_offered if question.code in refused else None,
        }
        for question in instrument.profile
    ]
    questions = [
        {
            "code": question.code,
            "prompt": question_texts[question.code].prompt,
            "hint": question_texts[question.code].hint,
            "value": given.get(question.code, ""),
            "error": _comment_error(given.get(question.code, ""), question.max_length)
            if question.code in refused
            else None,
        }
        for question in instrument.questions
    ]
    asked = [*outcomes, *profile, *questions]
    return {
        "title": _closing_title(instrument),
        "stem": texts.stem,
        "outcomes": outcomes,
        "labels": texts.scale_labels,
        "lowest": instrument.scale.minimum,
        "dont_know": texts.dont_know,
        "profile": profile,
        "prefer_not": (PREFERS_NOT, texts.prefer_not_to_say),
        "questions": questions,
        "least": number(questionnaire.minimum),
        "errors": [{"text": one["error"], "href": f"#{one['code']}"} for one in asked if one["error"]],
    }


def _open_questions(visit: Visit) -> dict[str, Any]:
    """Question code -> its words, of everything that is asked."""
    released = [one for one in visit.questionnaire.asked if one.questions]
    return {code: words for one in released for code, words in texts_of(one).questions.items()}


def _closing_title(instrument: Instrument) -> str:
    beside = instrument.profile or instrument.outcomes
    return str(_("About your work") if beside else _("In your own words"))


def show_check(visit: Visit, frame: dict[str, Any]) -> str:
    """Every answer in words, what is open, and Submit."""
    questionnaire, answers = visit.questionnaire, frame["progress"].answers
    sections, still_open = [], []
    total = len(visit.sections)
    for place, section in enumerate(visit.sections, start=1):
        factor, texts, rows = section.factor, texts_of(section.instrument), []
        for item in in_order(visit, factor):
            statement = texts.statement(item, questionnaire.noun)
            href = _change(str(place), item)
            answer = point_in_words(section.instrument, texts, answers.items.get(item))
            if answer is None:  # each statement is on the page once: here or among the answers
                still_open.append({"text": statement, "href": href})
            else:
                rows.append({"statement": statement, "answer": answer, "href": href})
        title = _("Section %(number)s of %(total)s", number=place, total=total)
        sections.append(_answered(title, rows, len(factor.items)))
    sections = [section for section in sections if section["rows"]]
    rows = answered_promises(visit, answers)
    if rows:
        sections.insert(0, _answered(promises_title(), rows, len(rows)))
    rows = _beside_the_factors(visit, frame["progress"])
    if rows:
        sections.append(_answered(_closing_title(questionnaire.closing), rows, len(rows)))
    question_texts = _open_questions(visit)
    comments = [
        {
            "statement": question_texts[question.code].prompt,
            "answer": answers.comments.get(question.code),
            "href": _change(CLOSING, question.code),
        }
        for question in questionnaire.closing.questions
    ]
    shown = {"sections": sections, "still_open": still_open, "comments": comments}
    if is_ordinary(visit.token, frame["notice"]):
        return check_from_kept(visit, frame, shown)
    return render_page("check", questionnaire, **frame, **shown)


def _change(step: str, code: str) -> str:
    """From the checking page to one answer, and back with Next. Without the path: the page is weighed."""
    return f"{step}?{BACK}#{code}"


def _answered(title: str, rows: list[dict[str, Any]], of_all: int) -> dict[str, Any]:
    answered = sum(row["answer"] is not None for row in rows)
    state = _("%(answered)s of %(all)s answered", answered=answered, all=of_all)
    return {"title": title, "state": state, "rows": rows}


def _beside_the_factors(visit: Visit, progress: Progress) -> list[dict[str, Any]]:
    """Outcomes and profile with their answers, None where there is none: nobody is asked for more."""
    questionnaire, instrument = visit.questionnaire, visit.questionnaire.instrument
    answers, texts = progress.answers, texts_of(instrument)
    outcomes = [
        (
            item.code,
            texts.statement(item.code, questionnaire.noun),
            point_in_words(instrument, texts, answers.items.get(item.code)),
        )
        for item in instrument.outcomes
    ]
    profile = [
        (
            question.code,
            texts.profile[question.code].prompt,
            option_in_words(texts, question.code, answers.profile.get(question.code)),
        )
        for question in instrument.profile
    ]
    return [
        {"statement": asked, "answer": answer, "href": _change(CLOSING, code)}
        for code, asked, answer in (*outcomes, *profile)
    ]


def _comment_error(text: str, most: int) -> str:
    """Why a comment was refused; both ends of a text count what is left after trimming."""
    length = len(text.replace("\r\n", "\n").strip())
    if length > most:
        said = ngettext(
            "Your text is one character too long: it has %(length)s, and %(most)s fit.",
            "Your text is %(num)s characters too long: it has %(length)s, and %(most)s fit.",
            length - most,
            length=number(length),
            most=number(most),
        )
    else:
        said = _("Your text holds signs that cannot be printed. Type it here rather than paste it.")
    return str(said)
