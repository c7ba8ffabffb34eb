"""Takes two things out of moto that make it too slow to be judged by; what it answers stays the same."""

import functools

try:
    import jsonpath_ng.ext
    from moto.core.utils import unix_time
    from moto.sqs.models import SQSBackend
except ImportError:  # A Python that starts moto, and is not moto's.
    pass
else:
    # It parses the same eight JSONPaths for every event and target, and the grammar is built anew for each: a second an event.
    jsonpath_ng.ext.parse = functools.cache(jsonpath_ng.ext.parse)

    # For every message that is received it asks for all attributes of the queue, some of which look at all messages.
    def is_retained(self, queue_name, message):
        period = self.get_queue(queue_name).message_retention_period
        return int(period) + message.sent_timestamp / 1000 > unix_time()

    SQSBackend.is_message_valid_based_on_retention_period = is_retained
