"""What cannot be done with an edition."""


class EditionError(ValueError):
    """The message names the edition or the field, and the remedy."""
