#!/bin/sh
# Builds the peer and runs two of them against each other. Exit code 0 only if every check holds.
set -eu
cd "$(dirname "$0")"
mvn -q -B package
exec java -cp target/phase4-peer.jar quoin.interop.phase4.SelfCheck
