"""What mutations answer that change assets and programmes."""

from typing import Annotated

import strawberry
from strawberry.types import Info

from resolvers import change_views as views
from schema import errors
from schema.context import Context
from schema.parties import Asset
from schema.results import LEDGER, REPLAYED
from schema.value import Programme


@strawberry.type(description="A changed asset.")
class ChangeAssetSuccess:
    """A changed asset."""

    asset: Asset = strawberry.field(description="The asset as it is now.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.ChangeAssetSuccess)


@strawberry.type(description="A changed programme.")
class ChangeProgrammeSuccess:
    """A changed programme."""

    programme: Programme = strawberry.field(description="The programme as it is now.")

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.ChangeProgrammeSuccess)


@strawberry.type(description="A programme with its changed budget.")
class ChangeBudgetSuccess:
    """A programme with its changed budget."""

    programme: Programme = strawberry.field(description="The programme, with its new `budget` and `budgetLeft`.")
    replayed: bool = strawberry.field(description=REPLAYED)

    @classmethod
    def is_type_of(cls, obj: object, _: Info[Context, None]) -> bool:
        """Union members are views."""
        return isinstance(obj, views.ChangeBudgetSuccess)


ChangeAssetResult = Annotated[
    ChangeAssetSuccess
    | errors.UnsafeChangeError
    | errors.UnknownAssetError
    | errors.InvalidInputError
    | errors.NotPermittedError,
    strawberry.union("ChangeAssetResult", description="What `changeAsset` answers."),
]
ChangeProgrammeResult = Annotated[
    ChangeProgrammeSuccess | errors.UnknownProgrammeError | errors.InvalidInputError | errors.NotPermittedError,
    strawberry.union("ChangeProgrammeResult", description="What `changeProgramme` answers."),
]
ChangeBudgetResult = Annotated[
    ChangeBudgetSuccess
    | errors.BudgetExceededError
    | errors.UnknownProgrammeError
    | errors.AmountOutOfRangeError
    | errors.NotPermittedError
    | LEDGER,
    strawberry.union("ChangeBudgetResult", description="What `changeBudget` answers."),
]
