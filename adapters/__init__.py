"""Everything with a wire to somebody else, behind ports of the domain. Only the composition roots import it."""
