"""Approvals: what one officer proposes and another approves."""
