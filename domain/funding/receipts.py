"""Sections of the receipts of money from outside: its reference at the provider."""

from domain.ledger.receipt import Reference


class OfTopUp(Reference):
    """The top-up of a charge, or of the cancellation of such a charge."""

    __slots__ = ()
    KEY = "top_up"


class Authorised(Reference):
    """The authorisation that paid for vouchers."""

    __slots__ = ()
    KEY = "authorisation"
