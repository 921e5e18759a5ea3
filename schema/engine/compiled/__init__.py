"""Operations as plain Python: a validated document is turned once into functions, and then only these run."""
