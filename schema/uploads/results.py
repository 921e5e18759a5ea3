"""What mutations of uploads answer."""

import strawberry

from schema.core.refusals import Payload
from schema.uploads.types import Upload


@strawberry.type(description="What `createUpload` answers.")
class CreateUploadPayload(Payload):
    """An address for a file."""

    upload: Upload | None = strawberry.field(default=None, description="Where to send the file.")
