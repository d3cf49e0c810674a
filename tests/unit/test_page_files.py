"""Files of the page: compressed for who takes it, the same content for all."""

import gzip
from pathlib import Path

import pytest
from starlette.datastructures import Headers
from starlette.responses import FileResponse

from interfaces.http.page import file_answer

SCRIPT = "export const words = 'rain and sun';\n" * 200


@pytest.fixture
def script(tmp_path: Path) -> Path:
    (tmp_path / "a.js").write_text(SCRIPT)
    return tmp_path / "a.js"


@pytest.mark.parametrize("accepts", ["gzip", "br, gzip;q=0.5", "*", "GZIP, deflate"])
def test_who_takes_gzip_gets_it(script: Path, accepts: str) -> None:
    answer = file_answer(script, Headers({"accept-encoding": accepts}), "no-cache")
    assert gzip.decompress(bytes(answer.body)).decode() == SCRIPT
    assert (answer.headers["content-encoding"], answer.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    assert int(answer.headers["content-length"]) < len(SCRIPT) / 10


@pytest.mark.parametrize("accepts", ["", "br", "gzip;q=0", "gzip; q=0.0, br", "identity"])
def test_who_does_not_gets_the_file(script: Path, accepts: str) -> None:
    answer = file_answer(script, Headers({"accept-encoding": accepts}), "no-cache")
    assert isinstance(answer, FileResponse)
    assert answer.headers["vary"] == "Accept-Encoding", "a cache in between must not mix them up"


def test_pictures_and_small_files_are_sent_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"x" * 5_000)
    (tmp_path / "b.js").write_text("1")
    for name in ("a.png", "b.js"):
        assert isinstance(file_answer(tmp_path / name, Headers({"accept-encoding": "gzip"}), "x"), FileResponse)


def test_a_changed_file_is_compressed_anew(script: Path) -> None:
    takes = Headers({"accept-encoding": "gzip"})
    file_answer(script, takes, "x")
    script.write_text(SCRIPT + "// changed")
    assert gzip.decompress(bytes(file_answer(script, takes, "x").body)).endswith(b"changed")
