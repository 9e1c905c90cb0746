# syntax=docker/dockerfile:1
# Two stages: what installs stays behind. The image runs as nobody in particular, on a read-only root file system; the one
# folder it writes to is the volume /var/lib/composure, and with DATABASE_URL, COMPOSURE_KEYS_DIR and one worker not even that.

FROM python:3.13-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
RUN python -m venv /opt/venv
COPY requirements/run.txt requirements/run.txt
RUN /opt/venv/bin/pip install --require-hashes -r requirements/run.txt
COPY pyproject.toml README.md LICENSE ./
COPY api api
COPY domain domain
COPY repositories repositories
COPY alembic alembic
COPY content content
RUN /opt/venv/bin/pip install --no-deps --no-build-isolation -e . \
    && /opt/venv/bin/python -m compileall -q api domain repositories alembic

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/composure --create-home composure
COPY --from=build /opt/venv /opt/venv
COPY --from=build --chown=root:root /app /app
WORKDIR /app
USER composure
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    COMPOSURE_HOST=0.0.0.0 \
    COMPOSURE_PORT=8000 \
    COMPOSURE_DATA_DIR=/var/lib/composure
VOLUME /var/lib/composure
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['COMPOSURE_PORT']}/health/live\", timeout=2)"]
CMD ["composure", "serve"]
