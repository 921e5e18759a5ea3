"""The receipt section of counters."""

from domain.ledger.receipt import Reference


class Collected(Reference):
    """The holder whose cash box took the money, or paid it back."""

    __slots__ = ()
    KEY = "collector"
