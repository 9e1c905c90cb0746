"""Settings, read once from the environment; every one has a meaning, a unit and a default that is safe in production."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


class SettingsError(Exception):
    """A setting that cannot be used: says which and why."""


@dataclass(frozen=True)
class Settings:
    """How this process runs.

    `database_url` None means the embedded PostgreSQL in `data_dir`. `demo` allows signing in to demo organisations.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    data_dir: Path = Path(".data")
    database_url: str | None = None
    database_pool_size: int = 16
    keys_dir: Path = Path(".data/keys")
    demo: bool = False
    log_format: str = "json"
    workers: int = 1
    content_dir: Path = Path(__file__).resolve().parents[2] / "content"
    issuer: str = "composure"
    access_token_seconds: int = 600
    refresh_token_days: int = 30
    statement_timeout_ms: int = 15_000
    throttle_sign_in: bool = True

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read `COMPOSURE_*` and `DATABASE_URL`. Raises `SettingsError`."""
        data_dir = Path(environment.get("COMPOSURE_DATA_DIR", ".data"))
        return cls(
            host=environment.get("COMPOSURE_HOST", cls.host),
            port=_whole(environment, "COMPOSURE_PORT", cls.port, 1, 65535),
            data_dir=data_dir,
            database_url=_database_url(environment.get("DATABASE_URL")),
            database_pool_size=_whole(environment, "COMPOSURE_DATABASE_POOL_SIZE", cls.database_pool_size, 1, 500),
            keys_dir=Path(environment.get("COMPOSURE_KEYS_DIR", data_dir / "keys")),
            demo=_yes(environment, "COMPOSURE_DEMO"),
            log_format=_one_of(environment, "COMPOSURE_LOG_FORMAT", "json", ("json", "console")),
            workers=_whole(environment, "COMPOSURE_WORKERS", cls.workers, 1, 64),
            content_dir=Path(environment.get("COMPOSURE_CONTENT_DIR", cls.content_dir)),
            issuer=environment.get("COMPOSURE_ISSUER", cls.issuer),
            access_token_seconds=_whole(environment, "COMPOSURE_ACCESS_TOKEN_SECONDS", 600, 30, 86_400),
            refresh_token_days=_whole(environment, "COMPOSURE_REFRESH_TOKEN_DAYS", 30, 1, 365),
            statement_timeout_ms=_whole(environment, "COMPOSURE_STATEMENT_TIMEOUT_MS", 15_000, 100, 600_000),
        )


def _whole(environment: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    raw = environment.get(name)
    if raw is None:
        return default
    try:
        value = int(raw)
    except ValueError:
        raise SettingsError(f"{name} must be a whole number, not {raw!r}") from None
    if not least <= value <= most:
        raise SettingsError(f"{name} must be between {least} and {most}, not {value}")
    return value


def _yes(environment: Mapping[str, str], name: str) -> bool:
    return _one_of(environment, name, "0", ("0", "1")) == "1"


def _one_of(environment: Mapping[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = environment.get(name, default)
    if value not in allowed:
        raise SettingsError(f"{name} must be {' or '.join(allowed)}, not {value!r}")
    return value


def _database_url(raw: str | None) -> str | None:
    if not raw:
        return None
    try:
        _ = urlsplit(raw).port
    except ValueError:
        raise SettingsError("DATABASE_URL is not an address: its host or port cannot be read") from None
    for scheme in ("postgresql://", "postgres://"):
        if raw.startswith(scheme):
            return "postgresql://" + raw.removeprefix(scheme)
    # The address itself may hold a password: it is not repeated in the message.
    raise SettingsError("DATABASE_URL must begin with postgresql://")
