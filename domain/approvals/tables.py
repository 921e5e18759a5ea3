"""Two-person decisions."""

from tortoise import fields
from tortoise.models import Model


class Approval(Model):
    """Who proposed what, and who approved it. The database refuses one person in both."""

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
