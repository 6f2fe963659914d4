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
    if case.meta is None:
        return
    body = case.body if isinstance(case.body, dict) else {}
    if case.meta.generation.mode != GenerationMode.POSITIVE:
        # `null` in an optional field counts as leaving it out.
        for name in ("pinned", "archived", "revision"):
            if name in body and body[name] is None:
                body[name] = "null"
        return
    if body.get("id") is not None or case.query.get("id") is not None:
        case.headers.pop("Idempotency-Key", None)
    if not is_metadata(body.get("metadata")):
        body["metadata"] = {}
    # There has to be such a message.
    body.pop("reply_to", None)
    body.pop("thread_seq", None)
    # They have to be members.
    body.pop("mentions", None)
    # The position has to be in the log.
    if "read_seq" in body:
        body["read_seq"] = 0
    if "unread_from" in body:
        case.body = {"read_seq": 0}
    # Not every day that fits the pattern is in the calendar.
    if body.get("muted_until") is not None:
        body["muted_until"] = "2026-01-31T12:00:00+01:00"
    # Any edit may have come before.
    case.headers.pop("If-Match", None)
    if case.operation.path.endswith(("/reactions", "/reads")):
        case.query.pop("cursor", None)
    if case.operation.path == "/conversations/{user_id}":
        query = case.query
        # Only a page before has one.
        query.pop("cursor", None)
        # A page that is asked for without a limit has 20.
        page = 20 if "archived" in query or "unread" in query else 1
        limit, messages = int(query.get("limit", page)), int(query.get("messages", 50))
        if limit * messages > INBOX_MESSAGES_MAX:
            query["messages"] = INBOX_MESSAGES_MAX // limit
