"""Conditions: where and when value is accepted, and who is eligible. All pure."""
