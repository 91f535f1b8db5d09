"""What this installation is told from outside. The only reader of the environment."""

from dataclasses import dataclass, field
from pathlib import Path

from environs import Env, EnvError

from cri.adapters.mail import MailServer
from cri.adapters.secret_files import Secrets, read_or_make_secrets
from cri.domain.roster import is_email

LEAST_KEY = 20
"""Characters of a key that somebody else proves themselves with."""


@dataclass(frozen=True)
class Settings:
    """Everything that differs between installations.

    `database_url` is the application role's address; it neither owns tables nor bypasses
    row-level security. `None` for all three addresses means the embedded PostgreSQL. `mail`: None where no
    messages are sent. `bounce_key`: what a mail service proves itself with, empty where none may report.
    """

    var: Path
    host: str
    port: int
    external_url: str
    database_url: str | None
    database_owner_url: str | None
    database_pool_url: str | None
    blob_url: str
    secrets: Secrets
    secrets_dir: Path
    demo: bool
    web_workers: int
    web_threads: int
    proxies: int = 0
    mail: MailServer | None = None
    bounce_key: str = field(default="", repr=False)

    def environment(self) -> dict[str, str]:
        """What processes that are started here are told; the address of the tables' owner is not for them."""
        return {
            "DATABASE_URL": str(self.database_url),
            "DATABASE_OWNER_URL": "",
            "DATABASE_POOL_URL": str(self.database_pool_url),
            "CRI_VAR": str(self.var),
            "CRI_SECRETS_DIR": str(self.secrets_dir),
            "CRI_BLOB_URL": self.blob_url,
            "CRI_EXTERNAL_URL": self.external_url,
            "CRI_DEMO": "1" if self.demo else "0",
            "HOST": self.host,
            "PORT": str(self.port),
        }

    @property
    def secure_cookies(self) -> bool:
        """Whether people reach the service over https, so that cookies may be marked Secure."""
        return self.external_url.startswith("https://")


def read_settings() -> Settings:
    """Settings from the environment; secrets are made on the first start and reused ever after.

    Raises environs.EnvError naming the variable when a value cannot be read.
    """
    env = Env()
    var = Path(env.str("CRI_VAR", "var")).resolve()
    secrets_dir = Path(env.str("CRI_SECRETS_DIR", str(var / "secrets"))).resolve()
    host = env.str("HOST", "127.0.0.1")
    port = env.int("PORT", 8000)
    return Settings(
        var=var,
        host=host,
        port=port,
        external_url=env.str("CRI_EXTERNAL_URL", f"http://{host}:{port}").rstrip("/"),
        database_url=_psycopg(env.str("DATABASE_URL", None)),
        database_owner_url=_psycopg(env.str("DATABASE_OWNER_URL", None)),
        database_pool_url=_psycopg(env.str("DATABASE_POOL_URL", None)),
        blob_url=env.str("CRI_BLOB_URL", f"file://{var / 'blobs'}"),
        secrets=read_or_make_secrets(secrets_dir),
        secrets_dir=secrets_dir,
        demo=env.bool("CRI_DEMO", default=False),
        web_workers=env.int("CRI_WEB_WORKERS", 2),
        web_threads=env.int("CRI_WEB_THREADS", 4),
        proxies=env.int("CRI_PROXIES", 0),
        mail=_mail_server(env),
        bounce_key=_bounce_key(env),
    )


def _mail_server(env: Env) -> MailServer | None:
    """The mail server that was named; None where none was."""
    host = env.str("CRI_SMTP_HOST", "")
    if not host:
        return None
    sender = env.str("CRI_MAIL_FROM")
    if not is_email(sender):
        raise EnvError(f"CRI_MAIL_FROM: {sender} is no e-mail address; expected one as surveys@example.org")
    security = env.str("CRI_SMTP_SECURITY", "starttls")
    if security not in ("starttls", "tls", "none"):
        raise EnvError(f"CRI_SMTP_SECURITY: {security} is not known; expected starttls, tls or none")
    return MailServer(
        host=host,
        port=env.int("CRI_SMTP_PORT", {"starttls": 587, "tls": 465, "none": 25}[security]),
        sender=sender,
        user=env.str("CRI_SMTP_USER", ""),
        password=env.str("CRI_SMTP_PASSWORD", ""),
        security=security,
        per_minute=env.int("CRI_MAIL_PER_MINUTE", 120),
        timeout=env.float("CRI_SMTP_TIMEOUT", 30.0),
    )


def _bounce_key(env: Env) -> str:
    key = env.str("CRI_BOUNCE_KEY", "")
    if key and len(key) < LEAST_KEY:
        raise EnvError(f"CRI_BOUNCE_KEY: {len(key)} characters; expected at least {LEAST_KEY}")
    return key


def _psycopg(url: str | None) -> str | None:
    """The address with SQLAlchemy's name for psycopg 3, whichever of the usual spellings was given."""
    if not url:
        return None
    scheme, separator, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if separator and scheme.startswith("postgres") else url
