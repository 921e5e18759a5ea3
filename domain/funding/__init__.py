"""Money from outside: cards and bank accounts that residents have linked, and the saga that takes money from them."""
