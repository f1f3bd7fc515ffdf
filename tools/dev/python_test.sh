#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs one unittest module for Bazel: the module's name is the argument (tools/bazel/python.bzl).
exec python3 -B -m tools.dev.unittest_log "$@"
