"""The service that ChatNest replaces: FastAPI over Motor, one insert for each request."""

import asyncio
import os
from contextlib import asynccontextmanager
from datetime import datetime, timezone
from uuid import uuid4

from fastapi import FastAPI
from motor.motor_asyncio import AsyncIOMotorClient
from pydantic import BaseModel, Field

MESSAGES_SHOWN = 50

db = AsyncIOMotorClient(os.environ["MONGODB_URI"], tz_aware=True)[os.environ["DATABASE"]]


def new_id() -> str:
    return str(uuid4())


def now() -> datetime:
    return datetime.now(timezone.utc)


class Message(BaseModel):
    id: str = Field(default_factory=new_id)
    user_id: str
    content: str
    timestamp: datetime = Field(default_factory=now)
    conversation_id: str | None = None


class Conversation(BaseModel):
    id: str = Field(default_factory=new_id)
    user_ids: list[str]
    messages: list[Message] = []
    created_at: datetime = Field(default_factory=now)


@asynccontextmanager
async def lifespan(_: FastAPI):
    await db.messages.create_index([("conversation_id", 1), ("timestamp", 1)])
    await db.conversations.create_index("user_ids")
    yield


app = FastAPI(lifespan=lifespan)


@app.post("/messages/", status_code=201)
async def send_message(message: Message) -> Message:
    await db.messages.insert_one(message.model_dump())
    return message


@app.get("/messages/{conversation_id}")
async def list_messages(
    conversation_id: str, limit: int | None = None, before: datetime | None = None
) -> list[Message]:
    query: dict = {"conversation_id": conversation_id}
    if before is not None:
        query["timestamp"] = {"$lt": before}
    if limit is None:
        return await db.messages.find(query, {"_id": 0}).sort("timestamp", 1).to_list(None)
    return await newest(query, limit)


@app.post("/conversations/", status_code=201)
async def create_conversation(conversation: Conversation) -> Conversation:
    await db.conversations.insert_one(conversation.model_dump())
    return conversation


@app.get("/conversations/{user_id}")
async def list_conversations(
    user_id: str, limit: int | None = None, messages: int = MESSAGES_SHOWN
) -> list[Conversation]:
    cursor = db.conversations.find({"user_ids": user_id}, {"_id": 0}).sort("created_at", -1)
    conversations = await (cursor.limit(limit) if limit else cursor).to_list(None)
    logs = await asyncio.gather(
        *(newest({"conversation_id": conversation["id"]}, messages) for conversation in conversations)
    )
    return [{**conversation, "messages": log} for conversation, log in zip(conversations, logs)]


async def newest(query: dict, limit: int) -> list[dict]:
    found = await db.messages.find(query, {"_id": 0}).sort("timestamp", -1).limit(limit).to_list(limit)
    return found[::-1]
