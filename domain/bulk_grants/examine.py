"""Examine a whole file against the rules, page by page. Nothing is written."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from uuid import UUID

from domain.assets import reads as assets
from domain.assets.reads import Asset
from domain.assets.refusals import UnknownAssetError
from domain.bulk_grants.csv_file import Column, Problem, Row, rows_of
from domain.bulk_grants.facts import WalletFacts, facts_of
from domain.bulk_grants.text import encoding_of
from domain.ledger.request import effective_on
from domain.programmes import reads as programmes
from domain.programmes.kinds import ProgrammeKind
from domain.programmes.reads import Programme
from domain.programmes.refusals import ProgrammeClosedError, UnknownProgrammeError
from domain.residents.receive_codes import Receiver, receivers

PAGE = 500


@dataclass(slots=True)
class Totals:
    """The totals of a file. `amount` and `largest` cover the valid rows, in whole units."""

    rows: int = 0
    invalid: int = 0
    amount: int = 0
    largest: int = 0


@dataclass(slots=True)
class Examination:
    """The examination of one file. It tracks earlier rows to detect duplicates and to apply caps."""

    programme: Programme
    asset: Asset
    now: datetime
    totals: Totals = field(default_factory=Totals)
    _first: dict[UUID, int] = field(default_factory=dict)
    _granted: defaultdict[UUID, int] = field(default_factory=lambda: defaultdict(int))
    """The amounts of earlier rows, by person and by household."""

    async def pages(self, data: bytes) -> AsyncIterator[list[Row]]:
        """Yield the rows with their problems, in the file's order.

        Raises WrongEncodingError and UnreadableFileError.
        """
        file_rows = rows_of(data, await encoding_of(data), self.programme.municipality)
        while read := list(islice(file_rows, PAGE)):
            page = await _with_wallets(read, self.programme.municipality)
            known = await facts_of(self.programme, [row.wallet for row in page if row.wallet is not None])
            checked = [self._checked(row, known) for row in page]
            self._add(checked)
            yield checked
            await asyncio.sleep(0)

    def _checked(self, row: Row, known: dict[UUID, WalletFacts]) -> Row:
        if row.wallet is not None:
            first = self._first.setdefault(row.wallet, row.number)
            if first != row.number:
                return replace(row, problem=Problem("DOUBLE", Column.WALLET, {"first": first}))
        if row.problem is not None or row.wallet is None or row.amount is None:
            return row
        facts = known.get(row.wallet)
        problem = Problem("UNKNOWN_WALLET", Column.WALLET) if facts is None else self._against(facts, row.amount)
        if problem is None and facts is not None:
            self._granted[facts.person] += row.amount
            if facts.household is not None:
                self._granted[facts.household] += row.amount
        return row if problem is None else replace(row, problem=problem)

    def _against(self, facts: WalletFacts, amount: int) -> Problem | None:
        problem = facts.against(self.programme, effective_on(self.now).year)
        if problem is not None:
            return problem
        unit = self.asset.minimum_unit
        if amount % unit:
            return Problem("NOT_WHOLE_UNITS", Column.AMOUNT, {"unit": unit})
        left = self.programme.cap - facts.granted - self._granted[facts.person]
        if self.programme.cap_per_household is not None and facts.household is not None:
            left = min(
                left, self.programme.cap_per_household - facts.granted_household - self._granted[facts.household]
            )
        if amount > left:
            return Problem("CAP_EXCEEDED", Column.AMOUNT, {"available": max(0, left)})
        cap = self.asset.balance_cap
        if cap is not None and facts.balance + amount > cap:
            return Problem("BALANCE_CAP", Column.AMOUNT, {"maximum": cap})
        return None

    def _add(self, page: list[Row]) -> None:
        good = [row.amount for row in page if row.problem is None and row.amount is not None]
        self.totals.rows += len(page)
        self.totals.invalid += len(page) - len(good)
        self.totals.amount += sum(good)
        self.totals.largest = max([self.totals.largest, *good])


async def _with_wallets(page: list[Row], municipality: int) -> list[Row]:
    """Put the wallets in place of receive codes: one statement for a page."""
    codes = [row.code for row in page if row.code is not None]
    known = await receivers(municipality, codes) if codes else {}
    return [row if row.code is None else _with_wallet(row, known.get(row.code)) for row in page]


def _with_wallet(row: Row, receiver: Receiver | None) -> Row:
    if receiver is None:
        return replace(row, code=None, problem=Problem("UNKNOWN_WALLET", Column.WALLET))
    if receiver.ended:
        return replace(row, code=None, problem=Problem("CODE_RENEWED", Column.WALLET))
    return replace(row, code=None, wallet=receiver.wallet_id)


async def examination(municipality: int, programme_id: UUID, now: datetime) -> Examination:
    """Create the examination of a file for a programme, which must be open.

    Raises UnknownProgrammeError and ProgrammeClosedError.
    """
    programme = await programmes.by_id(municipality, programme_id)
    if programme is None or programme.kind is not ProgrammeKind.GRANT:
        raise UnknownProgrammeError
    if not programme.open_at(now):
        raise ProgrammeClosedError
    asset = await assets.in_municipality(municipality, programme.asset)
    if asset is None:
        raise UnknownAssetError
    return Examination(programme, asset, now)
