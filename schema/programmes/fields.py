"""Root fields of programmes."""

import strawberry

from domain.assets.refusals import AmountOutOfRangeError, UnknownAssetError
from domain.ledger.kinds import Operation
from domain.programmes.refusals import BudgetExceededError, UnknownProgrammeError
from domain.refusals import InvalidInputError
from resolvers import programmes as programme_resolvers
from schema.core.fields import EVERYBODY, FINANCE, mutation, query
from schema.programmes.results import ChangeBudgetPayload, ChangeProgrammePayload, CreateProgrammePayload
from schema.programmes.types import Programme


@strawberry.type
class ProgrammesQuery:
    """Programmes of a municipality."""

    programme = query(
        programme_resolvers.programme,
        Programme | None,
        roles=EVERYBODY,
        description="A programme. For everybody, also without a token.",
    )
    programmes = query(
        programme_resolvers.programmes,
        list[Programme],
        roles=EVERYBODY,
        description=(
            "The programmes of a municipality, newest first, at most 100 at a time: the next ones follow by `after`."
            " For everybody, also without a token."
        ),
    )


@strawberry.type
class ProgrammesMutation:
    """Making and changing programmes."""

    create_programme = mutation(
        programme_resolvers.create_programme,
        CreateProgrammePayload,
        roles=FINANCE,
        operation=Operation.ALLOCATE,
        refuses=(InvalidInputError, UnknownAssetError),
        description="Creates a programme and gives it its budget. For finance officers of the municipality.",
    )
    change_programme = mutation(
        programme_resolvers.change_programme,
        ChangeProgrammePayload,
        roles=FINANCE,
        refuses=(UnknownProgrammeError, InvalidInputError),
        description="Changes names and end of a programme, or stops it. For finance officers of the municipality.",
    )
    change_budget = mutation(
        programme_resolvers.change_budget,
        ChangeBudgetPayload,
        roles=FINANCE,
        operation=Operation.CHANGE_BUDGET,
        refuses=(BudgetExceededError, UnknownProgrammeError, AmountOutOfRangeError),
        description=(
            "Gives a programme more budget, or takes back some of what is left of it. For finance officers of the"
            " municipality."
        ),
    )
