"""The installation's sealer, built once from the settings."""

from functools import cache

from django.conf import settings

from jobbridge.sealing import Sealer, parse_keys


@cache
def sealer() -> Sealer:
    """Sealer with the configured keys and suite."""
    keys, index = parse_keys(settings.SEAL_KEYS)
    return Sealer(keys, index, settings.SEAL_SUITE)
