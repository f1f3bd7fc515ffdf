// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/ops/metrics.h"

#include <limits>
#include <span>
#include <string_view>
#include <utility>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "mailroom/actors/cell.h"
#include "mailroom/base/log.h"
#include "mailroom/base/status.h"
#include "mailroom/io/process_stats.h"
#include "mailroom/server/ops/access_log.h"
#include "mailroom/server/ops/counters.h"
#include "mailroom/server/ops/stall_watch.h"

namespace mailroom::server {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

// Codes as gRPC's metrics spell them: "DeadlineExceeded", "OK".
std::string GrpcCodeName(Code code) {
  if (code == Code::kOk) return "OK";
  std::string name;
  bool upper = true;
  for (const char c : CodeName(code)) {
    if (c == '_') {
      upper = true;
    } else {
      name.push_back(upper ? static_cast<char>(c - 'a' + 'A') : c);
      upper = false;
    }
  }
  return name;
}

// One family being filled; goes to the list when it ends.
class Family final {
 public:
  Family(std::vector<MetricFamily>* out, std::string name, std::string help, MetricType type)
      : out_(out) {
    family_.name = std::move(name);
    family_.help = std::move(help);
    family_.type = type;
  }
  ~Family() { out_->push_back(std::move(family_)); }
  Family(const Family&) = delete;
  Family& operator=(const Family&) = delete;

  void Add(Labels labels, double value) {
    ClientMetric& metric = family_.metric.emplace_back();
    metric.label = std::move(labels);
    (family_.type == MetricType::Gauge ? metric.gauge.value : metric.counter.value) = value;
  }
  // Their sum.
  void Add(Labels labels, const std::vector<const DurationHistogram*>& histograms) {
    ClientMetric& metric = family_.metric.emplace_back();
    metric.label = std::move(labels);
    uint64_t below = 0;
    for (size_t i = 0; i < DurationHistogram::kBuckets; ++i) {
      for (const DurationHistogram* histogram : histograms) below += histogram->bucket(i);
      const bool last = i == DurationHistogram::kBounds.size();
      metric.histogram.bucket.push_back(
          {below, last ? std::numeric_limits<double>::infinity()
                       : std::chrono::duration<double>(DurationHistogram::kBounds[i]).count()});
    }
    metric.histogram.sample_count = below;
    for (const DurationHistogram* histogram : histograms) {
      metric.histogram.sample_sum += static_cast<double>(histogram->sum_ns()) * 1e-9;
    }
  }

 private:
  std::vector<MetricFamily>* out_;
  MetricFamily family_;
};

class Renderer final {
 public:
  explicit Renderer(const MetricSources& sources)
      : sources_(sources), loops_(sources.loops), cells_(sources.cells) {}

  std::string Render() {
    Calls();
    Actors();
    Replies();
    Connections();
    Loops();
    Stalls();
    Gauge("mailroom_workers", "Worker threads; 0: actors run on the loop.", sources_.workers);
    Process(io::ReadProcessStats());
    return prometheus::TextSerializer().Serialize(families_);
  }

 private:
  void Calls() {
    Family started(&families_, "grpc_server_started_total", "Calls begun.", MetricType::Counter);
    Family handled(&families_, "grpc_server_handled_total", "Calls answered, by code.",
                   MetricType::Counter);
    Family received(&families_, "grpc_server_msg_received_total", "Request messages.",
                    MetricType::Counter);
    Family sent(&families_, "grpc_server_msg_sent_total", "Reply messages.", MetricType::Counter);
    Family latency(&families_, "grpc_server_handling_seconds",
                   "From the request's head to its answer, in seconds.", MetricType::Histogram);
    const std::vector<LoopSources::Method>& methods = loops_.front().methods;
    for (size_t i = 0; i < methods.size(); ++i) {
      const Labels labels = MethodLabels(methods[i]);
      const std::vector<const MethodCounters*> loops = OfEachLoop(i);
      started.Add(labels, SumOf(loops, [](const MethodCounters& c) { return Value(c.started); }));
      for (size_t code = 0; code < kCodeCount; ++code) {
        Labels with_code = labels;
        with_code.push_back({"grpc_code", GrpcCodeName(static_cast<Code>(code))});
        handled.Add(std::move(with_code), SumOf(loops, [code](const MethodCounters& c) {
                      return Value(c.handled[code]);
                    }));
      }
      received.Add(labels, SumOf(loops, [](const MethodCounters& c) { return Value(c.received); }));
      sent.Add(labels, SumOf(loops, [](const MethodCounters& c) { return Value(c.sent); }));
      std::vector<const DurationHistogram*> latencies;
      for (const MethodCounters* counters : loops) latencies.push_back(&counters->latency);
      latency.Add(labels, latencies);
    }
  }

