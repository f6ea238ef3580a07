# The hub. Build from the repository's root: docker build -f docker/hub.Dockerfile -t certhub-hub:0.1.0 .
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/build
COPY requirements.lock ./
# Every third-party file is fetched once, checked against its hash, and used from this folder alone.
RUN /opt/build/bin/pip download --no-cache-dir --only-binary :all: --require-hashes -r requirements.lock -d /wheels
RUN /opt/build/bin/pip install --no-cache-dir --no-index --find-links /wheels hatchling
COPY pyproject.toml README.md CHANGELOG.md LICENSE ./
COPY schemas schemas
COPY keys keys
COPY verifier verifier
COPY certhub certhub
RUN /opt/build/bin/pip wheel --no-index --no-deps --no-build-isolation -w /own ./schemas ./keys ./verifier .
# Only what the hub needs is taken from the folder: no test tools in the image, and no pip.
RUN python -m venv --without-pip /opt/certhub
RUN /opt/build/bin/pip --python /opt/certhub/bin/python install --no-index --find-links /wheels --find-links /own "certhub[postgres]"
# A named volume takes over the owner of the folder it is mounted on; compose.yaml mounts one for each region.
RUN mkdir -p /data/420700 /data/420100

FROM python:3.11-slim-bookworm
COPY --from=build /opt/certhub /opt/certhub
COPY --from=build --chown=10001:10001 /data /data
ENV PATH=/opt/certhub/bin:/usr/local/bin:/usr/bin:/bin HOME=/tmp PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
ENV CERTHUB_DATA=/data
USER 10001:10001
WORKDIR /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "from urllib.request import *; build_opener(ProxyHandler({})).open('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["certhub", "serve", "--host", "0.0.0.0", "--port", "8000"]
