"""Everyday job titles to codes of the occupation classification of 2022."""

from jobbridge.engines.occupations.classifier import GENERAL_LABOUR, Classifier, Guess, classifier
from jobbridge.engines.occupations.edition import edition
from jobbridge.engines.occupations.official import choosable, find, occupation_name, occupation_names

__all__ = [
    "GENERAL_LABOUR", "Classifier", "Guess", "choosable", "classifier", "edition", "find", "occupation_name",
    "occupation_names",
]  # fmt: skip
