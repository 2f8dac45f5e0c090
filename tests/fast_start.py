"""A plugin of pytest for `make test`: without it, each process of the tests reads 38 grammars of addresses for two seconds.

nbval loads nbformat, which loads jsonschema, which loads this optional checker of addresses. No test needs it.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # as if it were not installed
