"""How operations run: execution, compilation, limits, permissions, and the checks of the contract."""
