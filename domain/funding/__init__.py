"""Money from outside: cards and bank accounts that residents link, and the saga that takes money from them."""
