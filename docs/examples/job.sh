#!/usr/bin/env bash
# A photo of any size as a job: job.sh PHOTO PICTURE [URL]
set -euo pipefail
photo=$1 picture=$2 url=${3:-http://127.0.0.1:8000}
type=$(file --brief --mime-type "$photo")
field() { python3 -c "import json, sys; print(json.load(sys.stdin)['$1'])"; }
ask() { curl -sS --fail-with-body "$@"; }
ask_json() { ask -H 'Content-Type: application/json' "$@"; }

upload=$(ask_json "$url/api/v1/uploads" -d "{\"file_name\": \"photo\", \"content_type\": \"$type\", \"size\": $(wc -c < "$photo")}")
ask -X PUT -H "Content-Type: $type" --data-binary "@$photo" "$(field url <<< "$upload")"
job=$(ask_json "$url/api/v1/jobs" -d "{\"upload_id\": \"$(field upload_id <<< "$upload")\"}" | field job_id)
while told=$(ask "$url/api/v1/jobs/$job?wait=20"); do
  case $(field status <<< "$told") in
    succeeded) ask -o "$picture" "$(field result_url <<< "$told")" && exit ;;
    failed | expired) echo "$told" >&2 && exit 1 ;;
  esac
done
