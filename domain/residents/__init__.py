"""People, their wallets and who may act on them."""
