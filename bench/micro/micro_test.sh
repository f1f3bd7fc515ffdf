#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs every micro-benchmark for a moment: none of them may rot. What they say is not looked at.
exec bench/micro/micro --benchmark_min_time=0.0001
