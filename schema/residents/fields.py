"""Root fields about people and their wallets."""

import strawberry

from domain.ledger.refusals import KeyReusedError, UnknownWalletError
from domain.refusals import InvalidInputError
from resolvers import residents
from schema.core.fields import DESK, FINANCE, FINANCE_OR_DESK, RESIDENT, SIGNED_IN, mutation, query
from schema.residents.results import (
    FreezeWalletPayload,
    OpenWalletPayload,
    RecordClaimPayload,
    RenewReceiveCodePayload,
    UnfreezeWalletPayload,
)
from schema.residents.types import Viewer, Wallet


@strawberry.type
class ResidentsQuery:
    """The person who asks, and wallets."""

    viewer = query(
        residents.viewer, Viewer, roles=SIGNED_IN, description="The person who asks. For everybody who is signed in."
    )
    wallet = query(
        residents.wallet,
        Wallet | None,
        roles=SIGNED_IN,
        description=(
            "A wallet that the viewer may use, or of the municipality they serve; null for every other. For everybody"
            " who is signed in."
        ),
    )


@strawberry.type
class ResidentsMutation:
    """What people do with their wallets, and what a desk records of them."""

    record_claim = mutation(
        residents.record_claim,
        RecordClaimPayload,
        roles=DESK,
        refuses=(UnknownWalletError, InvalidInputError),
        description=(
            "Records what the desk has verified of a person: residence and year of birth. For the municipal desk."
        ),
    )
    open_wallet = mutation(
        residents.open_wallet,
        OpenWalletPayload,
        roles=DESK,
        refuses=(InvalidInputError, KeyReusedError),
        description="Registers a person and opens a wallet for them. For the municipal desk.",
    )
    freeze_wallet = mutation(
        residents.freeze_wallet,
        FreezeWalletPayload,
        roles=FINANCE_OR_DESK,
        refuses=(UnknownWalletError,),
        description=(
            "Freezes a wallet at once: it pays nothing and is charged nothing. Refunds still come back to it; what it"
            " has set aside stays so until it is captured, voided or lapses. For finance officers and the desk of the"
            " municipality."
        ),
    )
    unfreeze_wallet = mutation(
        residents.unfreeze_wallet,
        UnfreezeWalletPayload,
        roles=FINANCE,
        refuses=(UnknownWalletError,),
        description=(
            "Proposes that a frozen wallet is released; another officer agrees by `approveChange`. For finance officers"
            " of the municipality."
        ),
    )
    renew_receive_code = mutation(
        residents.renew_receive_code,
        RenewReceiveCodePayload,
        roles=RESIDENT | DESK,
        refuses=(UnknownWalletError, InvalidInputError),
        description=(
            "Gives a wallet a new receive code. From then on no earlier one is taken, also none that is printed. For"
            " residents, for their own wallets, and for the desk of the wallet's municipality."
        ),
    )
