# Three images from one file: `build` makes the environment and what is generated, `proxy` serves the static files,
# `app` is web, worker, beat and every command. Nothing in it is secret; the settings come from the environment.

FROM python:3.13-slim-trixie AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY requirements/base.txt requirements/base.txt
RUN python -m venv /venv \
    && /venv/bin/pip install --require-hashes --only-binary=:all: --requirement requirements/base.txt
ENV PATH=/venv/bin:$PATH YIYANG_STATIC=/app/static
COPY . .
# The manifest of static files is made as production reads it; the key of this one command is thrown away.
RUN python -m scripts.messages compile \
    && YIYANG_MODE=production YIYANG_SECRET_KEY="$(python -c 'import secrets; print(secrets.token_hex())')" \
       python manage.py collectstatic --noinput --ignore viewflow \
    && python -m compileall -q -j 0 cases notifications project scripts workflows manage.py \
    && chmod -R a+rX /app

FROM nginx:1.28-alpine AS proxy
COPY deploy/nginx.conf /etc/nginx/nginx.conf
COPY --from=build /app/static /srv/static
RUN install -d -o nginx -g nginx -m 0700 /var/spool/nginx
USER nginx
EXPOSE 8443
HEALTHCHECK --interval=15s --timeout=5s CMD ["wget", "--quiet", "--spider", "http://127.0.0.1:8080/healthz"]

FROM python:3.13-slim-trixie AS app
# Fonts for the printed forms; pg_dump and pg_restore of the server's major version, for backup and restore.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fonts-noto-cjk postgresql-client-17 tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 yiyang \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin yiyang \
    && install --directory --owner=yiyang --group=yiyang --mode=0750 /var/lib/yiyang /var/lib/yiyang/files /var/lib/yiyang/audit \
       /var/lib/yiyang/log /var/lib/yiyang/incoming
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    YIYANG_VAR=/var/lib/yiyang YIYANG_STATIC=/app/static
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=10s --start-period=60s \
    CMD ["python", "-m", "scripts.probe", "http://127.0.0.1:8000/healthz"]
CMD ["gunicorn", "project.wsgi:application", "--bind", "0.0.0.0:8000", "--threads", "8", "--worker-tmp-dir", "/tmp", "--no-control-socket", \
     "--logger-class", "project.running.server_log.ServerLog"]
