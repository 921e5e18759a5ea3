"""Inputs about stores."""

from uuid import UUID

import strawberry

from domain.stores.manage import StoreFacts
from schema.core.ids import ID
from schema.municipalities.types import MUNICIPALITY
from schema.stores.enums import SizeClass, StoreStateReason


@strawberry.input(description="The groups that a municipality puts a store into.")
class ClassifyStoreInput:
    """The groups of a store."""

    store_id: ID = strawberry.field(description="The store.")
    store_group: str = strawberry.field(
        description="The municipality's group code, at most 32 characters; empty: none."
    )
    size_class: SizeClass = strawberry.field(description="Small or large, as the municipality draws the line.")
    area: str = strawberry.field(description="The municipality's area code, at most 32 characters; empty: none.")


@strawberry.input(description="A place on earth, WGS 84.")
class LocationInput:
    """A place on earth."""

    latitude_microdegrees: int = strawberry.field(description="Millionths of a degree, -90,000,000 to 90,000,000.")
    longitude_microdegrees: int = strawberry.field(description="Millionths of a degree, -180,000,000 to 180,000,000.")


@strawberry.input(description="A new store.")
class OpenStoreInput:
    """A new store."""

    idempotency_key: UUID = strawberry.field(
        description="Made by the client for this request: the same key opens one store."
    )
    municipality: str = strawberry.field(description=MUNICIPALITY)
    name: str = strawberry.field(description="Its name, 1 to 60 characters.")
    name_kana: str = strawberry.field(description="Its name in katakana, 1 to 60 characters.")
    name_roman: str = strawberry.field(
        description="Its name in ASCII letters, 1 to 60 characters; the printed code has the first 25."
    )
    category: str = strawberry.field(
        description="The category that rules refer to, such as `food`: lower case letters, digits and _, at most 32."
    )
    merchant_category_code: str = strawberry.field(description="The merchant category code, 4 digits. ISO 18245.")
    location: LocationInput | None = strawberry.field(default=None, description="Where it is.")
    address: str = strawberry.field(default="", description="Its address, at most 200 characters.")
    postal_code: str = strawberry.field(default="", description="Its postal code, 7 digits, with or without a hyphen.")
    opening_hours: str = strawberry.field(default="", description="When it is open, in words, at most 200 characters.")
    store_group: str = strawberry.field(
        default="", description="The municipality's group code, at most 32 characters; empty: none."
    )
    size_class: SizeClass = strawberry.field(
        default=SizeClass.SMALL, description="Small or large, as the municipality draws the line."
    )
    area: str = strawberry.field(
        default="", description="The municipality's area code, at most 32 characters; empty: none."
    )

    def facts(self) -> StoreFacts:
        """What is written of the store."""
        return StoreFacts(
            name=self.name,
            name_kana=self.name_kana,
            name_roman=self.name_roman,
            category=self.category,
            merchant_category_code=self.merchant_category_code,
            latitude_microdegrees=None if self.location is None else self.location.latitude_microdegrees,
            longitude_microdegrees=None if self.location is None else self.location.longitude_microdegrees,
            address=self.address.strip(),
            postal_code=self.postal_code.strip(),
            opening_hours=self.opening_hours.strip(),
            store_group=self.store_group.strip(),
            size_class=self.size_class,
            area=self.area.strip(),
        )


@strawberry.input(description="A store that is suspended.")
class SuspendStoreInput:
    """A store that is suspended."""

    store_id: ID = strawberry.field(description="The store.")
    reason: StoreStateReason = strawberry.field(description="Why.")


@strawberry.input(description="A suspended store that takes payments again.")
class ResumeStoreInput:
    """A store that takes payments again."""

    store_id: ID = strawberry.field(description="The store.")
    reason: StoreStateReason = strawberry.field(description="Why.")
