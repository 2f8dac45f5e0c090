"""A plugin of pytest for `make test`: without it, each process of the tests reads 38 grammars of addresses for two seconds.

nbval loads nbformat, which loads jsonschema, which loads this optional checker of addresses, and one of durations. No test
needs them.
"""

import sys

for name in "rfc3987_syntax", "isoduration":
    sys.modules.setdefault(name, None)  # as if it were not installed
