"""What a correction adds to its receipt."""

from domain.ledger.receipt import Reference


class OfJournal(Reference):
    """The journal that was undone."""

    __slots__ = ()
    KEY = "journal"
