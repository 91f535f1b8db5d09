"""The texts of a wave's messages: the agency's own where it wrote one, else the service's."""

import uuid
from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from cri.adapters.message_files import our_words
from cri.db.models import MessageText, Wave
from cri.domain.errors import CriError
from cri.domain.message_plan import Kind
from cri.domain.message_text import MessageWords, TextProblem, text_problems, tidy_words
from cri.services.context import Context
from cri.services.waves import find_draft, find_wave

KEY = ["agency_id", "wave_id", "kind", "language"]


class TextError(CriError):
    """A text that cannot be sent, with what is wrong with it."""

    def __init__(self, problems: Sequence[TextProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(", ".join(f"{one.field}: {one.kind}" for one in problems))


class LanguageMissingError(CriError):
    """The wave is not asked in that language."""


def wave_texts(ctx: Context, wave: Wave) -> dict[tuple[Kind, str], MessageWords]:
    """(kind, language) -> the text that is sent, for each language of the wave."""
    own = {
        (Kind(row.kind), row.language): MessageWords(row.subject, row.body)
        for row in ctx.session.scalars(
            select(MessageText).where(MessageText.agency_id == ctx.agency_id, MessageText.wave_id == wave.id)
        )
    }
    return {
        (kind, language): own.get((kind, language)) or our_words(language).messages[kind]
        for kind in Kind
        for language in wave.languages
    }


def find_text(ctx: Context, wave: Wave, kind: Kind, language: str) -> MessageWords:
    """One text. Raises LanguageMissingError."""
    if language not in wave.languages:
        raise LanguageMissingError
    return wave_texts(ctx, wave)[kind, language]


def is_own(ctx: Context, wave: Wave, kind: Kind, language: str) -> bool:
    """Whether the agency wrote this text, or a draft of the wave shows the service's own."""
    own = ctx.session.get(MessageText, (ctx.agency_id, wave.id, kind.value, language))
    ours = our_words(language).messages[kind]
    return own is not None and (own.subject, own.body) != (ours.subject, ours.body)


def change_text(ctx: Context, wave_id: uuid.UUID, kind: Kind, language: str, subject: str, body: str) -> None:
    """Keep the agency's own text. Raises TextError, LanguageMissingError, WaveStateError once it is open."""
    wave = find_draft(ctx, wave_id)
    if language not in wave.languages:
        raise LanguageMissingError
    words = tidy_words(subject, body)
    if problems := text_problems(words):
        raise TextError(problems)
    row = {"subject": words.subject, "body": words.body}
    key = {"agency_id": ctx.agency_id, "wave_id": wave_id, "kind": kind.value, "language": language}
    ctx.session.execute(
        insert(MessageText).values(**key, **row).on_conflict_do_update(index_elements=KEY, set_=row)
    )
    ctx.session.expire_all()


def take_ours_again(ctx: Context, wave_id: uuid.UUID, kind: Kind, language: str) -> None:
    """Go back to the service's text. Raises WaveStateError once the wave is open."""
    find_draft(ctx, wave_id)
    ctx.session.execute(
        delete(MessageText).where(
            MessageText.agency_id == ctx.agency_id,
            MessageText.wave_id == wave_id,
            MessageText.kind == kind.value,
            MessageText.language == language,
        )
    )
    ctx.session.expire_all()


def freeze_texts(ctx: Context, wave_id: uuid.UUID) -> None:
    """Write down the texts of an open wave that are the service's own: a new version must not change them."""
    wave = find_wave(ctx, wave_id)
    rows = [
        {
            "agency_id": ctx.agency_id,
            "wave_id": wave_id,
            "kind": kind.value,
            "language": language,
            "subject": words.subject,
            "body": words.body,
        }
        for (kind, language), words in wave_texts(ctx, wave).items()
    ]
    ctx.session.execute(insert(MessageText).on_conflict_do_nothing(index_elements=KEY), rows)