  // What each loop counts for a method.
  std::vector<const MethodCounters*> OfEachLoop(size_t method) const {
    std::vector<const MethodCounters*> loops;
    for (const LoopSources& loop : loops_) loops.push_back(loop.methods[method].counters);
    return loops;
  }
  template <class Read>
  static double SumOf(const std::vector<const MethodCounters*>& loops, Read read) {
    double sum = 0;
    for (const MethodCounters* counters : loops) sum += read(*counters);
    return sum;
  }

  static Labels MethodLabels(const LoopSources::Method& method) {
    return {{"grpc_type", "unary"},
            {"grpc_service", std::string(method.service)},
            {"grpc_method", std::string(method.name)},
            {"protocol", "connect"}};
  }

  void Actors() {
    PerCell("mailroom_mailbox_depth", "Calls that wait for an actor.", MetricType::Gauge,
            [](const actors::Cell& cell) { return static_cast<double>(cell.mailbox().depth()); });
    {
      Family wait(&families_, "mailroom_mailbox_wait_seconds",
                  "How long calls waited for an actor, in seconds.", MetricType::Histogram);
      for (const Replicas& replicas : ByName()) {
        std::vector<const DurationHistogram*> waits;
        for (const actors::Cell* cell : replicas) waits.push_back(&cell->counters().wait);
        wait.Add({{"actor", replicas.front()->name()}}, waits);
      }
    }
    PerCell("mailroom_actor_handled_total", "Mails given to an actor.", MetricType::Counter,
            [](const actors::Cell& cell) { return Value(cell.counters().handled); });
    PerCell("mailroom_actor_expired_total", "Mails answered unrun: their deadline had passed.",
            MetricType::Counter,
            [](const actors::Cell& cell) { return Value(cell.counters().expired); });
    PerCell("mailroom_actor_failures_total", "Exceptions that left an actor.", MetricType::Counter,
            [](const actors::Cell& cell) { return Value(cell.counters().failures); });
    PerCell("mailroom_mailbox_refused_total", "Calls refused: the mailbox was full.",
            MetricType::Counter, [](const actors::Cell& cell) {
              return static_cast<double>(cell.counters().refused.load(std::memory_order_relaxed));
            });
  }

  void Replies() {
    Total("mailroom_dispatched_total", "Envelopes that left for an actor.",
          [](const IoCounters& c) { return Value(c.dispatched); });
    Total("mailroom_attached_total", "Replies that found their call.",
          [](const IoCounters& c) { return Value(c.attached); });
    Total("mailroom_stale_replies_total", "Replies that came too late and were dropped.",
          [](const IoCounters& c) { return Value(c.stale); });
    Total("mailroom_replaced_answers_total",
          "Answers that could not be sent; the caller was told internal.",
          [](const IoCounters& c) { return Value(c.replaced_answers); });
    Total("mailroom_non_utf8_replies_total",
          "Replies with a string that is not UTF-8, which no client takes.",
          [](const IoCounters& c) { return Value(c.non_utf8_replies); });
    PerReason(
        "mailroom_released_total", "Calls given up before their reply came.", kReleaseReasons,
        [](size_t i) { return ReleasedName(static_cast<Released>(i)); },
        [](const IoCounters& c, size_t i) { return Value(c.released[i]); });
    PerReason(
        "mailroom_shed_total", "Requests and connections refused for want of room.", kShedReasons,
        [](size_t i) { return ShedName(static_cast<Shed>(i)); },
        [](const IoCounters& c, size_t i) { return Value(c.shed[i]); });
    Gauge("mailroom_calls", "Calls that are out at actors.",
          Sum([](const IoCounters& c) { return Value(c.calls); }));
    Gauge("mailroom_request_body_bytes", "Bytes of request bodies that are under way.",
          Sum([](const IoCounters& c) { return Value(c.body_bytes); }));
    Gauge("mailroom_timers", "Deadlines of calls that are running on the loops.",
          Sum([](const IoCounters& c) { return Value(c.timers); }));
  }

