"""Comments of a sealed wave: redacted, put before a person, and read by others once all are decided.

They leave the sealed file once, redacted, in random order and under random ids: nothing ties a comment to
another one, to answers, to a unit or to a time. docs/anonymity.md; docs/decisions/comments.md.
"""

import json
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

from cri.db.models import CommentDecision, Person, Wave, WaveComment
from cri.db.queries.waves import frozen_units, lock_wave
from cri.domain.errors import CriError
from cri.domain.name_finding import Known, known
from cri.domain.redaction import hidden, rare_scripts, redacted
from cri.domain.wave import COMMENTS_MINIMUM, MINIMUM
from cri.services.agencies import this_agency
from cri.services.context import Context
from cri.services.scoring import load_scorecard
from cri.services.sheets import sheet_folder

WAITING, CLEARED, WITHHELD = "waiting", "cleared", "withheld"
STATES: Final = (WAITING, CLEARED, WITHHELD)


class CommentGoneError(CriError):
    """The wave has no such comment."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the comments of one question are: how many are in each state."""

    question: str
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """How many people wrote something: the wave's minimum for comments at least."""
        return sum(self.counts.values())

    @property
    def decided(self) -> bool:
        """Whether a person has decided on every one of them."""
        return not self.counts.get(WAITING)


def sealed_comments(ctx: Context, wave_id: uuid.UUID) -> bool:
    """Whether comments of the wave lie sealed and have not been brought before anybody yet."""
    return _sealed_key(ctx, wave_id) in ctx.parts.blobs.keys(sheet_folder(ctx.agency_id, wave_id))


def bring_comments(ctx: Context, wave_id: uuid.UUID) -> int:
    """Put the sealed comments of a scored wave, redacted, before those who clear them; returns how many.

    Done again it brings none. The sealed file stays until `forget_sealed`, after this has been committed.
    """
    wave = lock_wave(ctx.session, ctx.agency_id, wave_id)
    if wave.state != "scored" or standings(ctx, wave_id) or not sealed_comments(ctx, wave_id):
        return 0
    sealed = json.loads(ctx.parts.blobs.get(_sealed_key(ctx, wave_id)))
    about = known_to(ctx, wave)
    least = max(wave.comments_minimum, COMMENTS_MINIMUM)
    rows = [
        WaveComment(
            agency_id=ctx.agency_id,
            id=uuid.uuid4(),
            wave_id=wave_id,
            question=question,
            text=redacted(text, about),
            state=WAITING,
        )
        for question, texts in sealed.items()
        if len(texts) >= least
        for text in texts
    ]
    secrets.SystemRandom().shuffle(rows)
    ctx.session.add_all(rows)
    ctx.session.flush()
    return len(rows)


def forget_sealed(ctx: Context, wave_id: uuid.UUID) -> None:
    """Destroy the sealed file of comments that were brought: from then on there are only the redacted."""
    if standings(ctx, wave_id):
        ctx.parts.blobs.delete(_sealed_key(ctx, wave_id))


def known_to(ctx: Context, wave: Wave) -> Known:
    """What must not be read in a wave's comments: names of the roster, units too small for comments.

    A comment that names its unit is about that group, so the group needs as many people as comments do.
    """
    people = ctx.session.scalars(select(Person.name).where(Person.agency_id == ctx.agency_id))
    scorecard = load_scorecard(ctx, wave.id) or {"units": []}
    large = {unit["code"] for unit in scorecard["units"] if (unit["n"] or 0) >= wave.comments_minimum}
    tree = frozen_units(ctx.session, ctx.agency_id, wave.id)
    small = [unit.name for unit in tree if unit.code not in large]
    told = [unit.name for unit in tree if unit.code in large]
    return known(people, small, [*told, this_agency(ctx).name])


def standings(ctx: Context, wave_id: uuid.UUID) -> list[Standing]:
    """How far each question's comments are; nothing before they were brought."""
    counted = ctx.session.execute(
        select(WaveComment.question, WaveComment.state, func.count())
        .where(WaveComment.agency_id == ctx.agency_id, WaveComment.wave_id == wave_id)
        .group_by(WaveComment.question, WaveComment.state)
    )
    found: dict[str, dict[str, int]] = {}
    for question, state, count in counted:
        found.setdefault(question, {})[state] = count
    return [Standing(question, counts) for question, counts in sorted(found.items())]


def comments_of(
    ctx: Context, wave_id: uuid.UUID, question: str, state: str, most: int | None = None
) -> list[WaveComment]:
    """Comments of one question in one state, in the random order of their ids."""
    return list(
        ctx.session.scalars(
            select(WaveComment)
            .where(
                WaveComment.agency_id == ctx.agency_id,
                WaveComment.wave_id == wave_id,
                WaveComment.question == question,
                WaveComment.state == state,
            )
            .order_by(WaveComment.id)
            .limit(most)
        )
    )


def telling_scripts(ctx: Context, wave_id: uuid.UUID, question: str) -> frozenset[str]:
    """Scripts in which so few wrote that a reader may know who did."""
    texts = [one.text for state in STATES for one in comments_of(ctx, wave_id, question, state)]
    return rare_scripts(texts, MINIMUM)


def readable_comments(ctx: Context, wave_id: uuid.UUID) -> list[tuple[Standing, list[str]]]:
    """What others than those who clear may read: of each question the cleared texts, [] while any waits.

    All at once, so that neither the order of decisions nor their time says anything.
    """
    return [
        (
            standing,
            [one.text for one in comments_of(ctx, wave_id, standing.question, CLEARED)]
            if standing.decided
            else [],
        )
        for standing in standings(ctx, wave_id)
    ]


def decide(
    ctx: Context, wave_id: uuid.UUID, comment_id: uuid.UUID, state: str, words: Sequence[str] = ()
) -> tuple[str, ...]:
    """Clear or withhold a comment, and hide more words of it; returns those words that it does not hold.

    A comment whose words were not found keeps its state: whoever meant to hide them looks again. Raises
    CommentGoneError for one that this wave does not have, ValueError for no such state.
    """
    if state not in {CLEARED, WITHHELD}:
        raise ValueError(f'no decision "{state}"')
    comment = ctx.session.scalars(
        select(WaveComment)
        .where(
            WaveComment.agency_id == ctx.agency_id,
            WaveComment.wave_id == wave_id,
            WaveComment.id == comment_id,
        )
        .with_for_update()
    ).one_or_none()
    if comment is None:
        raise CommentGoneError
    text, missing = hidden(comment.text, words)
    if text != comment.text:
        comment.text = text
        _note(ctx, comment_id, "hidden")
    if not missing and comment.state != state:
        comment.state = state
        _note(ctx, comment_id, state)
    ctx.session.flush()
    return missing


def _note(ctx: Context, comment_id: uuid.UUID, decision: str) -> None:
    assert ctx.actor.account_id is not None
    ctx.session.add(
        CommentDecision(
            agency_id=ctx.agency_id,
            id=uuid.uuid4(),
            comment_id=comment_id,
            decision=decision,
            decided_by=ctx.actor.account_id,
            decided_at=ctx.now,
        )
    )


def _sealed_key(ctx: Context, wave_id: uuid.UUID) -> str:
    return f"{sheet_folder(ctx.agency_id, wave_id)}/comments.json"
