"""Uploads: where to send a file."""

from datetime import datetime

import strawberry

from domain.identifiers import Prefix, encode
from domain.uploads.create import Address
from domain.uploads.purposes import TERMS
from schema.core.ids import ID


@strawberry.type(
    description="Where to send one file, once, by HTTP PUT with the same `Authorization` header as this request."
)
class Upload:
    """Where to send a file: the upload, and the secret of its address."""

    destination: strawberry.Private[Address]

    @strawberry.field(description="Opaque, prefixed; mutations take it as `uploadId`.")
    def id(self) -> ID:
        return ID(encode(Prefix.UPLOAD, self.destination.upload.municipality, self.destination.upload.id))

    @strawberry.field(description="The path with its secret, on the host of this API. It is shown only once.")
    def address(self) -> str:
        upload = self.destination.upload
        return f"/uploads/{encode(Prefix.UPLOAD, upload.municipality, upload.id)}/{self.destination.secret}"

    @strawberry.field(description="The largest file that is taken. Bytes.")
    def maximum_bytes(self) -> int:
        return TERMS[self.destination.upload.purpose].maximum_bytes

    @strawberry.field(description="What the file may be: send one of these as its `Content-Type`.")
    def content_types(self) -> list[str]:
        return list(TERMS[self.destination.upload.purpose].content_types)

    @strawberry.field(description="Time until which the address waits for the file, 15 minutes, in UTC.")
    def expires_at(self) -> datetime:
        return self.destination.upload.expires_at
