"""The table of approvals."""

from typing import Any

from tortoise import fields
from tortoise.models import Model


class Approval(Model):
    """A proposal, and how it ended. A database constraint keeps proposer and approver apart."""

    id = fields.UUIDField(primary_key=True)
    municipality_id = fields.SmallIntField()
    kind = fields.SmallIntField()
    subject = fields.UUIDField()
    reason = fields.SmallIntField()
    proposer = fields.UUIDField()
    proposed_at = fields.DatetimeField()
    approver = fields.UUIDField(null=True)
    approved_at = fields.DatetimeField(null=True)
    state = fields.SmallIntField(default=0)
    expires_at = fields.DatetimeField(null=True)
    version = fields.BinaryField(null=True)
    content: Any = fields.JSONField(null=True)
    proposer_session = fields.IntField(null=True)
    ended_by = fields.UUIDField(null=True)
    ended_at = fields.DatetimeField(null=True)
    end_reason = fields.SmallIntField(null=True)
    end_note = fields.TextField(null=True)

    class Meta:
        """The table's name."""

        table = "approval"
