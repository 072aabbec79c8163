# Two images from one file: `docker build --target api` and `--target worker`. Neither runs as root.
FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements-image.lock pyproject.toml README.md LICENSE ./
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements-image.lock
COPY memory memory
COPY tools tools
COPY nodes nodes
COPY graphs graphs
COPY server server
# Editable, so that the rooms are imported from one place and find the demo beside them.
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation -e .

FROM python:3.11-slim AS base
RUN useradd --system --uid 10001 --create-home zigral && install -d -o zigral /data
COPY --from=build /venv /venv
COPY --from=build /app /app
COPY langgraph.json /app/
COPY demo /app/demo
ENV PATH=/venv/bin:$PATH PYTHONPATH=/app PYTHONUNBUFFERED=1 ZIGRAL_DATA=/data
WORKDIR /app
VOLUME /data
USER zigral
# SIGTERM drains: the step under way is finished and the run handed back. Give it longer than a step takes.
STOPSIGNAL SIGTERM

FROM base AS worker
CMD ["zigral", "worker"]

FROM base AS api
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health', timeout=4)"]
CMD ["zigral", "serve", "--host", "0.0.0.0"]
