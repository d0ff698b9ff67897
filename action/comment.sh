#!/usr/bin/env bash
# Writes the comment of a pull request, or writes it again in the place of the last one.
#   FIGURES            the folder with comment.md
#   NUMBER             the pull request
#   GITHUB_REPOSITORY  its repository
# gh must be allowed to write comments, which it is not for a pull request from a fork.
set -euo pipefail

body="$FIGURES/comment.md"
[ -f "$body" ] || exit 0
comments="repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments"
mark=$(head -n 1 "$body")

old=$(gh api --paginate "$comments" \
  --jq ".[] | select(.user.type == \"Bot\" and (.body | startswith(\"$mark\"))) | .id" | head -n 1) || old=""
if [ -n "$old" ]; then
  gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$old" --field "body=@$body"
else
  gh api --silent --method POST "$comments" --field "body=@$body"
fi || echo "::notice::the comment could not be written; it is in the summary of the job"
