"""What this installation is told from outside. The only reader of the environment."""

from dataclasses import dataclass
from pathlib import Path

from environs import Env

from cri.adapters.secret_files import Secrets, read_or_make_secrets


@dataclass(frozen=True)
class Settings:
    """Everything that differs between installations.

    `database_url` is the application role's address; it neither owns tables nor bypasses
    row-level security. `None` for all three addresses means the embedded PostgreSQL.
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
        web_threads=env.int("CRI_WEB_THREADS", 8),
    )


def _psycopg(url: str | None) -> str | None:
    """The address with SQLAlchemy's name for psycopg 3, whichever of the usual spellings was given."""
    if not url:
        return None
    scheme, separator, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if separator and scheme.startswith("postgres") else url
