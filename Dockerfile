# syntax=docker/dockerfile:1
# Two stages: the first has what building needs, the second only the program, which runs as nobody in particular.

FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
# Everything that is locked is fetched and compared with its hash; from here on pip may look nowhere else. Of it
# only what runs is installed: the tools that check the project stay behind.
COPY requirements.lock ./
RUN pip download --quiet --require-hashes --only-binary :all: --requirement requirements.lock --dest /wheels
COPY pyproject.toml hatch_build.py README.md LICENSE .gitignore ./
COPY config config
COPY store store
COPY handlers handlers
COPY bridge bridge
RUN python -m venv /opt/manyvoices \
 && /opt/manyvoices/bin/pip install --quiet --no-index --find-links /wheels ".[linking,postgresql,print]"

FROM python:3.12-slim
# What "manyvoices print --format pdf" lays out text with, and a font that has Arabic.
RUN apt-get -qq update \
 && apt-get -qq install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --user-group --home-dir /data --no-create-home manyvoices \
 && install --directory --owner manyvoices --group manyvoices --mode 0750 /data
COPY --from=build /opt/manyvoices /opt/manyvoices
ENV PATH=/opt/manyvoices/bin:$PATH PYTHONUNBUFFERED=1 MANYVOICES_CONFIG=/data/forum.toml
USER manyvoices
WORKDIR /data
VOLUME /data
EXPOSE 8025
# A greeting at the door is what matters; "manyvoices check" would also blame us for a smarthost that is away.
HEALTHCHECK --interval=60s --timeout=10s --start-period=20s \
  CMD ["python", "-c", "import smtplib; smtplib.SMTP('127.0.0.1', 8025, timeout=5).quit()"]
ENTRYPOINT ["manyvoices"]
CMD ["run", "--config", "/data/forum.toml"]
