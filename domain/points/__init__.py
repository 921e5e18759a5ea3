"""Shopping points: which rules give points on a payment, and what a refund takes back."""