  void Connections() {
    {
      Family family(&families_, "mailroom_connections", "Open connections by state.",
                    MetricType::Gauge);
      family.Add({{"state", "idle"}},
                 Sum([](const IoCounters& c) { return Value(c.connections_idle); }));
      family.Add({{"state", "reading"}},
                 Sum([](const IoCounters& c) { return Value(c.connections_reading); }));
      family.Add({{"state", "frozen"}},
                 Sum([](const IoCounters& c) { return Value(c.connections_frozen); }));
    }
    Total("mailroom_accepted_total", "Connections accepted.",
          [](const IoCounters& c) { return Value(c.accepted); });
    Gauge("mailroom_accept_paused", "Loops that do not accept: --max-connections are open.",
          Sum([](const IoCounters& c) { return Value(c.accept_paused); }));
    Total("mailroom_accept_pauses_total", "Times that a loop stopped to accept for that.",
          [](const IoCounters& c) { return Value(c.accept_pauses); });
    Total("mailroom_accept_sheds_total", "Peers closed at once: no descriptor was left for them.",
          [](const IoCounters& c) { return Value(c.accept_sheds); });
    Total("mailroom_accept_holds_total", "Times that a loop stopped to accept for that.",
          [](const IoCounters& c) { return Value(c.accept_holds); });
    PerReason(
        "mailroom_evicted_total", "Connections closed by a deadline or a limit.", kEvictReasons,
        [](size_t i) { return EvictedName(static_cast<Evicted>(i)); },
        [](const IoCounters& c, size_t i) { return Value(c.evicted[i]); });
    Total("mailroom_refused_requests_total", "Requests answered before they became a call.",
          [](const IoCounters& c) { return Value(c.refused_http); });
  }

  void Loops() {
    double wakes = 0;
    double posts = 0;
    for (const LoopSources& loop : loops_) {
      wakes += static_cast<double>(loop.wakes);
      posts += static_cast<double>(loop.posts);
    }
    Counted("mailroom_wakes_total", "System calls that woke a sleeping loop.", wakes);
    Counted("mailroom_wakes_coalesced_total", "Posts to a loop that needed no system call.",
            posts > wakes ? posts - wakes : 0);
    {
      Family turn(&families_, "mailroom_loop_turn_seconds",
                  "How long the loops were awake in one turn, in seconds.", MetricType::Histogram);
      std::vector<const DurationHistogram*> turns;
      for (const LoopSources& loop : loops_) turns.push_back(&loop.counters->turn);
      turn.Add({}, turns);
    }
    Log();
    Total("mailroom_reads_total", "Receive system calls.",
          [](const IoCounters& c) { return Value(c.reads); });
    Total("mailroom_writes_total", "Send system calls.",
          [](const IoCounters& c) { return Value(c.writes); });
    Total("mailroom_received_bytes_total", "Bytes received.",
          [](const IoCounters& c) { return Value(c.bytes_in); });
    Total("mailroom_sent_bytes_total", "Bytes sent.",
          [](const IoCounters& c) { return Value(c.bytes_out); });
  }

