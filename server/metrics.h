// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

// Metrics: what the server counted, as Prometheus text.
//
// Rooms keep plain counters; this is the only file that knows prometheus-cpp, and
// it reads them when somebody asks: no registry, no lock on any path of a call.
// Names are go-grpc-prometheus's for calls (dashboards know them) with a label
// `protocol`, and `mailroom_` for our own (docs/guide/06-metrics.md lists them).
namespace mailroom::actors {
class Cell;
}

namespace mailroom::server {

class IoActor;

// Any thread. Everything passed outlives the call.
std::string RenderMetrics(const std::vector<const IoActor*>& io_actors,
                          const std::vector<const actors::Cell*>& cells, int workers);

}  // namespace mailroom::server
