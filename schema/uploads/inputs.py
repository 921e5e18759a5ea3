"""Inputs of uploads."""

import strawberry

from schema.municipalities.types import MUNICIPALITY
from schema.uploads.enums import UploadPurpose


@strawberry.input(description="Requests an address to send a file to.")
class CreateUploadInput:
    """A request for an address."""

    municipality: str = strawberry.field(description=MUNICIPALITY)
    purpose: UploadPurpose = strawberry.field(description="What the file is for.")