  // Also what was taken out and could not be written.
  void Log() {
    double lost = 0;
    for (const LoopSources& loop : loops_) {
      lost += static_cast<double>(loop.access_log->waiting()->lost());
    }
    Counted("mailroom_access_log_dropped_total", "Lines of the access log that were lost.", lost);
    Counted("mailroom_log_dropped_total", "Other lines of the log that were lost.",
            static_cast<double>(LogLinesLost()));
  }

  void Stalls() {
    using Kind = actors::Activity::Kind;
    Family family(&families_, "mailroom_stalls_total",
                  "Times that a loop or a worker was held for too long.", MetricType::Counter);
    for (const Kind kind : {Kind::kLoop, Kind::kWorker}) {
      const StallWatch* const watch = sources_.stall_watch;
      family.Add({{"kind", kind == Kind::kLoop ? "loop" : "worker"}},
                 watch == nullptr ? 0 : static_cast<double>(watch->stalls(kind)));
    }
  }

  // The names that Prometheus' own clients use.
  void Process(const io::ProcessStats& stats) {
    Counted("process_cpu_seconds_total", "User and system CPU time.", stats.cpu_seconds);
    const auto gauge = [this](const char* name, const char* help, uint64_t value) {
      Gauge(name, help, static_cast<double>(value));
    };
    gauge("process_resident_memory_bytes", "Resident memory.", stats.resident_bytes);
    gauge("process_virtual_memory_bytes", "Virtual memory.", stats.virtual_bytes);
    gauge("process_open_fds", "Open file descriptors.", stats.open_descriptors);
    gauge("process_max_fds", "How many may be open.", stats.max_descriptors);
    gauge("process_threads", "Threads of the process.", stats.threads);
    Gauge("process_start_time_seconds", "When the process began, in Unix time.",
          stats.start_seconds);
  }

  static double Value(const Counter& counter) { return static_cast<double>(counter.get()); }

  template <class Read>
  double Sum(Read read) const {
    double sum = 0;
    for (const LoopSources& loop : loops_) sum += read(*loop.counters);
    return sum;
  }
  template <class Read>
  void Total(std::string name, std::string help, Read read) {
    Counted(std::move(name), std::move(help), Sum(read));
  }
  void Counted(std::string name, std::string help, double value) {
    Family(&families_, std::move(name), std::move(help), MetricType::Counter).Add({}, value);
  }
  void Gauge(std::string name, std::string help, double value) {
    Family(&families_, std::move(name), std::move(help), MetricType::Gauge).Add({}, value);
  }
  // Replicas of one service count as one; they stand side by side.
  using Replicas = std::span<const actors::Cell* const>;
  std::vector<Replicas> ByName() const {
    std::vector<Replicas> groups;
    for (size_t begin = 0, end = 0; begin < cells_.size(); begin = end) {
      while (end < cells_.size() && cells_[end]->name() == cells_[begin]->name()) ++end;
      groups.push_back(Replicas(cells_).subspan(begin, end - begin));
    }
    return groups;
  }
  template <class Name, class Read>
  void PerReason(std::string name, std::string help, size_t reasons, Name name_of, Read read) {
    Family family(&families_, std::move(name), std::move(help), MetricType::Counter);
    for (size_t i = 0; i < reasons; ++i) {
      family.Add({{"reason", name_of(i)}},
                 Sum([&read, i](const IoCounters& counters) { return read(counters, i); }));
    }
  }
  template <class Read>
  void PerCell(std::string name, std::string help, MetricType type, Read read) {
    Family family(&families_, std::move(name), std::move(help), type);
    for (const Replicas& replicas : ByName()) {
      double sum = 0;
      for (const actors::Cell* cell : replicas) sum += read(*cell);
      family.Add({{"actor", replicas.front()->name()}}, sum);
    }
  }

  const MetricSources& sources_;
  const std::vector<LoopSources>& loops_;
  const std::vector<const actors::Cell*>& cells_;
  std::vector<MetricFamily> families_;
};

}  // namespace

std::string RenderMetrics(const MetricSources& sources) { return Renderer(sources).Render(); }

}  // namespace mailroom::server
