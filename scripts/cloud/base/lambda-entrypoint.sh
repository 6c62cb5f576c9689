#!/bin/sh
# Its one argument is the handler, as with the image of AWS.
if [ $# -ne 1 ]; then
  echo "the handler must be the one argument" >&2
  exit 142
fi
export _HANDLER="$1"
if [ -z "$AWS_LAMBDA_RUNTIME_API" ]; then
  exec /usr/local/bin/aws-lambda-rie /var/runtime/bootstrap
fi
exec /var/runtime/bootstrap
