#!/usr/bin/env bash
# The wall-clock figures of docs/reliability.md, on a machine that does nothing else: about seven minutes.
# PostgreSQL is measured where POSTGRESQL names an empty database, such as postgresql://user@host/name.
set -euo pipefail
cd "$(dirname "$0")/.."
export PYTHONPATH=src
measure() { echo "== $*"; "${PYTHON:-.venv/bin/python}" "benchmarks/$1.py" "${@:2}"; }

measure limit --seconds 8
for _ in 1 2 3; do measure overload; done
measure serve --seconds 8
measure slow_clients
measure archive ${POSTGRESQL:+--url "$POSTGRESQL"}
measure decoders
