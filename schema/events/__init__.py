"""Events: what happened to a wallet or store, live and as lists."""
