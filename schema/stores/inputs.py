"""Inputs about stores."""

import strawberry

from schema.core.ids import ID
from schema.stores.enums import SizeClass


@strawberry.input(description="The groups that a municipality puts a store into.")
class ClassifyStoreInput:
    """The groups of a store."""

    store_id: ID = strawberry.field(description="The store.")
    store_group: str = strawberry.field(
        description="The municipality's group code, at most 32 characters; empty: none."
    )
    size_class: SizeClass = strawberry.field(description="Small or large, as the municipality draws the line.")
    area: str = strawberry.field(description="The municipality's area code, at most 32 characters; empty: none.")
