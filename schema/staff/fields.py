"""Root fields about staff."""

import strawberry

from domain.ledger.refusals import KeyReusedError, UnknownPayeeError
from domain.refusals import InvalidInputError
from domain.staff.refusals import LastOfficerError, UnknownStaffError
from resolvers import staff
from schema.core.fields import FINANCE, mutation
from schema.staff.results import AddStoreStaffPayload, EndStaffPayload, EndStoreStaffPayload, InviteStaffPayload


@strawberry.type
class StaffMutation:
    """Who acts for a municipality and for its stores."""

    invite_staff = mutation(
        staff.invite_staff,
        InviteStaffPayload,
        roles=FINANCE,
        refuses=(InvalidInputError, KeyReusedError),
        description=(
            "Registers a person, and proposes them as staff of the municipality. They may act once another officer has"
            " agreed by `approveChange`. For finance officers of the municipality."
        ),
    )
    end_staff = mutation(
        staff.end_staff,
        EndStaffPayload,
        roles=FINANCE,
        refuses=(UnknownStaffError, LastOfficerError),
        description=(
            "Takes a role from a member of the municipality's staff, at once. Their streams end within a second, and"
            " what they proposed can no longer be approved. For finance officers of the municipality."
        ),
    )
    add_store_staff = mutation(
        staff.add_store_staff,
        AddStoreStaffPayload,
        roles=FINANCE,
        refuses=(UnknownPayeeError, InvalidInputError, KeyReusedError),
        description=(
            "Registers a person who acts for a store: sees its payments and refunds them. For finance officers of the"
            " municipality."
        ),
    )
    end_store_staff = mutation(
        staff.end_store_staff,
        EndStoreStaffPayload,
        roles=FINANCE,
        refuses=(UnknownPayeeError, UnknownStaffError),
        description=(
            "Ends that a person acts for a store, at once. Their streams end within a second. For finance officers of"
            " the municipality."
        ),
    )
