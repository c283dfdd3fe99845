# syntax=docker/dockerfile:1
# Small, not root, and content with a read-only root file system: all it writes is in /data and /tmp.
FROM python:3.12-slim AS build
WORKDIR /src
COPY pyproject.toml hatch_build.py constraints.txt README.md LICENSE CHANGES.md ./
COPY src ./src
RUN python -m venv /opt/pawsight \
 && /opt/pawsight/bin/pip install --no-cache-dir --disable-pip-version-check \
    --constraint constraints.txt ".[postgres]"

FROM python:3.12-slim
RUN useradd --system --uid 10001 --home-dir /data --create-home pawsight
COPY --from=build /opt/pawsight /opt/pawsight
ENV PATH=/opt/pawsight/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    XDG_DATA_HOME=/data \
    PAWSIGHT_HOST=0.0.0.0 \
    PAWSIGHT_PORT=8000 \
    PAWSIGHT_LOG_FORMAT=json
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["pawsight", "serve"]
