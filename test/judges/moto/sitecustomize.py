"""moto parses the same eight JSONPaths for every event and target, and jsonpath_ng builds its grammar anew for each: a second an event."""

import functools

try:
    import jsonpath_ng.ext
except ImportError:  # A Python that starts moto, and is not moto's.
    pass
else:
    jsonpath_ng.ext.parse = functools.cache(jsonpath_ng.ext.parse)
