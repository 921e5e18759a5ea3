"""Clients of external services, behind ports of the domain. Only the composition roots import them."""
