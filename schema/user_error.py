"""What every refusal is in the contract.

A page of its own, so that each subject's refusals may lie with their subject.
"""

import strawberry

from schema.enums import RefusalCode, Retry


@strawberry.interface(
    description=(
        "Why something was not done. Nothing moved. Select it in every result, and treat members you do not know as it."
    )
)
class UserError:
    """Why something was not done."""

    code: RefusalCode = strawberry.field(description="Stable, for logic.")
    message: str = strawberry.field(description="For the person, in the language of the request (ja or en).")
    retry: Retry = strawberry.field(description="What the client may do.")
