"""The service under test, and banks and phones that use it over HTTP."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import asyncpg
import httpx
from litestar import Litestar

from api.auth.credentials import Passwords
from api.wiring.app import create_app
from api.wiring.database import AuthoringDatabase, Database
from api.wiring.demo.bank import learner_row
from api.wiring.settings import Settings
from domain.content.catalogue import Catalogue
from domain.identity.scope import Caller, Role
from domain.practice.learner import Preferences
from repositories.tables import EmployeeRow, OrganisationRow, OrgUnitAncestorRow, OrgUnitRow, RoleGrantRow

CONTENT = Path(__file__).resolve().parents[1] / "content"
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # a Friday, noon in Shanghai
PASSWORD = "correct horse"
PASSWORD_HASH = Passwords().hash(PASSWORD)


@dataclass
class Clock:
    """The service's clock, which tests set."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def reset(self) -> None:
        self.now = NOON

    def advance(self, **units: float) -> None:
        self.now += timedelta(**units)


async def new_database(server: str) -> str:
    """Address of a new, empty database on `server`."""
    name = f"test_{uuid4().hex}"
    connection = await asyncpg.connect(server)
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    head, _, query = server.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}{'?' if query else ''}{query}"


@dataclass
class Service:
    """The running application and the doors behind it."""

    app: Litestar
    http: httpx.AsyncClient
    database: Database
    authoring: AuthoringDatabase
    clock: Clock
    url: str

    async def catalogue(self) -> Catalogue:
        catalogue: Catalogue = await self.app.state.services.catalogue()
        return catalogue

    def token(self, caller: Caller) -> str:
        token: str = self.app.state.services.tokens.issue(caller, self.clock())
        return token


@asynccontextmanager
async def running_service(url: str, keys_dir: Path, clock: Clock, **settings: Any) -> AsyncIterator[Service]:
    app = create_app(Settings(database_url=url, keys_dir=keys_dir, log_format="json", **settings), clock)
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=httpx.ASGITransport(cast(Any, app)), base_url="http://composure.test") as http,
        AuthoringDatabase.connected(url) as authoring,
    ):
        yield Service(app, http, app.state.services.database, authoring, clock, url)


@dataclass
class Bank:
    """An organisation of its own: head office > north, south > north-1, south-1."""

    service: Service
    slug: str
    id: UUID
    units: dict[str, UUID]

    TREE = {"head": None, "north": "head", "south": "head", "north-1": "north", "south-1": "south"}

    @classmethod
    async def found(cls, service: Service, *, is_demo: bool = False) -> "Bank":
        bank = cls(service, f"bank-{uuid4().hex[:12]}", uuid4(), {name: uuid4() for name in cls.TREE})
        async with service.authoring.transaction(bank.id) as session:
            session.add(
                OrganisationRow(
                    id=bank.id, slug=bank.slug, name={"zh-Hans": "测试银行"}, is_demo=is_demo, created_at=service.clock()
                )
            )
            await session.flush()
            for name, parent in cls.TREE.items():
                session.add(
                    OrgUnitRow(
                        id=bank.units[name],
                        organisation_id=bank.id,
                        parent_id=bank.units[parent] if parent else None,
                        kind="branch",
                        name=name,
                    )
                )
                await session.flush()
                ancestor: str | None = name
                depth = 0
                while ancestor:
                    session.add(
                        OrgUnitAncestorRow(
                            ancestor_id=bank.units[ancestor], unit_id=bank.units[name], organisation_id=bank.id, depth=depth
                        )
                    )
                    ancestor, depth = cls.TREE[ancestor], depth + 1
        return bank

    async def employee(
        self,
        unit: str = "north-1",
        *roles: Role,
        staff_no: str | None = None,
        name: str = "王晓岚",
        preferences: Preferences | None = None,
        role_unit: str | None = None,
        role_started_on: str = "2026-01-05",
    ) -> "Phone":
        """Take on somebody, and hand them a phone."""
        employee_id = uuid4()
        staff_no = staff_no or f"E{employee_id.hex[:8]}"
        async with self.service.authoring.transaction(self.id) as session:
            session.add(
                EmployeeRow(
                    id=employee_id,
                    organisation_id=self.id,
                    unit_id=self.units[unit],
                    staff_no=staff_no,
                    display_name=name,
                    password_hash=PASSWORD_HASH,
                    role_started_on=date.fromisoformat(role_started_on),
                    created_at=self.service.clock() - timedelta(days=400),
                )
            )
            session.add(learner_row(employee_id, self.id, preferences or Preferences("Asia/Shanghai", "zh-Hans")))
            await session.flush()
            for role in roles:
                session.add(
                    RoleGrantRow(
                        employee_id=employee_id,
                        role=role.value,
                        unit_id=self.units[role_unit or unit],
                        organisation_id=self.id,
                    )
                )
        return Phone(self.service, Caller(employee_id, self.id), staff_no)


@dataclass
class Phone:
    """A device of somebody: signs requests, makes review ids, has a clock of its own."""

    service: Service
    caller: Caller
    staff_no: str
    device_id: str = "phone-1"
    headers: dict[str, str] = field(default_factory=dict)

    async def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.service.token(self.caller)}", **options.pop("headers", {})}
        return await self.service.http.request(method, path, headers=headers, **options)

    async def get(self, path: str, **params: Any) -> Any:
        response = await self.call("GET", path, params=params)
        assert response.status_code == 200, response.text
        return response.json()

    def review(
        self,
        item_id: str,
        response: Mapping[str, Any],
        *,
        answered_at: datetime | None = None,
        **fields: Any,
    ) -> dict[str, Any]:
        moment = answered_at or self.service.clock()
        return {
            "id": str(uuid4()),
            "item_id": item_id,
            "item_version": 1,
            "answered_at": moment.isoformat(),
            "time_zone": "Asia/Shanghai",
            "response": response,
            "latency_ms": 9000,
            **fields,
        }

    async def upload(self, *reviews: Any, sent_at: datetime | None = None) -> httpx.Response:
        body = {
            "sent_at": (sent_at or self.service.clock()).isoformat(),
            "device_id": self.device_id,
            "reviews": list(reviews),
        }
        return await self.call("POST", "/v1/reviews", json=body)

    async def submit(self, *reviews: Any, sent_at: datetime | None = None) -> list[dict[str, Any]]:
        response = await self.upload(*reviews, sent_at=sent_at)
        assert response.status_code == 200, response.text
        results: list[dict[str, Any]] = response.json()["results"]
        return results

    async def memory_rows(self) -> dict[str, dict[str, Any]]:
        async with self.service.database.transaction(self.caller.organisation_id) as connection:
            rows = await connection.fetch("SELECT * FROM memory WHERE learner_id = $1", self.caller.employee_id)
        return {row["item_id"]: dict(row) for row in rows}

    async def review_rows(self) -> list[dict[str, Any]]:
        async with self.service.database.transaction(self.caller.organisation_id) as connection:
            rows = await connection.fetch("SELECT * FROM review WHERE learner_id = $1", self.caller.employee_id)
        return [dict(row) for row in rows]


def right(catalogue: Catalogue, item_id: str) -> dict[str, Any]:
    """The right answer to an item."""
    return dict(catalogue.items[item_id].body.key("zh-Hans"))


UNKNOWN = {"unknown": True}
