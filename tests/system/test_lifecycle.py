"""Starting, stopping, starting twice, and being killed: what `make run` promises."""

import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psutil
import pytest

from tests.service import UNKNOWN
from tests.system.processes import Running, composure, free_port


@pytest.fixture
def data_dir() -> Iterator[Path]:
    # Not below pytest's own folder: as root PostgreSQL runs as another user, who may not enter it.
    folder = Path(tempfile.mkdtemp(prefix="composure-system-"))
    yield folder
    for process in postgres_on(folder):
        process.kill()
    shutil.rmtree(folder, ignore_errors=True)


def postgres_on(folder: Path) -> list[psutil.Process]:
    """Server processes that work on `folder`."""
    return [
        process
        for process in psutil.process_iter(["name", "cmdline"])
        if process.info["name"] == "postgres" and str(folder) in " ".join(process.info["cmdline"] or [])
    ]


def sign_in(running: Running, staff_no: str = "L001") -> dict[str, str]:
    body = {"organisation": "harbour", "staff_no": staff_no, "password": "composure-demo"}
    response = httpx.post(f"{running.base}/v1/auth/sign-in", json=body)
    assert response.status_code == 200, response.text
    return {"Authorization": f"Bearer {response.json()['access_token']}"}


def an_answer(running: Running, headers: dict[str, str]) -> dict[str, Any]:
    drill = httpx.get(f"{running.base}/v1/drill", headers=headers).json()
    item = next(step for step in drill["steps"] if step["type"] == "item")
    moment = f"{drill['practice_day']}T00:00:01+14:00"
    review = {
        "id": str(uuid4()),
        "item_id": item["item_id"],
        "item_version": item["item_version"],
        "answered_at": moment,
        "time_zone": "Asia/Shanghai",
        "response": UNKNOWN,
    }
    return {"sent_at": moment, "device_id": "d", "reviews": [review]}


def test_the_demo_starts_serves_stops_and_starts_again_with_all_data(data_dir: Path, tmp_path: Path) -> None:
    settings = {"COMPOSURE_DATA_DIR": str(data_dir), "COMPOSURE_PORT": str(free_port())}
    with composure(tmp_path / "first.log", "serve", "--demo", **settings) as first:
        first.wait_until_live()
        headers = sign_in(first)
        upload = an_answer(first, headers)
        answer = httpx.post(f"{first.base}/v1/reviews", headers=headers, json=upload)
        assert answer.json()["results"][0]["status"] == "accepted"
        assert "L001" in first.output()
        assert "curl" in first.output()

        page = httpx.get(f"{first.base}/schema").text
        assert "https://" not in page.replace("https://json-schema.org", ""), "the API page must work without a network"
        script = httpx.get(f"{first.base}/schema/assets/swagger-ui-bundle.js")
        assert script.status_code == 200

        with composure(tmp_path / "beside.log", "serve", "--demo", **settings) as beside:
            assert beside.process.wait(30) == 1
            assert "port" in beside.output()
        with composure(tmp_path / "folder.log", "serve", COMPOSURE_DATA_DIR=str(data_dir)) as same_folder:
            assert same_folder.process.wait(30) == 1
            assert "is in use by another Composure" in " ".join(same_folder.output().split())

        assert first.stop(signal.SIGTERM) in {0, 130}
    assert postgres_on(data_dir) == []

    with composure(tmp_path / "second.log", "serve", "--demo", **settings) as second:
        second.wait_until_live()
        again = httpx.post(f"{second.base}/v1/reviews", headers=sign_in(second), json=upload)
        assert again.json()["results"][0]["status"] == "duplicate"
        assert second.stop(signal.SIGINT) in {0, 130}
    assert postgres_on(data_dir) == []


def test_law_5_an_acknowledged_review_survives_kill_9_of_service_and_database(data_dir: Path, tmp_path: Path) -> None:
    settings = {"COMPOSURE_DATA_DIR": str(data_dir), "COMPOSURE_PORT": str(free_port())}
    uploads: list[dict[str, Any]] = []
    for round_of in range(2):
        with composure(tmp_path / f"{round_of}.log", "serve", "--demo", **settings) as running:
            running.wait_until_live()
            headers = sign_in(running)
            for upload in uploads:
                again = httpx.post(f"{running.base}/v1/reviews", headers=headers, json=upload)
                assert again.json()["results"][0]["status"] == "duplicate"
            upload = an_answer(running, headers)
            answer = httpx.post(f"{running.base}/v1/reviews", headers=headers, json=upload)
            assert answer.json()["results"][0]["status"] == "accepted"
            uploads.append(upload)
            running.kill()
            for process in postgres_on(data_dir):
                process.kill()
    with composure(tmp_path / "last.log", "serve", "--demo", **settings) as running:
        running.wait_until_live()
        headers = sign_in(running)
        for upload in uploads:
            again = httpx.post(f"{running.base}/v1/reviews", headers=headers, json=upload)
            assert again.json()["results"][0]["status"] == "duplicate"
        running.stop()


def test_the_service_starts_while_the_database_is_away_and_says_so(tmp_path: Path) -> None:
    keys = str(tmp_path / "keys")
    with composure(tmp_path / "keys.log", "keys", "create", COMPOSURE_KEYS_DIR=keys) as created:
        assert created.process.wait(30) == 0
    nowhere = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    with composure(tmp_path / "log", "serve", DATABASE_URL=nowhere, COMPOSURE_KEYS_DIR=keys) as running:
        running.wait_until_live()
        ready = httpx.get(f"{running.base}/health/ready")
        assert ready.status_code == 503
        assert ready.headers["retry-after"]
        body = {"organisation": "harbour", "staff_no": "L001", "password": "x"}
        answer = httpx.post(f"{running.base}/v1/auth/sign-in", json=body)
        assert answer.status_code == 503
        assert answer.json()["code"] == "unavailable"


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"COMPOSURE_PORT": "http"}, "COMPOSURE_PORT must be a whole number"),
        ({"DATABASE_URL": "mysql://secret@host/db"}, "DATABASE_URL must begin with postgresql://"),
        ({"COMPOSURE_LOG_FORMAT": "xml"}, "COMPOSURE_LOG_FORMAT must be json or console"),
    ],
)
def test_a_setting_that_cannot_be_used_is_told_in_a_sentence(tmp_path: Path, environment: dict[str, str], message: str) -> None:
    with composure(tmp_path / "log", "serve", **environment) as running:
        assert running.process.wait(30) == 1
    assert message in " ".join(running.output().split())
    assert "Traceback" not in running.output()
    assert "secret" not in running.output()
