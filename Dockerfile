# The API and the push process; the command chooses which. No demo towns, no stand-ins, no tests, no development keys.
# Debian, not Alpine: what the service is developed and tested with is linked against glibc.
FROM python:3.12-slim-bookworm AS builder
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements.lock /build/
RUN /venv/bin/python -m pip install --quiet --require-hashes --only-binary :all: -r /build/requirements.lock

FROM python:3.12-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONPATH=/srv/meguru PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin meguru
WORKDIR /srv/meguru
COPY --from=builder /venv /venv
COPY pyproject.toml ./
COPY migrations/ migrations/
COPY domain/ domain/
COPY adapters/ adapters/
COPY resolvers/ resolvers/
COPY schema/ schema/
COPY push/ push/
COPY api/ api/
# The same command as an installation of the wheel has, whatever folder one stands in.
RUN printf '#!/venv/bin/python\nfrom api.cli import main\n\nmain()\n' > /venv/bin/meguru && chmod 755 /venv/bin/meguru
# Compiled here: the user below cannot write, and compiling at every start would cost seconds.
RUN python -m compileall -q migrations domain adapters resolvers schema push api
USER meguru
EXPOSE 8000
# Figures for Prometheus, which are not for the public.
ENV MEGURU_METRICS_PORT=9100
EXPOSE 9100
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/livez', timeout=2)"]
CMD ["meguru", "serve", "--host", "0.0.0.0", "--port", "8000"]
