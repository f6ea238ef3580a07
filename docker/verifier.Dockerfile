# The verifier alone: its wheel and the schemas'. docker build -f docker/verifier.Dockerfile -t certhub-verifier:0.1.0 .
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/build
COPY requirements.lock ./
# Every third-party file is fetched once, checked against its hash, and used from this folder alone.
RUN /opt/build/bin/pip download --no-cache-dir --only-binary :all: --require-hashes -r requirements.lock -d /wheels
RUN /opt/build/bin/pip install --no-cache-dir --no-index --find-links /wheels hatchling
COPY schemas schemas
COPY verifier verifier
RUN /opt/build/bin/pip wheel --no-index --no-deps --no-build-isolation -w /own ./schemas ./verifier
RUN python -m venv --without-pip /opt/verifier
RUN /opt/build/bin/pip --python /opt/verifier/bin/python install --no-index --find-links /wheels --find-links /own certhub-verifier

FROM python:3.11-slim-bookworm
COPY --from=build /opt/verifier /opt/verifier
ENV PATH=/opt/verifier/bin:/usr/local/bin:/usr/bin:/bin HOME=/tmp PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /tmp
ENTRYPOINT ["certhub-verify"]
CMD ["--help"]
