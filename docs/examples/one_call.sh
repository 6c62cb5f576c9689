#!/usr/bin/env bash
# A small photo in one call: one_call.sh PHOTO PICTURE [URL]
set -euo pipefail
photo=$1 picture=$2 url=${3:-http://127.0.0.1:8000}

curl -sS --fail-with-body -H 'Accept: image/*' \
  -F "image=@$photo" -F style=hayao -o "$picture" "$url/api/v1/transform"
