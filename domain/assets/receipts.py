"""What a counter adds to receipts."""

from domain.ledger.receipt import Reference


class Collected(Reference):
    """Whose cash box took the money, or gave it back."""

    __slots__ = ()
    KEY = "collector"
