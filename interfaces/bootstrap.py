"""Composition root: the only module that names concrete adapters.

`serve` is what `runwright up` runs on a database that is migrated; tests use the same.
"""

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import uvicorn
from fastapi import FastAPI

from application import commands as c
from application.bulk import Bulk
from application.children import Children
from application.conductor import Conductor
from application.egress import KeyVariable
from application.firing import Firing
from application.handlers import Handlers
from application.membership import Membership
from application.parts import OutputsOfViews
from application.past import Past
from application.ports import StoreUnavailable
from application.previewing import Preview
from application.queries import Queries
from application.remembering import WAIT_S as REMEMBER_S
from application.remembering import remember
from application.starts import StartEstimates
from application.triggers import Triggers
from application.versions import Versions
from domain.errors import Problem, Unavailable
from domain.execution.events import DECISIONS, Completed, ExecutionEvent, Failed, Stopped
from domain.queueing.controller import Controller
from domain.queueing.limits import LimitsChanged
from domain.queueing.slots import CPU, GPU, MEMORY
from domain.triggering.trigger import TRIGGER_EVENTS, TriggerEvent
from domain.workflow.validation import validate
from domain.workflow.workflow import EVENT_TOPICS as WORKFLOW_TOPICS
from infrastructure import mapper
from infrastructure.disk import free_mb_of
from infrastructure.expressions.adapter import PythonExpressions
from infrastructure.nodes.checking import DefinitionCheck, InputCheck
from infrastructure.nodes.examples import example_definitions, examples_folder, templates
from infrastructure.nodes.plugins import Plugin, find_plugins, kinds_of, runners_of
from infrastructure.nodes.registry import OWN, node_kinds
from infrastructure.postgres.artifacts import PostgresArtifacts
from infrastructure.postgres.connection import Connections
from infrastructure.postgres.event_store import PostgresEventStore
from infrastructure.postgres.feed import PostgresFeed, Told
from infrastructure.postgres.leases import PostgresLeases
from infrastructure.postgres.projector import Projector
from infrastructure.postgres.views import PostgresViews
from infrastructure.postgres.webhook_secrets import PostgresWebhookSecrets
from infrastructure.pressure import MachinePressure, cores, memory_for_steps_mb
from infrastructure.system import SystemClock, SystemIds, rest_collector
from infrastructure.workers.executor import STEP_KINDS, STEP_KINDS_WITH_SHELL, LocalExecutor
from interfaces.definition_schema import definition_schema
from interfaces.http.app import create_app
from interfaces.http.border import Border
from interfaces.http.line import SEND_TIMEOUT_S
from interfaces.http.service import Service
from interfaces.settings import Settings

VIEWS_WAIT_S = 2.0
"""How long a step that runs a workflow by its name waits for the views to know it."""
log = logging.getLogger("runwright")
DECISION_TOPICS = frozenset(event.TOPIC for event in DECISIONS)
ENDS = frozenset(event.TOPIC for event in (Completed, Failed, Stopped))
TRIGGER_TOPICS = frozenset(event.TOPIC for event in TRIGGER_EVENTS)
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


class AddressInUse(Exception):
    """Another program listens there. `str(error)` is a sentence with the way out."""


class AllowAll:
    """Permissions of a service whose keys are all equal: whoever passed the border may do everything."""

    def allows(self, actor: str, action: str, subject: UUID | None) -> bool:  # noqa: ARG002 - the port
        """Yes."""
        return bool(actor)


@dataclass(frozen=True, kw_only=True)
class Running:
    """A composed service; `app` is its ASGI application behind the border."""

    service: Service
    app: Border
    api: FastAPI
    store: PostgresEventStore
    feed: PostgresFeed
    conductor: Conductor
    projector: Projector


