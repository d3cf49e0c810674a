"""The data directory: one holder, one identity over restarts, sentences for folders that cannot work."""

import os
from pathlib import Path

import pytest

from infrastructure.data_directory import DataDirectory, DataDirectoryInUse, DataDirectoryUnusable, write_private


def test_the_server_id_stays_and_boot_rises_with_each_start(tmp_path: Path) -> None:
    seen = []
    for _ in range(3):
        with DataDirectory(tmp_path / "state").open(for_postgres=False) as directory:
            seen.append(directory.begin_boot())
    assert [identity.boot for identity in seen] == [1, 2, 3]
    assert len({identity.server_id for identity in seen}) == 1


def test_a_boot_is_never_counted_without_the_lock(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="open the data directory"):
        DataDirectory(tmp_path).begin_boot()


def test_two_holders_are_refused_and_a_closed_folder_is_free(tmp_path: Path) -> None:
    first = DataDirectory(tmp_path).open(for_postgres=False)
    first.open(for_postgres=False)  # the holder itself may ask again
    with pytest.raises(DataDirectoryInUse, match=f"pid {os.getpid()}: stop that server, or choose"):
        DataDirectory(tmp_path).open(for_postgres=False)
    first.close()
    first.close()
    DataDirectory(tmp_path).open(for_postgres=False).close()


def test_a_holder_whose_pid_cannot_be_read_is_still_refused(tmp_path: Path) -> None:
    first = DataDirectory(tmp_path).open(for_postgres=False)
    (tmp_path / "server.lock").write_text("")
    with pytest.raises(DataDirectoryInUse, match="another server") as refused:
        DataDirectory(tmp_path).open(for_postgres=False)
    assert refused.value.pid is None
    first.close()


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_does_not_hold_the_lock_on(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path).open(for_postgres=False)
    ready, go_on = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.write(ready[1], b"r")
        os.read(go_on[0], 1)
        os._exit(0)
    try:
        os.read(ready[0], 1)  # the child lives and has run its after-fork hooks
        directory.close()
        DataDirectory(tmp_path).open(for_postgres=False).close()
    finally:
        os.write(go_on[1], b"g")
        assert os.waitpid(child, 0)[1] == 0
        for end in (*ready, *go_on):
            os.close(end)


def test_whether_it_is_held_can_be_asked_without_taking_it(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path)
    assert not directory.is_held()  # never opened
    with DataDirectory(tmp_path).open(for_postgres=False):
        assert directory.is_held()
    assert not directory.is_held()


def test_a_damaged_identity_is_refused(tmp_path: Path) -> None:
    (tmp_path / "identity.json").write_text("{")
    with DataDirectory(tmp_path).open(for_postgres=False) as directory:
        with pytest.raises(DataDirectoryUnusable, match=r"identity\.json is damaged"):
            directory.begin_boot()


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(DataDirectoryUnusable, match="--data-dir"):
            DataDirectory(path).open(for_postgres=False)


def test_a_folder_where_nothing_can_be_made_is_refused() -> None:
    with pytest.raises(DataDirectoryUnusable, match="cannot be used"):
        DataDirectory(Path("/proc/runwright")).open(for_postgres=False)


def test_the_password_is_made_once_and_is_private(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path)
    password = directory.postgres_password()
    assert directory.postgres_password() == password
    assert len(password) >= 32
    assert (tmp_path / "postgres-password").stat().st_mode & 0o777 == 0o600


def test_a_private_file_is_replaced_whole(tmp_path: Path) -> None:
    file = tmp_path / "it"
    write_private(file, "long text\n")
    write_private(file, "b\n")
    assert file.read_text() == "b\n"
    assert [entry.name for entry in tmp_path.iterdir()] == ["it"]


@pytest.mark.skipif(os.geteuid() != 0, reason="a normal user's PostgreSQL runs as that user")
def test_as_root_an_empty_private_folder_becomes_ours_and_a_used_one_is_refused(data_folder: Path) -> None:
    mine = data_folder / "mine"
    mine.mkdir(mode=0o700)
    DataDirectory(mine).open(for_postgres=True).close()
    assert mine.stat().st_mode & 0o777 == 0o711
    used = data_folder / "used"
    used.mkdir(mode=0o700)
    (used / "letters.txt").write_text("mine")
    with pytest.raises(DataDirectoryUnusable, match="is private and holds other files"):
        DataDirectory(used).open(for_postgres=True)
    assert used.stat().st_mode & 0o777 == 0o700
