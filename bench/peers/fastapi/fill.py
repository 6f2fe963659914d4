"""Fills the collections of app.py from lines of JSON: [collection, documents]. Times are ISO 8601."""

import json
import os
import sys
from datetime import datetime

from pymongo import MongoClient

db = MongoClient(os.environ["MONGODB_URI"])[os.environ["DATABASE"]]


def to_document(fields: dict) -> dict:
    for name in ("timestamp", "created_at"):
        if name in fields:
            fields[name] = datetime.fromisoformat(fields[name])
    return fields


for line in sys.stdin:
    collection, documents = json.loads(line)
    db[collection].insert_many([to_document(fields) for fields in documents])