@asynccontextmanager
async def open_service(settings: Settings, database_url: str, *, server_id: UUID) -> AsyncGenerator[Running]:
    """Compose, start, take up what is open; end everything on leaving. Raises StoreUnavailable."""
    reads = Connections(database_url, size=4)
    projecting = Connections(database_url, size=1, options="-c synchronous_commit=off")
    beating = Connections(database_url, size=1)  # a heartbeat waits behind no question
    store = PostgresEventStore(database_url, reads)
    feed = PostgresFeed(database_url, reads, store)
    limit = settings.attempt_limit or 4 * cores()
    plugins = await asyncio.to_thread(plugins_of, settings)
    executor = LocalExecutor(
        attempt_limit=limit,
        idle_workers=min(settings.idle_workers, limit) if "conduct" in settings.roles else 0,
        runtime_dir=settings.data_dir / "workers",
        memory_mb=settings.worker_memory_mb,
        file_roots=[examples_folder()],
        http_allowed=settings.http_allowed,
        kinds={**(STEP_KINDS_WITH_SHELL if settings.allow_shell else STEP_KINDS), **runners_of(plugins)},
        secrets={"llm": {text: os.environ.get(KeyVariable.of(text).name, "") for text in settings.llm_key_variables}},
        hidden=_hidden(settings),
        namespaces=settings.process_namespaces,
    )
    kinds = node_kinds(
        allow_shell=settings.allow_shell,
        key_variables=[KeyVariable.of(text) for text in settings.llm_key_variables],
        more=kinds_of(plugins),
    )
    expressions = PythonExpressions(executor.zygote)
    tried = PythonExpressions(executor.zygote)
    artifacts = PostgresArtifacts(reads, max_bytes=settings.artifact_max_bytes)
    clock = SystemClock()
    versions = Versions(store, kinds, expressions)
    views = PostgresViews(reads)

    async def named(name: str) -> UUID | None:
        await projector.wait_for(feed.position, timeout_s=VIEWS_WAIT_S)
        return await views.workflow_named(name)

    conducts = "conduct" in settings.roles
    projector = Projector(
        projecting, feed, pause_s=settings.projector_pause_ms / 1000, only_looks_on="project" not in settings.roles
    )
    leases = PostgresLeases(beating)
    conductor = Conductor(
        store=store,
        leases=leases,
        executor=executor,
        expressions=expressions,
        artifacts=artifacts,
        graphs=versions.graph,
        clock=clock,
        server_id=server_id,
        attempt_limit=limit if conducts else 0,
        inline_bytes=settings.inline_value_bytes,
        log_flush_s=settings.log_flush_ms / 1000,
        children=Children(versions, InputCheck(), named, SystemIds()),
        machine={CPU: float(cores()), MEMORY: memory_for_steps_mb(), GPU: 0.0},
        follows=None if settings.attempt_limit or not conducts else Controller(cores=cores(), ceiling=limit),
    )
    membership = Membership(leases, clock, conductor, server_id, lease_s=settings.lease_s)
    checks = DefinitionCheck(kinds, expressions)

    def check(definition: object) -> list[Problem]:
        return validate(definition, checks, max_nodes=settings.max_nodes)

    ids = SystemIds()
    outputs = OutputsOfViews(views, lambda: projector.wait_for(feed.position, timeout_s=VIEWS_WAIT_S))
    handlers = Handlers(
        store=store,
        conductor=conductor,
        versions=versions,
        permissions=AllowAll(),
        validate=check,
        inputs=InputCheck(),
        clock=clock,
        ids=ids,
        queue_limit=settings.queue_limit,
        is_kind=lambda name: kinds.get(name) is not None,
        outputs=outputs,
        free_mb=free_mb_of(settings.data_dir) if settings.database_url is None else None,
        disk_reserve_mb=settings.disk_reserve_mb,
    )
    secrets_of_webhooks = PostgresWebhookSecrets(reads)
    triggers = Triggers(store, handlers, expressions, secrets_of_webhooks, lambda: secrets.token_urlsafe(32))
    firing = Firing(triggers, conductor, clock, ids)
    past = Past(views, versions, clock, room=lambda: conductor.slots.limit)
    queries = Queries(
        views=views,
        store=store,
        versions=versions,
        conductor=conductor,
        past=past,
        starts=StartEstimates(conductor.queue_view, past, views, clock),
        outputs=outputs,
        decode=mapper.decode_stored,
        log_position=lambda: feed.position,
        wait_for_views=lambda position, timeout_s: projector.wait_for(position, timeout_s=timeout_s),
    )

    async def ready() -> dict[str, object]:
        try:
            await store.head_position()
        except StoreUnavailable as error:
            raise Unavailable(
                "database_unavailable", "The database does not answer.", "Look at the database."
            ) from error
        return {
            "log_position": feed.position,
            "view_position": projector.position,
            "parked": len(projector.parked),
            "appends": store.batches,
            "events": store.events,
        }

    service = Service(
        handlers=handlers,
        queries=queries,
        triggers=triggers,
        bulk=Bulk(handlers, queries),
        feed=feed,
        artifacts=artifacts,
        executor=executor,
        kinds=kinds,
        clock=clock,
        max_depth=settings.max_depth,
        schema=definition_schema(kinds),
        ready=ready,
        preview=Preview(store, tried, artifacts, clock),
        templates=templates,
    )
    api = create_app(service)
    app = Border(
        api,
        hosts=LOOPBACK | {settings.host.lower()} | {h.lower() for h in settings.allowed_hosts},
        origins=frozenset(settings.allowed_origins),
        keys=settings.api_keys,
        max_body_bytes=settings.max_body_bytes,
    )
    running = Running(
        service=service, app=app, api=api, store=store, feed=feed, conductor=conductor, projector=projector
    )
    tasks: list[asyncio.Task[None]] = []

    def beside(work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(_say_if_failed)
        tasks.append(task)

    await store.open()
    try:
        await feed.open()
        beside(projector.run(), "projector")
        beside(_forget_changed(feed, versions), "versions")
        await executor.start()
        beside(_hear_others(feed, conductor), "others")
        beside(_hear_limits(feed, conductor), "limits")
        beside(_hear_triggers(feed, triggers), "events of triggers")
        await asyncio.sleep(0)  # they listen before it is looked: nothing between
        await triggers.load()
        if conducts:
            beside(conductor.load_now.watch(MachinePressure()), "load")
            beside(conductor.load_now.record(store, SystemIds(), server_id), "moves of limits")
            beside(remember(views, versions, conductor.load_now.memory), "memory of steps")
            await asyncio.wait(tasks[-1:], timeout=REMEMBER_S)
            await membership.start()
            await conductor.start()
            membership.run()
            beside(_hear_ends(feed, firing), "ends that triggers wait for")
            beside(firing.run(), "triggers")
        else:
            await conductor.look_at_all()
        yield running
        if conducts and membership.others:
            await conductor.drain(settings.drain_s)
    finally:
        await membership.close()
        await conductor.close()
        await executor.close(grace_s=settings.shutdown_grace_s)
        if conducts:
            await membership.resign()
        await expressions.close()
        await tried.close()
        await projector.close()
        await asyncio.wait(tasks[:1], timeout=5) if tasks else None
        await feed.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await store.close()
        await reads.close()
        await projecting.close()
        await beating.close()


def _say_if_failed(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("%s ended by an error", task.get_name(), exc_info=error)


def plugins_of(settings: Settings) -> Sequence[Plugin]:
    """The kinds of node that other packages give, each with what is wrong with it. Takes seconds when one hangs."""
    return find_plugins(taken=OWN, hidden=_hidden(settings))


def _hidden(settings: Settings) -> list[str]:
    return [KeyVariable.of(text).name for text in settings.llm_key_variables]


async def _hear_others(feed: PostgresFeed, conductor: Conductor) -> None:
    """Decisions that other servers store reach the executions of this one."""

    def heard(told: Told) -> None:
        event = mapper.decode_stored(told.event)
        if isinstance(event, ExecutionEvent):
            conductor.heard(event, told.event.position)

    await _follow(feed, DECISION_TOPICS, heard, conductor.look_at_all, foreign=True)


async def _hear_limits(feed: PostgresFeed, conductor: Conductor) -> None:
    """Limits set on another server hold here."""

    def heard(told: Told) -> None:
        event = mapper.decode_stored(told.event)
        if isinstance(event, LimitsChanged):
            conductor.limiting.hear(event)

    await _follow(feed, frozenset({LimitsChanged.TOPIC}), heard, conductor.limiting.load, foreign=True)


async def _hear_triggers(feed: PostgresFeed, triggers: Triggers) -> None:
    """Triggers changed by any server are so here."""
    again: set[asyncio.Task[None]] = set()

    def heard(told: Told) -> None:
        event = mapper.decode_stored(told.event)
        if isinstance(event, TriggerEvent) and not triggers.hear(event):
            task = asyncio.create_task(triggers.reload(event.originator_id))
            again.add(task)
            task.add_done_callback(again.discard)

    await _follow(feed, TRIGGER_TOPICS, heard, triggers.load, foreign=False)


async def _hear_ends(feed: PostgresFeed, firing: Firing) -> None:
    """A trigger may wait for the end of what it has started."""

    async def looked_at_soon_anyway() -> None:
        """One that waits for an end looks every second."""

    await _follow(
        feed, ENDS, lambda told: firing.ended(told.event.stream_id), looked_at_soon_anyway,
        foreign=False,
    )  # fmt: skip


async def _forget_changed(feed: PostgresFeed, versions: Versions) -> None:
    """Workflows changed by any server leave the cache."""

    async def forget_all() -> None:
        versions.forget_all()

    await _follow(feed, WORKFLOW_TOPICS, lambda told: versions.forget(told.event.stream_id), forget_all, foreign=False)


async def _follow(
    feed: PostgresFeed, topics: frozenset[str], tell: Callable[[Told], None], missed: Callable[[], Awaitable[None]],
    *, foreign: bool,
) -> None:  # fmt: skip
    """Tell every event of these topics, until the feed ends. `missed` is called when some may have been missed."""
    subscription = feed.subscribe(kinds=topics, own=True, foreign=foreign)
    while not subscription.ended:
        if subscription.overflowed:
            subscription.close()
            subscription = feed.subscribe(kinds=topics, own=True, foreign=foreign)  # before looking: nothing between
            await missed()
        await subscription.wait(60)
        for told in subscription.take():
            try:
                tell(told)
            except Exception:  # of a newer version, say: the others are heard all the same
                log.exception("the event at position %d was not understood", told.event.position)


async def serve(
    settings: Settings,
    database_url: str,
    *,
    server_id: UUID,
    boot: int,
    on_ready: Callable[[str], None],
    stop: asyncio.Event,
) -> None:
    """Run the service until `stop` is set, then drain. Raises AddressInUse, StoreUnavailable."""
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s")
    if "serve" not in settings.roles:
        async with open_service(settings, database_url, server_id=server_id):
            rest_collector()
            log.info("boot %d of server %s is ready to %s", boot, server_id, " and ".join(settings.roles))
            on_ready("")
            await stop.wait()
        return
    listener = listen_on(settings.host, settings.port)
    port = listener.getsockname()[1]
    try:
        async with open_service(settings, database_url, server_id=server_id) as running:
            if settings.examples:
                await load_examples(
                    running.service, without=frozenset() if settings.allow_shell else frozenset({"shell"})
                )
            server = _Server(
                uvicorn.Config(
                    running.app,
                    log_level="warning",
                    access_log=False,
                    lifespan="off",
                    timeout_graceful_shutdown=3,
                    server_header=False,
                    loop="none",
                    http="httptools",
                    ws="websockets-sansio",
                    # As with server-sent events: an event is small, and a compressor for each client is not.
                    ws_per_message_deflate=False,
                )
            )
            serving = asyncio.create_task(server.serve([listener]), name="http")
            host = f"[{settings.host}]" if ":" in settings.host else settings.host
            await asyncio.wait({serving, asyncio.create_task(server.up.wait())}, return_when=asyncio.FIRST_COMPLETED)
            rest_collector()
            log.info("boot %d of server %s is ready", boot, server_id)
            on_ready(f"http://{host}:{port}")
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            running.feed.end_subscriptions()
            server.should_exit = True
            await serving
    finally:
        listener.close()


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: the caller decides when to stop. `up` is set once it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets=sockets)
        self.up.set()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals alone."""
        yield


def listen_on(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        # A connection closed while its client does not read waits for ever with what is still to be sent: the kernel
        # ends those. Connections inherit it.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SEND_TIMEOUT_S * 1000)
    listener.setblocking(False)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise AddressInUse(
            f"{host}:{port} can't be used: {error.strerror}. Choose another with --port, or end what has it."
        ) from error
    return listener


async def load_examples(service: Service, *, without: frozenset[str]) -> None:
    """Save the examples as ready workflows, once: when no workflow exists yet. Those that need a kind of node which
    the settings do not allow are left out."""
    if await service.queries.store.page(after=0, limit=1):
        return
    for name, definition in example_definitions(without=without):
        description = definition.get("description")
        await service.handlers.create_workflow(
            c.CreateWorkflow(
                actor="runwright",
                name=name,
                description=description if isinstance(description, str) else "",
                labels={"example": "true"},
                definition=definition,
                ready=True,
            )
        )
