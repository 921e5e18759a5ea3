"""The table of approvals."""

from tortoise import fields
from tortoise.models import Model


class Approval(Model):
    """A proposal and its approval. A database constraint keeps proposer and approver apart."""

    id = fields.UUIDField(primary_key=True)
    municipality_id = fields.SmallIntField()
    kind = fields.SmallIntField()
    subject = fields.UUIDField()
    reason = fields.SmallIntField()
    proposer = fields.UUIDField()
    proposed_at = fields.DatetimeField()
    approver = fields.UUIDField(null=True)
    approved_at = fields.DatetimeField(null=True)

    class Meta:
        """The table's name."""

        table = "approval"
