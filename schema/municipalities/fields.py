"""Root fields of municipalities."""

import strawberry

from domain.refusals import InvalidInputError
from resolvers import municipalities
from schema.core.fields import FINANCE, mutation
from schema.municipalities.results import SetChargeCancellationPayload


@strawberry.type
class MunicipalitiesMutation:
    """Changes of a municipality's own settings."""

    set_charge_cancellation = mutation(
        municipalities.set_charge_cancellation,
        SetChargeCancellationPayload,
        roles=FINANCE,
        refuses=(InvalidInputError,),
        description=(
            "Sets how long the counters of a municipality may cancel their own charges. For finance officers of the"
            " municipality."
        ),
    )
