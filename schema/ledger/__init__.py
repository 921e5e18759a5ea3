"""What the ledger shows: balances, receipts, histories, and its own audit."""
