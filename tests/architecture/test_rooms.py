"""The way of a command: seven rooms, each numbered and short enough to be read in one sitting."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = {
    "①": "interfaces/http/executions.py",
    "②": "application/handlers.py",
    "③": "domain/execution/execution.py",
    "④": "infrastructure/postgres/event_store.py",
    "⑤": "infrastructure/postgres/projector.py",
    "⑥": "interfaces/http/stream.py",
    "⑦": "ui/src/execution/applyEvent.ts",
}
LONGEST = 200  # lines; a room beyond it must say why, on a line with these words
REASON = "Longer than 200 lines because"


@pytest.mark.parametrize(("number", "room"), ROOMS.items())
def test_every_room_exists_says_its_number_and_is_short_or_says_why_not(number: str, room: str) -> None:
    lines = (ROOT / room).read_text(encoding="utf-8").splitlines()
    assert number in lines[0], f"the first line of {room} must carry {number}"
    assert len(lines) < LONGEST or any(REASON in line for line in lines), (
        f"{room} has {len(lines)} lines: split off the second idea, or add a line `{REASON} ...`"
    )


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_readme_shows_the_seven_rooms_in_order(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    places = [text.index(f"| {number} | [`{room}`]({room})") for number, room in ROOMS.items()]
    assert places == sorted(places)
