"""What cannot be done with an edition."""


class EditionError(ValueError):
    """The message names the edition or the field, and the remedy."""


class NoEdition(EditionError):
    def __init__(self, edition_id: int) -> None:
        super().__init__(f"there is no edition {edition_id}; `flask evaluation list` shows them")
