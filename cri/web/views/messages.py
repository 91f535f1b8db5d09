"""Messages of a wave: what is sent and when, its texts, a test to oneself, and addresses to mend."""

import uuid
from http import HTTPStatus

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cri.adapters.caught_mail import Catcher
from cri.adapters.mail import AddressError
from cri.adapters.smtp import MailServerError, Outcome
from cri.db.models import Wave
from cri.domain.access import Permission
from cri.domain.message_plan import Kind
from cri.domain.message_text import BODY, SUBJECT, MessageWords, text_problems, tidy_words
from cri.services import bounces, deliveries, message_texts, messages
from cri.services.agencies import this_agency
from cri.services.context import Context
from cri.services.waves import find_wave
from cri.web.access import here, requires
from cri.web.language import direction_of, language_name
from cri.web.message_words import KINDS, placeholder_rows, progress_row, said_of
from cri.web.texts import number

views = Blueprint("messages", __name__, url_prefix="/waves/<uuid:wave_id>/messages")


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.get("")
@requires(Permission.RUN_WAVES)
def show(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """The plan with what was sent, the texts, and whom messages do not reach."""
    wave, agency = find_wave(ctx, wave_id), this_agency(ctx)
    mail = ctx.parts.mail
    return render_template(
        "views/messages/show.html",
        wave=wave,
        can_send=wave.state == "open" and not wave.practice and mail is not None,
        frozen=wave.state != "draft",
        mail=mail is not None,
        caught=isinstance(mail, Catcher),
        kinds=[progress_row(one, agency.time_zone) for one in messages.progress(ctx, wave)],
        texts=_text_links(wave),
        unreached=bounces.unreached(ctx, wave_id) if wave.state == "open" else [],
        opted_out=number(bounces.opted_out_count(ctx, wave_id)),
    )


def _text_links(wave: Wave) -> list[dict[str, object]]:
    return [
        {
            "title": str(title),
            "languages": [
                {
                    "name": language_name(language),
                    "code": language,
                    "href": url_for(".text", wave_id=wave.id, kind=kind.value, locale=language),
                }
                for language in wave.languages
            ],
        }
        for kind, title in KINDS.items()
    ]


@views.get("/texts/<kind>/<locale>")
@requires(Permission.RUN_WAVES)
def text(ctx: Context, wave_id: uuid.UUID, kind: str, locale: str) -> ResponseReturnValue:
    """One text, as it will look."""
    wave, which = find_wave(ctx, wave_id), _kind(kind)
    words = _words(ctx, wave, which, locale)
    return _text_page(ctx, wave, which, locale, words, words)


@views.post("/texts/<kind>/<locale>")
@requires(Permission.RUN_WAVES)
def change(ctx: Context, wave_id: uuid.UUID, kind: str, locale: str) -> ResponseReturnValue:
    """Keep a text, or send it as a test to whoever is signed in: it is checked either way."""
    wave, which = find_wave(ctx, wave_id), _kind(kind)
    shown = _words(ctx, wave, which, locale)
    typed = tidy_words(request.form.get("subject", ""), request.form.get("body", ""))
    if wave.state != "draft":
        typed = shown
    problems = {problem.field: said_of(problem) for problem in text_problems(typed)}
    if problems:
        page = _text_page(ctx, wave, which, locale, typed, shown, problems)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    if request.form.get("go") == "test":
        _send_test(ctx, wave, typed, locale)
        return _text_page(ctx, wave, which, locale, typed, typed)
    message_texts.change_text(ctx, wave_id, which, locale, typed.subject, typed.body)
    flash(_("Saved."), "success")
    return redirect(url_for(".text", wave_id=wave_id, kind=kind, locale=locale), 303)


@views.post("/texts/<kind>/<locale>/ours")
@requires(Permission.RUN_WAVES)
def ours(ctx: Context, wave_id: uuid.UUID, kind: str, locale: str) -> ResponseReturnValue:
    """Go back to the text that the service comes with."""
    message_texts.take_ours_again(ctx, wave_id, _kind(kind), locale)
    flash(_("The usual text is back."), "success")
    return redirect(url_for(".text", wave_id=wave_id, kind=kind, locale=locale), 303)


@views.post("/<kind>/send")
@requires(Permission.RUN_WAVES)
def send(ctx: Context, wave_id: uuid.UUID, kind: str) -> ResponseReturnValue:
    """Begin to send messages of a kind now."""
    try:
        deliveries.begin_by_hand(ctx, wave_id, _kind(kind))
    except deliveries.MailMissingError:
        flash(_("This service has no mail server yet. Whoever runs it must name one."), "error")
    except deliveries.KindBegunError:
        flash(_("These messages are being sent already: nobody gets one twice."), "error")
    except deliveries.FreeDayError:
        flash(_("Today is not a working day at your agency. Reminders go out on working days only."), "error")
    else:
        flash(_("They are being sent. Load this page again to see how far they are."), "success")
    return redirect(url_for(".show", wave_id=wave_id), 303)


@views.post("/<kind>/again")
@requires(Permission.RUN_WAVES)
def again(ctx: Context, wave_id: uuid.UUID, kind: str) -> ResponseReturnValue:
    """Send once more what perhaps went out: somebody has decided that twice is better than not at all."""
    find_wave(ctx, wave_id)
    count = bounces.send_unsure_again(ctx, wave_id, _kind(kind))
    flash(
        ngettext("%(num)s message is sent once more.", "%(num)s messages are sent once more.", count),
        "success",
    )
    return redirect(url_for(".show", wave_id=wave_id), 303)


@views.post("/came-back")
@requires(Permission.RUN_WAVES)
def came_back(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """A message came back to somebody's own mailbox."""
    find_wave(ctx, wave_id)
    try:
        bounces.note_bounce_by_hand(ctx, wave_id, request.form.get("address", ""))
    except bounces.PersonMissingError:
        flash(_("Nobody who is invited has that address. Nothing was changed."), "error")
    else:
        flash(_("Noted. No message goes to that address any more."), "success")
    return redirect(url_for(".show", wave_id=wave_id, _anchor="unreached"), 303)


@views.post("/mend")
@requires(Permission.RUN_WAVES)
def mend(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """Give somebody another address; their invitation goes out again."""
    find_wave(ctx, wave_id)
    try:
        person_id = uuid.UUID(request.form.get("person", ""))
        bounces.mend_address(ctx, wave_id, person_id, request.form.get("address", ""))
    except (ValueError, bounces.PersonMissingError):
        abort(404)
    except bounces.NoAddressError:
        flash(_("That is no e-mail address. Nothing was changed."), "error")
    except bounces.AddressTakenError:
        flash(_("Somebody else on the roster has that address. Nothing was changed."), "error")
    else:
        flash(_("Saved. The invitation goes out again."), "success")
    return redirect(url_for(".show", wave_id=wave_id, _anchor="unreached"), 303)


def _kind(given: str) -> Kind:
    try:
        return Kind(given)
    except ValueError:
        abort(404)


def _words(ctx: Context, wave: Wave, kind: Kind, locale: str) -> MessageWords:
    try:
        return message_texts.find_text(ctx, wave, kind, locale)
    except message_texts.LanguageMissingError:
        abort(404)


def _text_page(
    ctx: Context,
    wave: Wave,
    kind: Kind,
    locale: str,
    words: MessageWords,
    shown: MessageWords,
    problems: dict[str, str] | None = None,
) -> str:
    """words: in the form; shown: in the preview, which is always of a text without problems."""
    reader = here()
    assert reader is not None
    preview = messages.preview(ctx, wave, shown, locale, reader.name or reader.email)
    return render_template(
        "views/messages/text.html",
        wave=wave,
        kind=kind.value,
        title=str(KINDS[kind]),
        locale_code=locale,
        language=language_name(locale),
        text_direction=direction_of(locale),
        words=words,
        problems=problems or {},
        fields=(SUBJECT, BODY),
        preview=preview,
        placeholders=placeholder_rows(),
        frozen=wave.state != "draft",
        own=message_texts.is_own(ctx, wave, kind, locale),
        others=[
            {
                "name": language_name(one),
                "code": one,
                "href": url_for(".text", wave_id=wave.id, kind=kind.value, locale=one),
            }
            for one in wave.languages
            if one != locale
        ],
        email=reader.email,
        mail=ctx.parts.mail is not None,
    )


def _send_test(ctx: Context, wave: Wave, words: MessageWords, locale: str) -> None:
    reader = here()
    assert reader is not None
    try:
        handover = messages.send_test(ctx, wave.id, words, locale, reader.name, reader.email)
    except deliveries.MailMissingError:
        flash(_("This service has no mail server yet. Whoever runs it must name one."), "error")
    except AddressError:
        flash(_("No mail can be sent to your address %(address)s.", address=reader.email), "error")
    except MailServerError as error:
        flash(_("The mail server takes no messages now: %(why)s", why=str(error)), "error")
    else:
        if handover.outcome is Outcome.ACCEPTED:
            flash(_("A test message is on its way to %(address)s.", address=reader.email), "success")
        elif handover.outcome is Outcome.UNSURE:
            flash(
                _("The mail server has not said whether it takes the message. Look into your mailbox."),
                "error",
            )
        else:
            flash(_("The mail server did not take the message: %(why)s", why=handover.reply), "error")
