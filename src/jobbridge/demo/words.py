"""Long lists of Chinese words, written as text so that they can be read."""


def words(text: str) -> tuple[str, ...]:
    """The words of a text, separated by white space."""
    return tuple(text.split())
