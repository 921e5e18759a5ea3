"""What money from outside adds to receipts: the reference under which a provider knows it."""

from domain.ledger.receipt import Reference


class OfTopUp(Reference):
    """The top-up of a charge, or of a charge that was taken back."""

    __slots__ = ()
    KEY = "top_up"


class Authorised(Reference):
    """The authorisation that paid for vouchers."""

    __slots__ = ()
    KEY = "authorisation"
