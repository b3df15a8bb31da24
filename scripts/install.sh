# Installs the dependencies of the lock file, unless that was done already: a second run works offline.
# Sourced by the scripts, from the top folder.
if ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null; then
  echo "marchenko needs Node 20.19 or newer; found $(node --version 2>/dev/null || echo none)" >&2
  exit 2
fi
if ! cmp -s package-lock.json node_modules/.marchenko-lock.json; then
  npm ci --no-audit --no-fund
  cp package-lock.json node_modules/.marchenko-lock.json
fi
