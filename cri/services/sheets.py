"""Where sealed sheets lie, and how they are put there: read back before anything else is destroyed."""

import hashlib
import uuid

from cri.adapters.answer_sheets import decode_sheet, encode_sheet
from cri.adapters.blobs import BlobStore
from cri.domain.errors import CriError
from cri.domain.instrument import Instrument
from cri.domain.sheet import AnswerSheet


class SealingError(CriError):
    """The sheet could not be stored or read back; nothing was destroyed."""


class SheetChangedError(CriError):
    """The sheet in the store is not the one that was sealed."""


def sheet_folder(agency_id: uuid.UUID, wave_id: uuid.UUID) -> str:
    """Where everything sealed of a wave lies in the blob store."""
    return f"sheet/{agency_id}/{wave_id}"


def sheet_key(agency_id: uuid.UUID, wave_id: uuid.UUID, sha256: str) -> str:
    """Where a wave's answer sheet lies in the blob store."""
    return f"{sheet_folder(agency_id, wave_id)}/{sha256}.parquet"


def put_sheet(
    blobs: BlobStore, agency_id: uuid.UUID, wave_id: uuid.UUID, sheet: AnswerSheet, instrument: Instrument
) -> str:
    """Store a sheet under its own digest, which is returned. Raises SealingError if it is not readable."""
    data = encode_sheet(sheet, instrument)
    sha256 = hashlib.sha256(data).hexdigest()
    key = sheet_key(agency_id, wave_id, sha256)
    put_and_check(blobs, key, data)
    decode_sheet(blobs.get(key), instrument)
    return sha256


def get_sheet(
    blobs: BlobStore, agency_id: uuid.UUID, wave_id: uuid.UUID, sha256: str, instrument: Instrument
) -> AnswerSheet:
    """A stored sheet. Raises SheetChangedError when it does not have the digest it was sealed with."""
    data = blobs.get(sheet_key(agency_id, wave_id, sha256))
    if hashlib.sha256(data).hexdigest() != sha256:
        raise SheetChangedError(f"wave {wave_id}: the stored sheet is not the one that was sealed")
    return decode_sheet(data, instrument)


def put_and_check(blobs: BlobStore, key: str, data: bytes) -> None:
    """Store `data`. Raises SealingError when the store does not give it back."""
    blobs.put(key, data)
    if blobs.get(key) != data:
        raise SealingError(f"{key}: the store gave back other bytes than were put in; nothing was destroyed")
