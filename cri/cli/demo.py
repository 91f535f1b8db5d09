"""What `cri demo` does between starting PostgreSQL and saying that it is ready."""

import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from cri.app import make_workshop
from cri.db.duties import appoint
from cri.db.models import Account
from cri.domain.access import Duty
from cri.domain.errors import InputError, InputProblem
from cri.services import example
from cri.services.accounts import create_account
from cri.services.context import Context
from cri.services.example import SignIn
from cri.services.example_answers import AGENCY_ID
from cri.services.links import link_url, open_token
from cri.services.packs import find_report
from cri.settings import Settings

SEED_SECONDS = 600
SERVED_SECONDS = 180  # a machine with other work to do takes its time
Tell = Callable[[str], object]
Stopped = Callable[[], bool]


def seed(settings: Settings, tell: Tell, stopped: Stopped) -> list[SignIn]:
    """Make the example agency and its pool, and wait until its first wave has been scored by the worker."""
    sign_ins = [SignIn(role, f"{role}@example.org", _password(settings, role)) for role in example.ROLES]
    workshop = make_workshop(settings)
    now = datetime.now(UTC)
    tell("Preparing the example agency and its pool of synthetic agencies")
    example.seed_pool(workshop.parts, now)
    for step in (lambda context: example.seed_agency(context, sign_ins), example.seed_waves):
        with workshop.transaction(AGENCY_ID) as context:
            step(context)
    with workshop.transaction(AGENCY_ID) as context:
        stewards = _seed_stewards(settings, context)
    if settings.database_owner_url is not None:  # only the owner of the tables gives a duty
        for one in stewards:
            appoint(settings.database_owner_url, one.email, Duty.STEWARD)
        sign_ins += stewards
    tell("Sealing and scoring the example wave, printing its report")
    deadline = time.monotonic() + SEED_SECONDS
    while not stopped() and not _has_report(workshop.transaction(AGENCY_ID)):
        if time.monotonic() > deadline:
            raise TimeoutError(
                f"the example wave was not scored within {SEED_SECONDS} s; see the worker's messages"
            )
        time.sleep(0.3)
    workshop.close()
    return sign_ins


def wait_until_served(settings: Settings, stopped: Stopped) -> None:
    """Until the web server answers."""
    deadline = time.monotonic() + SERVED_SECONDS
    while not stopped():
        try:
            urllib.request.urlopen(f"{_local_url(settings)}/ready", timeout=5).close()  # noqa: S310 # nosec B310 - our own address
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def announce(settings: Settings, sign_ins: Sequence[SignIn], tell: Tell) -> None:
    """Write var/demo.json, whole or not at all, and say where to go."""
    workshop = make_workshop(settings)
    with workshop.transaction(AGENCY_ID) as context:
        wave_id = example.example_waves(context)[-1].id
        token = open_token(settings.secrets, wave_id)
    workshop.close()
    link = link_url(settings.external_url, token)
    document = {
        "url": settings.external_url,
        "accounts": [vars(sign_in) for sign_in in sign_ins],
        "open_link": link,
        "agency_id": str(AGENCY_ID),
        "wave_id": str(wave_id),
    }
    path = settings.var / "demo.json"
    draft = path.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(document, indent=2) + "\n")
    draft.replace(path)
    tell("")
    tell(f"Ready: {settings.external_url}")
    for sign_in in sign_ins:
        tell(f"  {sign_in.role:<14} {sign_in.email:<28} {sign_in.password}")
    tell(f"  open link      {link}")
    tell("All people, answers and agencies in it are made up. Ctrl-C ends it.")


def write_links(settings: Settings, count: int, out: Path) -> int:
    """Invite `count` more made-up people to the open example wave; their links, one a line, in `out`."""
    workshop = make_workshop(settings)
    try:
        with workshop.transaction(AGENCY_ID) as context:
            waves = [wave for wave in example.example_waves(context) if wave.state == "open"]
            if not waves:
                raise InputError([InputProblem("no open example wave", "demo", "make demo, first")])
            tokens = example.add_people(context, waves[-1].id, count)
    finally:
        workshop.close()
    draft = out.with_name(f".{out.name}.new")
    draft.write_text("".join(f"/s/{token}\n" for token in tokens))
    draft.replace(out)
    return len(tokens)


def _seed_stewards(settings: Settings, context: Context) -> list[SignIn]:
    """Two accounts that belong to no agency: an edition takes two stewards."""
    names = ("steward", "second steward")
    sign_ins = [
        SignIn(name, f"{name.replace(' ', '-')}@example.org", _password(settings, name)) for name in names
    ]
    for one in sign_ins:
        if context.session.scalar(select(Account.id).where(Account.email == one.email)) is None:
            create_account(
                context.session, context.parts.secrets, one.email, one.password, f"Example {one.role}"
            )
    return sign_ins


def _has_report(transaction: AbstractContextManager[Context]) -> bool:
    with transaction as context:
        wave = example.example_waves(context)[0]
        return find_report(context, wave.id, "leader", "en") is not None


def _password(settings: Settings, role: str) -> str:
    """The same after a restart, another on each installation."""
    return hmac.new(settings.secrets.session, f"demo {role}".encode(), hashlib.sha256).hexdigest()[:16]


def _local_url(settings: Settings) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104 # nosec B104 - read, not bound
    return f"http://{host}:{settings.port}"
