"""Shopping points: the rules by which payments earn, what they granted, and what refunds clawed back."""
