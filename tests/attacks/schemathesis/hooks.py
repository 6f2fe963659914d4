"""What a client has to know beside the document's schemas: the prose of the document says it."""

import json

import schemathesis
from schemathesis import GenerationMode

# Most messages that one page of conversations carries.
INBOX_MESSAGES_MAX = 10_000
METADATA_BYTES_MAX = 8 * 1024
METADATA_LEVELS_MAX = 5


def levels(value):
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(levels, value), default=0) if isinstance(value, list) else 0


def is_metadata(value):
    return levels(value) <= METADATA_LEVELS_MAX and len(json.dumps(value)) <= METADATA_BYTES_MAX


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE:
        return
    body = case.body if isinstance(case.body, dict) else {}
    if body.get("id") is not None or case.query.get("id") is not None:
        case.headers.pop("Idempotency-Key", None)
    if not is_metadata(body.get("metadata")):
        body["metadata"] = {}
    # There has to be such a message.
    body.pop("reply_to", None)
    body.pop("thread_seq", None)
    # Any edit may have come before.
    case.headers.pop("If-Match", None)
    if case.operation.path.endswith("/reactions"):
        case.query.pop("cursor", None)
    if case.operation.path == "/conversations/{user_id}":
        query = case.query
        # Only a page before has one.
        query.pop("cursor", None)
        limit, messages = int(query.get("limit", 1)), int(query.get("messages", 50))
        if limit * messages > INBOX_MESSAGES_MAX:
            query["messages"] = INBOX_MESSAGES_MAX // limit
