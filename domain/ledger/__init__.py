"""The ledger, the only room that moves value: accounts, journals, entries, holds, and the poster of group commits."""
