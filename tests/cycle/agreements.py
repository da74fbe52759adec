"""Registers an agreement with every agency in a county of its own: python -m tests.cycle.agreements"""

from __future__ import annotations

import django

if __name__ == "__main__":
    django.setup()
    from jobbridge.apps.accounts.scope import acting_as, system_actor
    from tests.factories import make_agreements

    with acting_as(system_actor("test")):
        make_agreements()
