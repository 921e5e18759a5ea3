"""Sections of the receipts of corrections."""

from domain.ledger.receipt import Reference


class OfJournal(Reference):
    """The journal that was reversed or undone."""

    __slots__ = ()
    KEY = "journal"
