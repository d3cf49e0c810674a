"""The answer of a language model as it comes: read whole or as a stream, and shown in the log meanwhile."""

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

import httpx

from infrastructure.workers.step import Step, StepRefused

MAX_TEXT = 8 * 1024 * 1024  # characters of an answer, and bytes of one message of its stream
PACE_S = 0.25
"""Between two times that something is shown: live to the eye, and a hundred tokens a second make no flood."""
LONG = 400  # characters without the end of a sentence that are shown all the same, up to the last space
_ENDS = re.compile(r"\n|[.!?…:;](?=\s)|[。！？；]")


class Answer:
    """What was answered so far. `hide` takes the key out of a text."""

    def __init__(self, step: Step, hide: Callable[[str], str]) -> None:
        self._voice, self._hide = Voice(step, hide), hide
        self._parts: list[str] = []
        self._length = 0
        self.has_begun = False
        self.finish_reason: str | None = None
        self.usage: dict[str, int] | None = None
        self.model: str | None = None

    @property
    def text(self) -> str:
        """All of it, as text that JSON can hold."""
        text = self._hide("".join(self._parts)).replace("\0", "\N{REPLACEMENT CHARACTER}")
        # Half characters: two pieces of a stream may each hold one.
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def read(self, response: httpx.Response) -> None:
        """Take the answer, in whichever form the server sends it. Raises StepRefused, httpx.TransportError."""
        self.has_begun = True
        if response.headers.get("content-type", "").startswith("text/event-stream"):
            self._read_stream(response.iter_bytes())
            return
        content = bytearray()
        for piece in response.iter_bytes():
            content += piece
            if len(content) > MAX_TEXT:
                raise too_large()
        self._take(content, "message")
        if self.finish_reason is None and not self._parts:
            raise self._strange(content)

    def broken(self, why: str) -> StepRefused:
        """The error for an answer that ended before its end."""
        self._voice.finish()
        return StepRefused(
            "llm_stream_broken",
            f"The answer broke off after {self._length:,} characters: {self._hide(why)[:500]}",
            "Run again; if it happens again, look at the server's log.",
            kind="StreamBroken",
            category="infrastructure",
            retryable=True,
        )

    def _read_stream(self, pieces: Iterable[bytes]) -> None:
        is_done = False
        for message in messages(pieces):
            if message.strip() == b"[DONE]":
                is_done = True
                break
            text = self._take(message, "delta")
            if text:
                self._voice.say(text, self._length)
        if not is_done and self.finish_reason is None:
            raise self.broken("the stream ended without its end.")
        self._voice.finish()

    def _take(self, content: bytes | bytearray, field: str) -> str:
        """One message of the stream (`delta`) or the whole answer (`message`); the text in it."""
        try:
            value: Any = json.loads(content)
        except (ValueError, RecursionError):
            raise self._strange(content) from None
        if not isinstance(value, dict):
            raise self._strange(content)
        whole = cast("dict[str, Any]", value)
        if whole.get("error"):
            error = whole["error"]
            raise self.broken(str(cast("Any", error).get("message") if isinstance(error, dict) else error))
        if isinstance(whole.get("model"), str):
            self.model = self.model or whole["model"]
        if isinstance(whole.get("usage"), dict):
            self.usage = _usage(whole["usage"])
        choices = whole.get("choices")
        choice: Any = cast("list[Any]", choices)[0] if isinstance(choices, list) and choices else None
        if not isinstance(choice, dict):
            return ""
        told = cast("dict[str, Any]", choice)
        if isinstance(told.get("finish_reason"), str):
            self.finish_reason = told["finish_reason"]
        text = _text_of(told.get(field))
        if text:
            self._parts.append(text)
            self._length += len(text)
            if self._length > MAX_TEXT:
                raise too_large()
        return text

    def _strange(self, content: bytes | bytearray) -> StepRefused:
        shown = self._hide(bytes(content[:1200]).decode(errors="replace"))[:300]
        return StepRefused(
            "llm_bad_answer",
            f"The server's answer is not of the form of chat completions: {shown!r}.",
            "Check that the URL is where an API of OpenAI's form begins (often it ends in /v1).",
        )


def too_large() -> StepRefused:
    """The error for an answer without end."""
    return StepRefused(
        "llm_answer_too_large",
        f"The answer is longer than {MAX_TEXT // 2**20} Mi characters.",
        "Set max_tokens, or ask for less at once.",
    )


def messages(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The data of each message of an event stream, however it is cut into pieces. Only the line ends of the
    format count: JSON may hold other ones (U+2028)."""
    rest = bytearray()
    data: list[bytes] = []
    for piece in pieces:
        rest += piece
        if b"\n" not in piece:
            if len(rest) > MAX_TEXT:
                raise too_large()
            continue
        *lines, last = bytes(rest).split(b"\n")
        rest = bytearray(last)
        for line in lines:
            plain = line.rstrip(b"\r")
            if plain.startswith(b"data:"):
                data.append(plain[5:].removeprefix(b" "))
            elif not plain and data:
                yield b"\n".join(data)
                data.clear()
        if sum(map(len, data)) > MAX_TEXT:
            raise too_large()
    if rest.startswith(b"data:"):
        data.append(bytes(rest[5:]).strip())
    if data:
        yield b"\n".join(data)


def _text_of(message: object) -> str:
    """The content of a message: a text, a list of parts with texts, or what the model says when it refuses."""
    if not isinstance(message, dict):
        return ""
    fields = cast("dict[str, Any]", message)
    content = fields.get("content")
    if isinstance(content, list):
        parts = [cast("Any", part).get("text") for part in cast("list[Any]", content) if isinstance(part, dict)]
        return "".join(part for part in parts if isinstance(part, str))
    refusal = fields.get("refusal")
    return content if isinstance(content, str) and content else refusal if isinstance(refusal, str) else ""


def _usage(told: dict[str, Any]) -> dict[str, int] | None:
    names = ("prompt_tokens", "completion_tokens", "total_tokens")
    counts = {name: told.get(name) for name in names}
    prompt, completion = (n if isinstance(n, int) and 0 <= n < 2**53 else 0 for n in [*counts.values()][:2])
    total = counts["total_tokens"]
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": total if isinstance(total, int) and 0 <= total < 2**53 else prompt + completion,
    }


class Voice:
    """Shows a text while it is written: whole sentences or lines, at most four times a second."""

    def __init__(self, step: Step, hide: Callable[[str], str], now: Callable[[], float] = time.monotonic) -> None:
        self._step, self._hide, self._now = step, hide, now
        self._waiting = ""
        self._shown_at = -PACE_S

    def say(self, text: str, so_far: int) -> None:
        """Take a piece; `so_far` characters were written in all."""
        self._waiting += text
        now = self._now()
        if now - self._shown_at < PACE_S:
            return
        end = max((match.end() for match in _ENDS.finditer(self._waiting)), default=0)
        if not end and len(self._waiting) > LONG:
            end = self._waiting.rfind(" ") + 1
        if not end and len(self._waiting) > 10 * LONG:
            end = len(self._waiting)
        if end:
            self._shown_at = now
            self._show(self._waiting[:end])
            self._waiting = self._waiting[end:].lstrip(" ") if self._waiting[end - 1] != "\n" else self._waiting[end:]
            self._step.progress(None, f"{so_far:,} characters")

    def finish(self) -> None:
        """Show what is left."""
        self._show(self._waiting)
        self._waiting = ""

    def _show(self, text: str) -> None:
        if text.strip():
            self._step.log(self._hide(text.strip("\n").rstrip()))
