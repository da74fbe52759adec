"""The one error of this package: its text is meant for the person at the terminal."""


class PostgresError(Exception):
    """Something about the embedded server that a person must know or do."""
