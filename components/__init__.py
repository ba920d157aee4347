"""Pure functions from data to Dash components."""
