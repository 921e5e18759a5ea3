"""Root fields of uploads."""

import strawberry

from domain.uploads.refusals import TooManyUploadsError
from resolvers import uploads
from schema.core.fields import FINANCE, mutation
from schema.uploads.results import CreateUploadPayload


@strawberry.type
class UploadsMutation:
    """Addresses for files."""

    create_upload = mutation(
        uploads.create_upload,
        CreateUploadPayload,
        roles=FINANCE,
        refuses=(TooManyUploadsError,),
        description=(
            "Creates a one-time address to which one file is sent by HTTP PUT. For finance officers of the"
            " municipality."
        ),
    )
