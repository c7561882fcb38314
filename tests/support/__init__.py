"""Real things for the tests: packages built here, an index on loopback, real pips, an installed guard."""
