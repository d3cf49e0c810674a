"""Settings: the later source wins; an unknown name or a silly value is one sentence with the way out."""

from pathlib import Path

import pytest

from interfaces.settings import Settings, SettingsError, is_loopback, load_settings


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_without_any_source_the_defaults_hold() -> None:
    assert load_settings(environ={}) == Settings()


def test_flags_win_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "runwright.toml").write_text("port = 1001\nidle_workers = 3\nqueue_limit = 7\n")
    environ = {"RUNWRIGHT_PORT": "1002", "RUNWRIGHT_IDLE_WORKERS": "4", "PATH": "/bin"}
    settings = load_settings(environ=environ, flags={"port": 1003, "host": None})
    assert (settings.port, settings.idle_workers, settings.queue_limit) == (1003, 4, 7)
    assert settings.host == "127.0.0.1"


def test_every_kind_of_value_is_read_from_file_and_environment(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        'allowed_hosts = ["a.example", "b.example"]\nexamples = false\nshutdown_grace_s = 2\n'
        '[api_keys]\nci = "long-enough"\n'
    )
    read = load_settings(config=tmp_path / "mine.toml", environ={})
    assert read.allowed_hosts == ("a.example", "b.example")
    assert (read.examples, read.shutdown_grace_s, dict(read.api_keys)) == (False, 2.0, {"ci": "long-enough"})
    environ = {
        "RUNWRIGHT_CONFIG": str(tmp_path / "mine.toml"),
        "RUNWRIGHT_ALLOWED_HOSTS": "c.example, d.example",
        "RUNWRIGHT_API_KEYS": "ops=other-secret,ci=long-enough",
        "RUNWRIGHT_EXAMPLES": "yes",
        "RUNWRIGHT_DATABASE_URL": "postgresql://u@h/d",
        "RUNWRIGHT_DATA_DIR": "relative",
        "RUNWRIGHT_LOG_LEVEL": "DEBUG",
        "RUNWRIGHT_WORKER_MEMORY_MB": "",
    }
    read = load_settings(environ=environ)
    assert read.allowed_hosts == ("c.example", "d.example")
    assert dict(read.api_keys) == {"ops": "other-secret", "ci": "long-enough"}
    assert (read.examples, read.database_url, read.log_level) == (True, "postgresql://u@h/d", "debug")
    assert read.data_dir == tmp_path / "relative"
    assert read.worker_memory_mb is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("prot = 1", r"prot in runwright.toml is not a setting of Runwright: did you mean port\?"),
        (
            "zzz = 1",
            "zzz in runwright.toml is not a setting of Runwright: known settings are allow_shell, allowed_hosts",
        ),
        ("port = 70000", "port in runwright.toml must be a whole number from 0 to 65535, not 70000"),
        ("port = true", "port .* not True"),
        ('port = "many"', "port .* not 'many'"),
        ("shutdown_grace_s = nan", "shutdown_grace_s .* not nan"),
        ('shutdown_grace_s = "soon"', "shutdown_grace_s .* not 'soon'"),
        ('examples = "perhaps"', "examples .* true or false"),
        ('host = ""', "host .* non-empty"),
        ('log_level = "loud"', "log_level .* one of debug, info, warning, error"),
        ('database_url = "mysql://h/d"', "database_url .* postgresql://"),
        ("allowed_hosts = 3", "allowed_hosts .* list of texts"),
        ('allowed_origins = ["example.com"]', "allowed_origins .* not 'example.com'"),
        ("api_keys = 3", "api_keys .* table"),
        ('allow_shell = "perhaps"', "allow_shell .* true or false"),
        ('llm_key_variables = ["A B"]', "llm_key_variables .* OPENAI_API_KEY@api.openai.com .*'A B'"),
        ('llm_key_variables = ["RUNWRIGHT_API_KEYS"]', "llm_key_variables .* belongs to the service"),
        ('llm_key_variables = ["PGPASSWORD@a.example"]', "llm_key_variables .* belongs to the service"),
        ("api_keys = 'abc'", "api_keys .* id=secret"),
        ('[api_keys]\n"a b" = "long-enough"', "api_keys .* key id 'a b'"),
        ("port = = 1", "runwright.toml is not valid TOML: .*line 1"),
    ],
)
def test_a_bad_file_is_refused_with_the_key_and_the_way_out(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "runwright.toml").write_text(text)
    with pytest.raises(SettingsError, match=sentence) as refused:
        load_settings(environ={})
    assert "\n" not in str(refused.value)


def test_a_short_secret_is_refused_without_being_shown() -> None:
    with pytest.raises(SettingsError, match="secret for 'ci' shorter than 8") as refused:
        load_settings(environ={"RUNWRIGHT_API_KEYS": "ci=hunter2"})
    assert "hunter2" not in str(refused.value)


def test_an_unknown_variable_of_ours_is_refused_and_others_are_left_alone() -> None:
    with pytest.raises(SettingsError, match="prt in the environment .* did you mean port"):
        load_settings(environ={"RUNWRIGHT_PRT": "1"})
    assert load_settings(environ={"RUNWRIGHT_TEST_DATABASE_URL": "x", "RUNWRIGHT_SERVER": "y"}) == Settings()


def test_a_named_file_must_exist_and_be_text(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="does not exist"):
        load_settings(config=tmp_path / "missing.toml", environ={})
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(config=tmp_path / "bytes.toml", environ={})


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com"])
def test_an_address_others_can_reach_needs_a_key(host: str) -> None:
    assert not is_loopback(host)
    with pytest.raises(SettingsError, match="no API key: set api_keys"):
        load_settings(environ={"RUNWRIGHT_HOST": host})
    load_settings(environ={"RUNWRIGHT_HOST": host, "RUNWRIGHT_API_KEYS": "ci=long-enough"})


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "[::1]", "localhost"])
def test_loopback_needs_no_key(host: str) -> None:
    assert is_loopback(host)
    load_settings(environ={"RUNWRIGHT_HOST": host})


def test_as_a_normal_user_state_lives_in_the_users_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interfaces.settings.os.geteuid", lambda: 1000)
    monkeypatch.setattr("interfaces.settings.sys.platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere/data")
    assert Settings().data_dir == Path("/somewhere/data/runwright")
    monkeypatch.setenv("XDG_DATA_HOME", "")
    assert Settings().data_dir == Path.home() / ".local" / "share" / "runwright"
    monkeypatch.setattr("interfaces.settings.os.geteuid", lambda: 0)
    assert Settings().data_dir == Path("/var/lib/runwright")
