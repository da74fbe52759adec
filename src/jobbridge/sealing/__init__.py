"""Sealing of id numbers and phones: authenticated encryption plus a keyed blind index.

A sealed value is ``version | nonce | ciphertext+tag``. The field name and the blind index are bound in as
associated data, so a blob copied to another column or another row does not open.
"""

from jobbridge.sealing.sealer import Sealer, SealError, generate_keys, parse_keys

__all__ = ["SealError", "Sealer", "generate_keys", "parse_keys"]
