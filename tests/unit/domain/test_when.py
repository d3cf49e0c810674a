"""Due times: what a cron text means, daylight saving included, and what is refused with which advice."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.triggering.when import FIELDS, SHORTHANDS, BadTime, Cron, Every

HOUR_MS, DAY_MS = 3_600_000.0, 86_400_000.0


def ms(text: str, zone: str = "UTC") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000


def local(cron: Cron, after: str, count: int) -> list[str]:
    """The next times as clocks there show them, with the offset."""
    zone = ZoneInfo(cron.zone)
    due = islice(cron.due(ms(after, cron.zone)), count)
    return [datetime.fromtimestamp(at / 1000, zone).isoformat(timespec="minutes") for at in due]


# ── daylight saving ──


def test_a_time_that_a_spring_night_leaves_out_comes_at_the_end_of_the_gap() -> None:
    assert local(Cron("30 2 * * *", "Europe/Berlin"), "2026-03-28T12:00", 2) == [
        "2026-03-29T03:00+02:00", "2026-03-30T02:30+02:00",
    ]  # fmt: skip


def test_two_times_that_meet_at_the_end_of_the_gap_are_one() -> None:
    assert local(Cron("0,30 2,3 * * *", "Europe/Berlin"), "2026-03-29T00:00", 3) == [
        "2026-03-29T03:00+02:00", "2026-03-29T03:30+02:00", "2026-03-30T02:00+02:00",
    ]  # fmt: skip


def test_a_time_that_an_autumn_night_has_twice_comes_once_the_first_time() -> None:
    assert local(Cron("30 2 * * *", "Europe/Berlin"), "2026-10-24T12:00", 2) == [
        "2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00",
    ]  # fmt: skip


def test_set_in_the_second_of_the_two_hours_it_comes_the_next_day() -> None:
    between = datetime(2026, 10, 25, 2, 10, tzinfo=ZoneInfo("Europe/Berlin"), fold=1).timestamp() * 1000
    due = Cron("30 2 * * *", "Europe/Berlin").after(between)
    assert due == ms("2026-10-26T02:30", "Europe/Berlin")


@pytest.mark.parametrize(("text", "hours"), [("0 * * * *", 1.0), ("*/30 * * * *", 0.5)])
@pytest.mark.parametrize("night", ["2026-03-29T00:00", "2026-10-25T00:00"])
def test_what_comes_every_hour_follows_the_real_time(text: str, hours: float, night: str) -> None:
    due = [*islice(Cron(text, "Europe/Berlin").due(ms(night, "Europe/Berlin")), 12)]
    assert {b - a for a, b in pairwise(due)} == {hours * HOUR_MS}


def test_a_zone_that_moves_its_clocks_by_half_an_hour() -> None:
    assert local(Cron("15 2 * * *", "Australia/Lord_Howe"), "2026-10-03T12:00", 2) == [
        "2026-10-04T02:30+11:00", "2026-10-05T02:15+11:00",
    ]  # fmt: skip


def test_the_same_text_is_another_time_elsewhere() -> None:
    after = ms("2026-07-01T00:00")
    assert Cron("0 8 * * *", "Asia/Shanghai").after(after) == ms("2026-07-02T00:00")
    assert Cron("0 8 * * *", "America/New_York").after(after) == ms("2026-07-01T12:00")


# ── what texts mean ──


def test_days_of_the_month_and_of_the_week_are_either_unless_one_is_a_star() -> None:
    both = local(Cron("0 0 13 * FRI", "UTC"), "2026-11-01T00:00", 4)
    assert [at[:10] for at in both] == ["2026-11-06", "2026-11-13", "2026-11-20", "2026-11-27"]
    assert local(Cron("0 0 L * *", "UTC"), "2027-02-01T00:00", 1) == ["2027-02-28T00:00+00:00"]
    assert local(Cron("0 9 * * MON#1", "UTC"), "2026-11-27T00:00", 1) == ["2026-12-07T09:00+00:00"]


@pytest.mark.parametrize(("short", "long"), SHORTHANDS.items())
def test_shorthands(short: str, long: str) -> None:
    assert [*islice(Cron(short, "UTC").due(0.0), 3)] == [*islice(Cron(long, "UTC").due(0.0), 3)]


def _field(low: int, high: int, named: int | None = None) -> st.SearchStrategy[tuple[str, frozenset[int]]]:
    """A field as text, and what it allows, worked out here. Numbers in it are at most `named`."""
    whole = range(low, high + 1)
    one = st.integers(low, named or high)
    star = st.just(("*", frozenset(whole)))
    step = st.integers(1, high).map(lambda n: (f"*/{n}", frozenset(whole[::n])))
    spread = st.tuples(one, one).map(sorted).map(lambda x: (f"{x[0]}-{x[1]}", frozenset(range(x[0], x[1] + 1))))
    some = st.lists(one, min_size=1, max_size=3, unique=True)
    return star | step | spread | some.map(lambda x: (",".join(map(str, x)), frozenset(x)))


@settings(deadline=None)
@given(_field(0, 59), _field(0, 23), _field(1, 31, 28), _field(1, 12), _field(0, 6), st.integers(0, 365 * 1440))
def test_it_is_due_at_the_minutes_that_fit_and_at_no_other(minute, hour, day, month, weekday, start) -> None:
    text = " ".join(field[0] for field in (minute, hour, day, month, weekday))
    either = not day[0].startswith("*") and not weekday[0].startswith("*")

    def fits(at: datetime) -> bool:
        of_month, of_week = at.day in day[1], at.isoweekday() % 7 in weekday[1]
        days = of_month or of_week if either else of_month and of_week
        return days and at.minute in minute[1] and at.hour in hour[1] and at.month in month[1]

    begin = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=start)
    span = 3 * 1440
    wanted = [at for at in (begin + timedelta(minutes=n) for n in range(1, span)) if fits(at)]
    end = begin + timedelta(minutes=span)
    told = []
    for at in islice(Cron(text, "UTC").due(begin.timestamp() * 1000), span):
        moment = datetime.fromtimestamp(at / 1000, UTC)
        if moment >= end:
            break
        told.append(moment)
    assert told == wanted


@settings(deadline=None)
@given(st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai", "UTC"]),
       st.sampled_from(["30 2 * * *", "0 * * * *", "*/7 1-3 * * *", "15 */2 * * *", "59 23 * * *"]),
       st.integers(0, 366 * 86_400))  # fmt: skip
def test_due_times_rise_and_lie_after_the_one_that_was_asked_for(zone: str, text: str, start: int) -> None:
    after = ms("2026-01-01T00:00") + start * 1000
    due = [*islice(Cron(text, zone).due(after), 5)]
    assert due == sorted(set(due))
    assert due[0] > after
    assert Cron(text, zone).after(due[0]) == due[1], "from there on it goes on as before"


# ── intervals ──


@given(st.integers(1_000, 10_000_000).map(lambda ms: ms / 1000), st.floats(0, 1e7), st.integers(0, 10))
def test_an_interval_counts_from_its_anchor(seconds: float, later_ms: float, count: int) -> None:
    anchor = ms("2026-01-01T00:00")
    due = [*islice(Every(seconds, anchor).due(anchor + later_ms), count + 1)]
    assert due[0] > anchor + later_ms - 1e-3
    assert due[0] - (anchor + later_ms) <= seconds * 1000 + 1e-3
    assert all(b - a == pytest.approx(seconds * 1000, abs=1e-2) for a, b in pairwise(due))


# ── what is refused ──

BAD = [
    ("", "five fields", "0 8 * * 1-5"),
    ("* * * *", "five fields and this has 4", "minute, hour"),
    ("0 0 8 * * *", "five fields and this has 6", "use an interval"),
    ("60 * * * *", "'60' is no minute", "0 to 59"),
    ("-1 * * * *", "'-1' is no minute", "0 to 59"),
    ("*/0 * * * *", "'*/0' is no minute", "*/15"),
    ("*/ * * * *", "is no minute", "*/15"),
    ("5-1 * * * *", "'5-1' is no minute", "1-5 a range"),
    ("1, * * * *", "'1,' is no minute", "1,3 a list"),
    ("a * * * *", "'a' is no minute", "0 to 59"),
    ("0 24 * * *", "'24' is no hour", "0 to 23"),
    ("0 8pm * * *", "'8pm' is no hour", "0 to 23"),
    ("0 8.5 * * *", "'8.5' is no hour", "0 to 23"),
    ("0 0 0 * *", "'0' is no day of month", "1 to 31"),
    ("0 0 32 * *", "'32' is no day of month", "1 to 31"),
    ("0 0 L-3 * *", "no day of month", "L for the last one"),
    ("0 0 1W * *", "no day of month", "1 to 31"),
    ("0 0 30 2 *", "a day that never comes", "the month has"),
    ("0 0 31 4,6 *", "a day that never comes", "the month has"),
    ("0 0 1 0 *", "'0' is no month", "1 to 12"),
    ("0 0 1 13 *", "'13' is no month", "JAN to DEC"),
    ("0 0 1 MAI *", "'MAI' is no month", "JAN to DEC"),
    ("0 0 * * 8", "'8' is no day of week", "0 (Sunday)"),
    ("0 0 * * MON-FRY", "no day of week", "SUN to SAT"),
    ("0 0 * * MON#6", "no day of week", "second Monday"),
    ("0 0 * * MON#", "no day of week", "second Monday"),
    ("0 0 * * ?", "'?' is no day of week", "* is each"),
    ("0 0 * * 1/1/1", "no day of week", "* is each"),
    ("@sometimes", "no shorthand", "@daily"),
    ("@reboot", "no shorthand", "five fields"),
    ("每天 * * * *", "no minute", "0 to 59"),
    ("0 0 * * ١", "no day of week", "0 (Sunday)"),
    ("0," * 120 + "0 * * * *", "at most 200", "shorter"),
    ("* * * * *; rm -rf /", "five fields", "minute, hour"),
]


@pytest.mark.parametrize(("text", "says", "advises"), BAD)
def test_a_bad_text_is_refused_with_the_field_and_the_way_out(text: str, says: str, advises: str) -> None:
    with pytest.raises(BadTime) as bad:
        Cron(text, "UTC")
    assert says in bad.value.message
    assert advises in bad.value.advice


@settings(deadline=None)
@given(st.text(max_size=60) | st.lists(st.text("0123456789*/,-#LWMONJAN", max_size=8), max_size=7).map(" ".join))
def test_any_text_is_taken_or_refused(text: str) -> None:
    try:
        due = Cron(text, "UTC").after(0.0)
    except BadTime as bad:
        due = len(bad.message) + len(bad.advice)
    assert due


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("Shanghai", "Did you mean Asia/Shanghai?"), ("asia/shanghai", "Did you mean Asia/Shanghai?"),
        ("Europe/Berln", "Did you mean Europe/Berlin?"), ("x", "or UTC."), ("", "or UTC."), ("../etc/passwd", "UTC"),
    ],
)  # fmt: skip
def test_a_bad_zone_is_refused_with_the_one_that_was_meant(name: str, advice: str) -> None:
    with pytest.raises(BadTime, match="no time zone") as bad:
        Cron("0 8 * * *", name)
    assert advice in bad.value.advice
    assert bad.value.code == "bad_timezone"


def test_every_field_says_what_it_may_hold() -> None:
    assert len(FIELDS) == 5
