"""Promises of an earlier wave that a wave's questionnaire asks about; answers are sealed like any other."""

import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import delete, insert, select

from cri.db.models import WavePromise
from cri.domain.errors import InputError, InputProblem
from cri.domain.sections import MOST_PROMISES
from cri.services.context import Context
from cri.services.waves import find_wave, lock_in

LENGTH = 200
"""Characters of a promise: what fits on a phone above two questions."""


def wave_promises(ctx: Context, wave_id: uuid.UUID) -> tuple[Mapping[str, str], ...]:
    """The wave's promises in their order: language -> text. Raises WaveMissingError."""
    find_wave(ctx, wave_id)
    statement = (
        select(WavePromise.texts)
        .where(WavePromise.agency_id == ctx.agency_id, WavePromise.wave_id == wave_id)
        .order_by(WavePromise.place)
    )
    return tuple(ctx.session.scalars(statement))


def set_promises(ctx: Context, wave_id: uuid.UUID, promises: Sequence[Mapping[str, str]]) -> None:
    """Replace the promises of a draft; those without a text in any language are left out.

    Raises InputError (`where`: "1.en" is the first one's English text), WaveMissingError, and WaveStateError
    once the wave is open.
    """
    wave = lock_in(ctx, wave_id, "draft")
    kept, problems = [], []
    for place, given in enumerate(promises, start=1):
        texts = {language: " ".join(given.get(language, "").split()) for language in wave.languages}
        if any(texts.values()):
            kept.append(texts)
            problems += [_problem(place, language, text) for language, text in texts.items()]
    if len(kept) > MOST_PROMISES:
        problems.append(InputProblem(f"{len(kept)} promises", "promises", f"at most {MOST_PROMISES}"))
    if found := [problem for problem in problems if problem is not None]:
        raise InputError(found)
    ctx.session.execute(
        delete(WavePromise).where(WavePromise.agency_id == ctx.agency_id, WavePromise.wave_id == wave_id)
    )
    rows = [
        {"agency_id": ctx.agency_id, "wave_id": wave_id, "place": place, "texts": texts}
        for place, texts in enumerate(kept, start=1)
    ]
    if rows:
        ctx.session.execute(insert(WavePromise), rows)


def _problem(place: int, language: str, text: str) -> InputProblem | None:
    where = f"{place}.{language}"
    if not text:
        return InputProblem("is missing", where, "the same promise in each language of the survey")
    if len(text) > LENGTH:
        return InputProblem(f"{len(text)} characters", where, f"at most {LENGTH} characters")
    if not text.isprintable():
        return InputProblem("control characters", where, "printable text")
    return None
