#!/usr/bin/env bash
# Compares models with what they were in another commit.
#   MODELS   one a line
#   INPUTS   shapes of inputs, one a line
#   BASE     the commit
#   FIGURES  the folder to write to
# Visualize, and what the models import, must be installed.
set -euo pipefail

mapfile -t models < <(printf '%s\n' "$MODELS" | sed 's/^[[:space:]]*//; s/[[:space:]]*$//; /^$/d')
mapfile -t inputs < <(printf '%s\n' "${INPUTS:-}" | sed 's/^[[:space:]]*//; s/[[:space:]]*$//; /^$/d')
[ "${#models[@]}" -gt 0 ] || { echo "visualize: no models; name one a line"; exit 2; }
[ -n "${BASE:-}" ] || { echo "visualize: no base; this is no pull request, so name a commit"; exit 2; }

# A checkout has no commit but its own, unless it was asked for more.
base=$(git rev-parse --quiet --verify --end-of-options "$BASE^{commit}") || {
  git fetch --quiet --depth=1 -- origin "$BASE"
  base=$(git rev-parse FETCH_HEAD)
}

options=()
for input in "${inputs[@]}"; do options+=(--input "$input"); done
status=0
python -m visualize.integrations.pull_request \
  --base "$base" -o "$FIGURES" "${options[@]}" -- "${models[@]}" || status=$?
if [ -n "${GITHUB_STEP_SUMMARY:-}" ] && [ -f "$FIGURES/comment.md" ]; then
  cat "$FIGURES/comment.md" >>"$GITHUB_STEP_SUMMARY"
fi
exit "$status"
