#!/bin/sh
# Stands for AKKO's program of this name, which is not to be had.
echo 'the lab has no such program' >&2
exit 1
