"""Documents and exports. Reads through queries."""
