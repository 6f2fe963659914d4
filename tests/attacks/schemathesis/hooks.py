"""What a client has to know beside the document's schemas: the prose of the document says it."""

import schemathesis
from schemathesis import GenerationMode

# Most messages that one page of conversations carries.
INBOX_MESSAGES_MAX = 10_000


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE:
        return
    if isinstance(case.body, dict) and case.body.get("id") is not None:
        case.headers.pop("Idempotency-Key", None)
    if case.operation.path == "/conversations/{user_id}":
        query = case.query
        # Only a page before has one.
        query.pop("cursor", None)
        limit, messages = int(query.get("limit", 1)), int(query.get("messages", 50))
        if limit * messages > INBOX_MESSAGES_MAX:
            query["messages"] = INBOX_MESSAGES_MAX // limit
