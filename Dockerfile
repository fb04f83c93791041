# syntax=docker/dockerfile:1
# The whole of Sitelore in one image: crawler, indexer and search-api, without a browser.

FROM python:3.11-slim-bookworm AS build
RUN python -m venv /opt/sitelore
WORKDIR /source
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY settings settings
COPY catalog catalog
COPY extract extract
COPY indexer indexer
COPY crawler crawler
COPY search_api search_api
# For CPUs; build with --build-arg TORCH_INDEX=… for another build of PyTorch.
ARG TORCH_INDEX=""
RUN --mount=type=cache,target=/root/.cache/pip \
    /opt/sitelore/bin/pip install ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} -c constraints.txt ".[postgres]"

FROM python:3.11-slim-bookworm
RUN useradd --create-home --uid 1000 sitelore \
    && mkdir /data /configuration \
    && chown sitelore /data
COPY --from=build /opt/sitelore /opt/sitelore
ENV PATH=/opt/sitelore/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    SITELORE_CONFIG=/configuration/connectors.yaml
USER sitelore
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["search-api", "serve", "--host", "0.0.0.0", "--port", "8000"]
