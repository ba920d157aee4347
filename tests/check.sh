#!/usr/bin/env bash
# Everything that checks the project. With PANTAU_ALL=1 nothing may be missing.
set -euo pipefail
cd "$(dirname "$0")/.."

missing() { # what is not here, so what will not run
  if [ "${PANTAU_ALL:-0}" = 1 ]; then echo "missing: $1"; exit 1; fi
  echo "missing: $1 – not run: $2"
}

has_postgresql() { command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }
has_chromium() { command -v chromium >/dev/null; }
has_libreoffice() { command -v soffice >/dev/null; }

if ! has_postgresql || ! has_chromium || ! has_libreoffice; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing chromium, postgresql and libreoffice-calc …"
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        chromium postgresql libreoffice-calc fonts-dejavu-core; } >/tmp/pantau-apt.log 2>&1 || tail -5 /tmp/pantau-apt.log
  fi
fi
has_postgresql || missing PostgreSQL "tests on PostgreSQL"
has_chromium || missing chromium "tests in a browser"
has_libreoffice || missing LibreOffice "the workbook opened by another program"

ruff format --check -q . || { echo "unformatted files: run 'make format'"; exit 1; }
ruff check -q .
mypy --no-error-summary
lint-imports --no-cache >/tmp/pantau-imports.log 2>&1 || { cat /tmp/pantau-imports.log; exit 1; }
exec pytest -q -n 2 --dist loadfile "$@"
