#!/bin/sh
# The browser tests drive a real Chromium. Finds one; on Debian, as root, installs one.
# Never fails: a browser test that cannot run reports that itself.
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "no Chromium found: installing Debian's ..."
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends chromium; } >/dev/null && exit 0
fi
echo "no Chromium found: the browser tests will be reported as skipped." >&2
echo "Install one, for example: sudo apt-get install chromium" >&2
