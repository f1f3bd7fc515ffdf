-- SPDX-License-Identifier: Apache-2.0
-- What wrk sends for bench/run.py: one Greet call again and again, DEPTH of them in one write.
-- Arguments behind "--": DEPTH CONTENT_TYPE BODY_AS_HEX. Prints one MEASURED line at the end.

local block

function init(args)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = args[2]
  wrk.body = args[3]:gsub("..", function(pair) return string.char(tonumber(pair, 16)) end)
  block = wrk.format():rep(tonumber(args[1]))
end

function request()
  return block
end

function done(summary, latency)
  local errors = 0
  for _, count in pairs(summary.errors) do errors = errors + count end
  print(("MEASURED requests=%d duration_us=%d p50_us=%d p99_us=%d errors=%d"):format(
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), errors))
end
