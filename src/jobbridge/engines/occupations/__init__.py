"""Everyday job titles to codes of the occupation classification of 2022."""

from jobbridge.engines.occupations.classifier import Classifier, Guess, classifier

__all__ = ["Classifier", "Guess", "classifier"]
