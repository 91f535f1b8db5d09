"""Files kept outside the database: a folder by default, any S3-compatible store by a URL."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from obstore.store import LocalStore, ObjectStore, from_url


@dataclass(frozen=True)
class BlobStore:
    """A store of whole files under slash-separated keys. A key is either whole or absent."""

    url: str
    _store: ObjectStore = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.url.startswith("file://"):
            folder = Path(self.url.removeprefix("file://"))
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # answers, comments, reports
            store: ObjectStore = LocalStore(folder)
        else:
            store = from_url(self.url)
        object.__setattr__(self, "_store", store)

    def put(self, key: str, data: bytes) -> None:
        """Write `data` under `key`, whole or not at all."""
        self._store.put(key, data)

    def get(self, key: str) -> bytes:
        """The file under `key`. Raises FileNotFoundError when there is none."""
        return bytes(self._store.get(key).bytes())

    def keys(self, prefix: str) -> list[str]:
        """All keys below `prefix`, sorted."""
        return sorted(entry["path"] for batch in self._store.list(prefix) for entry in batch)

    def older(self, prefix: str, moment: datetime) -> list[str]:
        """Keys below `prefix` that were last written before `moment`, by the store's clock."""
        found = (entry for batch in self._store.list(prefix) for entry in batch)
        return sorted(entry["path"] for entry in found if entry["last_modified"] < moment)

    def delete(self, key: str) -> None:
        """Remove the file; removing it twice is harmless."""
        try:
            self._store.delete(key)
        except FileNotFoundError:
            return
