"""Fixtures for every test, split by theme in tests/fixtures/."""

pytest_plugins = ["tests.fixtures.postgres", "tests.fixtures.chromium", "tests.fixtures.server"]
