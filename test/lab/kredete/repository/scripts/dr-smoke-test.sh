#!/bin/sh
# Stand-in of the lab for Kredete's program of this name, which is not to be had: it asks the five components for their health.
set -u
failed=0
for component in 18081:api-platform 18082:credit-origination 18083:partner-integrations 18084:customer-portal 18085:admin-dashboard; do
  if curl --silent --show-error --fail --max-time 10 "http://127.0.0.1:${component%%:*}/health" > /dev/null; then
    echo "PASS ${component#*:}"
  else
    echo "FAIL ${component#*:}"
    failed=1
  fi
done
[ "$failed" = 0 ] && echo 'All smoke tests passed'
exit "$failed"
