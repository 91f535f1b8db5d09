"""The tables. Migrations are the source of truth; a test keeps both the same."""

from cri.db.models.accounts import Account, Membership, PlatformRole
from cri.db.models.agencies import Agency, OrganisationUnit, Person
from cri.db.models.benchmark_pool import (
    Contribution,
    ContributionFlag,
    Decision,
    Edition,
    EditionMember,
    LedgerCell,
    Withdrawal,
)
from cri.db.models.beside import FurtherScorecard, FurtherSheet, WavePromise
from cri.db.models.codes import AttemptCount, InvitationCode, UnitLink
from cri.db.models.comments import CommentDecision, WaveComment
from cri.db.models.consents import PoolConsent
from cri.db.models.declarative import Base
from cri.db.models.editions import DraftPreview, DraftStep, EditionDraft
from cri.db.models.lineage import CollectedElsewhere, RosterImport, UnitEvent, UnitSuccession
from cri.db.models.messages import BadAddress, Message, MessageBatch, MessageText, OptOut
from cri.db.models.pool_records import DraftProgress, EditionImport, Vouching
from cri.db.models.references import ReferenceEdition
from cri.db.models.results import Report, StoredPack, StoredScorecard
from cri.db.models.staff_pages import StaffPage
from cri.db.models.unit_packs import UnitPack, UnitPackOrder
from cri.db.models.waves import Draft, Invitation, MailboxEntry, MixedEntry, Wave, WaveLog, WaveUnit

__all__ = [
    "Account",
    "Agency",
    "AttemptCount",
    "BadAddress",
    "Base",
    "CollectedElsewhere",
    "CommentDecision",
    "Contribution",
    "ContributionFlag",
    "Decision",
    "Draft",
    "DraftPreview",
    "DraftProgress",
    "DraftStep",
    "Edition",
    "EditionDraft",
    "EditionImport",
    "EditionMember",
    "FurtherScorecard",
    "FurtherSheet",
    "Invitation",
    "InvitationCode",
    "LedgerCell",
    "MailboxEntry",
    "Membership",
    "Message",
    "MessageBatch",
    "MessageText",
    "MixedEntry",
    "OptOut",
    "OrganisationUnit",
    "Person",
    "PlatformRole",
    "PoolConsent",
    "ReferenceEdition",
    "Report",
    "RosterImport",
    "StaffPage",
    "StoredPack",
    "StoredScorecard",
    "UnitEvent",
    "UnitLink",
    "UnitPack",
    "UnitPackOrder",
    "UnitSuccession",
    "Vouching",
    "Wave",
    "WaveComment",
    "WaveLog",
    "WavePromise",
    "WaveUnit",
    "Withdrawal",
]
