"""Correction by a linked reversing journal, on the word of two officers."""

from uuid import UUID, uuid4

import asyncpg
import pytest

from domain.approvals.kinds import ReversalReason
from domain.approvals.reads import Approval
from domain.approvals.refusals import ApproverIsProposerError, UnknownJournalError
from domain.corrections.reverse import propose_reversal, reverse_journal
from domain.database import rows
from domain.ledger.kinds import JournalKind
from domain.ledger.reads import linked_journals
from domain.ledger.refusals import AlreadyReversedError, ReversalImpossibleError
from domain.payments.refusals import RefundExceedsError
from domain.refusals import NotPermittedError
from tests.support.town import People, new_town


async def propose(town: People, journal: UUID) -> Approval:
    return await propose_reversal(town.services, town.finance, town.id, journal, ReversalReason.WRONG_AMOUNT)


async def test_a_payment_is_undone_with_opposite_entries(town: People):
    await town.charge(1_000)
    paid = await town.pay(400)
    approval = await propose(town, paid.journal_id)
    key = uuid4()
    reversal = await reverse_journal(town.services, town.other_finance, town.id, key, approval.id)
    assert await town.balance() == 1_000
    linked = await linked_journals(town.id, paid.journal_id, JournalKind.REVERSAL)
    assert [journal.id for journal in linked] == [reversal.journal_id]
    assert (await reverse_journal(town.services, town.other_finance, town.id, key, approval.id)).replayed
    with pytest.raises(AlreadyReversedError):
        await reverse_journal(town.services, town.other_finance, town.id, uuid4(), approval.id)
    with pytest.raises(RefundExceedsError):
        await town.refund(paid.journal_id, 1)
    await town.assert_sound()
    entries = await rows("select action, actor from audit_entry where municipality_id = $1 order by id", town.id)
    assert [(entry["action"], entry["actor"]) for entry in entries] == [
        ("charge", town.desk.person_id),
        ("propose_reversal", town.finance.person_id),
        ("approve_reversal", town.other_finance.person_id),
        ("reverse_journal", town.other_finance.person_id),
    ]


async def test_a_wrong_charge_is_undone_with_its_cash(town: People):
    charged = await town.charge(1_000)
    await reverse_journal(
        town.services, town.other_finance, town.id, uuid4(), (await propose(town, charged.journal_id)).id
    )
    assert await town.balance() == 0
    await town.assert_sound()


async def test_what_was_spent_cannot_be_undone(town: People):
    charged = await town.charge(1_000)
    await town.pay(1)
    with pytest.raises(ReversalImpossibleError) as refused:
        await reverse_journal(
            town.services, town.other_finance, town.id, uuid4(), (await propose(town, charged.journal_id)).id
        )
    assert refused.value.available == 999
    assert await town.balance() == 999
    await town.assert_sound()


async def test_what_was_refunded_cannot_be_undone(town: People):
    await town.charge(1_000)
    paid = await town.pay(400)
    await town.refund(paid.journal_id, 1)
    with pytest.raises(AlreadyReversedError):
        await reverse_journal(
            town.services, town.other_finance, town.id, uuid4(), (await propose(town, paid.journal_id)).id
        )
    assert await town.balance() == 601
    await town.assert_sound()


async def test_two_officers_of_the_same_town(town: People, database_url: str):
    charged = await town.charge(1_000)
    other = await new_town(town.services)
    for viewer in (town.desk, town.auditor, town.resident, other.finance):
        with pytest.raises(NotPermittedError):
            await propose_reversal(town.services, viewer, town.id, charged.journal_id, ReversalReason.FRAUD)
    approval = await propose(town, charged.journal_id)
    with pytest.raises(ApproverIsProposerError):
        await reverse_journal(town.services, town.finance, town.id, uuid4(), approval.id)
    with pytest.raises(UnknownJournalError):
        await reverse_journal(town.services, town.other_finance, town.id, uuid4(), uuid4())
    with pytest.raises(UnknownJournalError):
        await propose(town, uuid4())
    owner = await asyncpg.connect(database_url)
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute("update approval set approver = proposer, approved_at = now() where id = $1", approval.id)
    await owner.close()
    assert await town.balance() == 1_000
    await town.assert_sound()
