"""Uploads: input in, one domain call, the contract's type out."""

from domain.uploads import create
from schema.core.context import MeguruInfo
from schema.municipalities.types import number_of
from schema.uploads.inputs import CreateUploadInput
from schema.uploads.results import CreateUploadPayload
from schema.uploads.types import Upload


async def create_upload(info: MeguruInfo, input: CreateUploadInput) -> CreateUploadPayload:
    """Creates a one-time address for a file."""
    municipality = await number_of(input.municipality)
    address = await create.create_upload(info.context.services, info.context.signed_in, municipality, input.purpose)
    return CreateUploadPayload(upload=Upload(destination=address))
