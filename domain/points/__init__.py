"""Shopping points: the rules by which payments earn points, and the clawback of points by refunds."""
