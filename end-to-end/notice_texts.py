"""Notices as people read them, held against the files in `notices/`; with `UPDATE_NOTICES=1` these are written."""

import html
import json
import os
import re
from pathlib import Path

from harness.deployment import Deployment
from harness.stack import Credentials
from harness.waiting import wait_until

FOLDER = Path(__file__).resolve().parent / "notices"
FORM = {
    "content": {"textType", "title", "description", "nextSteps"},
    "metadata": {"threadId", "summary", "eventType"},
}
# What differs from one time to the next.
VOLATILE = [
    (r"\b[0-9a-f]{64}\b", "HASH"),
    (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "VERSION"),
    (r"\breports/\d{4}/\d\d/\d\d/", "reports/DAY/"),
    (r"\bpolicies/[\w./-]+\.json", "STORED"),
    (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME"),
    (r"\bCHG-[0-9a-f]{8}\b", "TICKET"),
]


def told(deployment: Deployment, about: str, subject: str) -> str:
    """The one notice about something under a subject, once mail and chat have it: both say the same."""
    subject = f"Rootwarden: {subject}"

    def both() -> tuple[dict[str, str], str] | None:
        mails = [mail for mail in deployment.notices() if mail["Subject"] == subject and about in mail["Message"]]
        chats = [chat["Message"] for chat in deployment.chat_notices() if about in chat["Message"]]
        chats = [chat for chat in chats if json.loads(chat)["content"]["title"] == subject]
        assert len(mails) <= 1 and len(chats) <= 1, (mails, chats)
        return (mails[0], chats[0]) if mails and chats else None

    mail, chat = wait_until(both, within_seconds=60, every_seconds=0.2, otherwise=f"nobody was told: {subject}")
    # Source: Amazon SNS API Reference, `Publish`, Subject.
    assert subject.isascii() and subject.isprintable() and len(subject) <= 100
    message = mail["Message"]
    assert '"source"' not in message, "the chat's form is never in a mail"
    form = json.loads(chat)
    assert {name: set(form[name]) for name in ("content", "metadata")} == FORM, "whoever makes it, it has one form"
    if form["metadata"]["eventType"] == "rootwarden.request":
        assert in_chat(chat) == re.sub(r"[*~`]", "'", message.replace("](", "] ("))
    return f"{subject}\n\n{message}"


def in_chat(chat: str) -> str:
    """What the chat shows, as the mail has it."""
    form = json.loads(chat)
    assert (form["version"], form["source"], form["content"]["textType"]) == ("1.0", "custom", "client-markdown")
    content = form["content"]
    assert not set("<>*~`") & set(content["description"]), content
    return html.unescape(content["description"]) + "\n\n" + "\n".join(content["nextSteps"]) + "\n"


def opened_by(deployment: Deployment, who: Credentials, text: str) -> list[str]:
    """The objects that a notice links to, each of which this person can open."""
    keys = re.findall(r"/s3/object/\S+&prefix=(\S+)", text)
    s3, bucket = deployment.stack.client("s3", who), deployment.stack.outputs["BucketName"]
    return [key for key in keys if s3.get_object(Bucket=bucket, Key=key)["Body"].read()]


def thread_of(deployment: Deployment, about: str) -> set[str]:
    """The chat's threads in which something is told."""
    forms = [json.loads(chat["Message"]) for chat in deployment.chat_notices() if about in chat["Message"]]
    return {form["metadata"]["threadId"] for form in forms}


def hold(deployment: Deployment, name: str, about: str, text: str) -> None:
    """Compares a notice with its file."""
    text = text.replace(about, "ID").replace(deployment.stack.outputs["BucketName"], "BUCKET")
    for pattern, word in VOLATILE:
        text = re.sub(pattern, word, text)
    file = FOLDER / f"{name}.txt"
    if os.environ.get("UPDATE_NOTICES") == "1":
        FOLDER.mkdir(exist_ok=True)
        file.write_text(text)
    assert text == file.read_text(), f"{file.name} differs: read it, and write it with UPDATE_NOTICES=1"
