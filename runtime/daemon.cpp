// The demo daemon, top to bottom: what is opened is closed in the reverse order.
#include "runtime/daemon.hpp"

#include "actors/log.hpp"
#include "http/http.hpp"
#include "messages/errors.hpp"
#include "runtime/config_commands.hpp"
#include "runtime/daemon_reload.hpp"
#include "runtime/data_folder.hpp"
#include "runtime/demo_market.hpp"
#include "runtime/desk_loop.hpp"
#include "runtime/heartbeat.hpp"
#include "runtime/lock_file.hpp"
#include "runtime/logging.hpp"
#include "runtime/open_stores.hpp"
#include "runtime/process_inputs.hpp"
#include "runtime/settings_checks.hpp"
#include "runtime/signals.hpp"
#include "runtime/terms.hpp"
#include "runtime/version.hpp"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <ostream>
#include <thread>

namespace rltrader {

namespace {

instant wall_now() { return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now()); }
double monotonic_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

constexpr double read_seconds_most = 1.5;  ///< of one statement of a list; below the time-out of a call

constexpr milliseconds listens_at_once{200};  ///< a stop waits so long for who listens for jobs

/// What the signals and the threads tell the main loop.
struct bell {
  std::atomic<bool> stop{false};
  std::atomic<bool> reload{false};
  std::atomic<bool> jobs{false};
  std::atomic<desk_loop*> loop{nullptr};
  void ring() const {
    if (auto* l = loop.load()) l->wake();
  }
};

http::server_options http_options(const settings& v, std::function<json()> configuration, const ports::clock& clock,
                                  std::optional<std::string> tokens, std::vector<std::string> backends) {
  http::server_options o;
  o.bind = v.http_bind;
  o.port = static_cast<std::uint16_t>(v.http_port);
  o.api_token = v.api_token;
  o.tokens_text = std::move(tokens);
  o.cors_origin = v.cors_origin;
  o.request_timeout = milliseconds{v.request_timeout_ms};
  o.supported = supported_pairs(v);
  backends.insert(backends.end(), {"prices: sim", "venue: paper"});
  o.version = {.version = version_text(),
               .commit = commit_text(),
               .build_type = build_type_text(),
               .backends = std::move(backends)};
  o.simulation_allowed = v.live_simulation_allowed && v.environment != node_environment::production;
  o.seed = static_cast<std::uint64_t>(v.seed) ^ static_cast<std::uint64_t>(ms_of(wall_now()));
  o.wall_now = wall_now;
  o.market_now = [&clock] { return clock.now(); };
  o.stopwatch = monotonic_seconds;
  o.configuration = std::move(configuration);
  return o;
}

void print_where(std::ostream& out, const settings& v, std::uint16_t port, const std::string& folder) {
  const bool is_v6 = v.http_bind.find(':') != std::string::npos;
  const auto url = "http://" + (is_v6 ? '[' + v.http_bind + ']' : v.http_bind) + ":" + std::to_string(port);
  out << "rltraderd " << version_text() << " demo: " << v.learning_pairs.size() << " pairs on paper, "
      << text_of(v.policy) << " agents, market time x" << v.time_scale << "\n"
      << "  data     " << folder << "\n"
      << "  look at  " << url << "/health/ready   " << url << "/ops/trading/risk   " << url << "/docs\n"
      << "  stop     Ctrl-C" << std::endl;
}

int fail(std::ostream& err, const failure& why) {
  err << "rltraderd: " << why.what << std::endl;
  return 1;
}

}  // namespace

int run_demo(const command_line& line, const loaded& state, std::ostream& out, std::ostream& err) {
  const auto began = monotonic_seconds();
  bell news;
  signal_watch signals({.stop =
                            [&](int) {
                              news.stop = true;
                              news.ring();
                            },
                        .reload =
                            [&] {
                              news.reload = true;
                              news.ring();
                            }});
  const auto& v = state.values;
  for (const auto& missing : not_built_in(v)) {
    err << "rltraderd: " << missing.key << ": " << missing.sentence << std::endl;
    return exit_configuration;
  }
  for (const auto& w : state.warnings) err << "warning: " << w << std::endl;
  if (const auto fits = path_fits(v.data_dir); !fits) return fail(err, fits.error());
  const auto lock = folder_lock::take(v.data_dir, wall_now());
  if (!lock) return fail(err, lock.error());
  if (const auto whole = files_are_whole(v.data_dir, files_of(v)); !whole) return fail(err, whole.error());
  const auto logs = v.log_file.empty() ? v.data_dir + "/rltraderd.log" : v.log_file;
  if (const auto set =
          set_up_logging({.form = v.log_format, .level = v.log_level, .file = logs, .secrets = secret_values(v)});
      !set)
    return fail(err, set.error());

  const auto read_deadline = std::make_shared<std::atomic<double>>(1e300);
  auto kept = open_stores(v, {.what = "rltraderd demo",
                              .origin = "sim",
                              .seconds = monotonic_seconds,
                              .give_up = [read_deadline] { return monotonic_seconds() > read_deadline->load(); },
                              .read_seconds_most = read_seconds_most,
                              .now = wall_now()});
  if (!kept) return fail(err, kept.error());
  for (const auto& backend : kept->backends) log_event(log_level::info, "store.opened", "", "daemon", "", backend);
  for (const auto& warning : kept->warnings) {
    err << "warning: " << warning << std::endl;
    log_event(log_level::warn, "store.warning", "", "daemon", "", warning);
  }
  if (const auto known = market_is_known(v.data_dir, *kept->reader); !known) return fail(err, known.error());
  if (const auto same = books_belong_together(v.data_dir, *kept->reader, *kept->journal); !same)
    return fail(err, same.error());

  demo_setup how;
  how.seed = static_cast<std::uint64_t>(v.seed);
  how.time_scale = static_cast<double>(v.time_scale);
  how.history_days = static_cast<int>(v.demo_history_days);
  how.pairs = supported_pairs(v);
  how.primary = v.learning_interval;
  how.venue.starting_balance = v.starting_balance;
  how.journal = kept->journal.get();
  how.journal_file = v.data_dir + "/venue.db";
  how.progress_file = market_file_of(v.data_dir);
  how.begin = wall_now();
  how.monotonic = monotonic_seconds;
  auto opened = demo_market::open(how);
  if (!opened) return fail(err, opened.error());
  auto& market = **opened;

  http::metrics_registry metrics;
  metrics.set(http::metric::build_info, {version_text(), commit_text(), build_type_text()}, 1);
  world outside;
  outside.clock = &market.clock();
  outside.venue = &market.exchange();
  outside.market = &market;
  outside.ops = kept->ops.get();
  outside.reader = kept->reader.get();
  outside.before_read = [read_deadline] { read_deadline->store(monotonic_seconds() + read_seconds_most); };
  outside.market_store = kept->market.get();
  outside.metrics = &metrics;
  outside.halt_file = v.data_dir + "/HALTED";
  auto terms = paper_terms(v, how.time_scale);
  terms.stopwatch = monotonic_seconds;

  system_config config{system_config::scheduler::sharing};
  caf::actor_system system{config};
  const auto tokens = tokens_of(v);
  if (!tokens) return fail(err, tokens.error());
  settings_in_force in_force{line, state};
  http::http_server server{system, metrics,
                           http_options(
                               v, [&in_force] { return in_force.shown(); }, market.clock(), *tokens, kept->backends)};
  if (const auto listening = server.start(); !listening) return fail(err, listening.error());
  std::thread io([&server] { server.run(); });

  int exit_code = 0;
  {
    desk_loop loop{system, outside, terms,
                   [&server](std::optional<directory> d) { server.set_directory(std::move(d)); }};
    news.loop = &loop;
    if (const auto desk_opened = loop.open(); !desk_opened) {
      exit_code = fail(err, desk_opened.error());
    } else {
      print_where(out, v, server.port(), v.data_dir);
      std::string market_failure;
      market.start([&](const std::string& why) {
        err << "rltraderd: " << why << std::endl;
        exit_code = 1;
        news.stop = true;
        news.ring();
      });
      // Should the desk be reopened meanwhile, the rest of the history is lost to the store and only there.
      std::thread history([&market, keeper = loop.handles().market_store] {
        market.hand_over_history([&](std::vector<bar> some) {
          caf::anon_send(keeper, store_bars{std::move(some), "sim"});
        });
      });
      std::thread jobs([&] {
        while (kept->wakeup && !news.stop)
          if (kept->wakeup->wait(listens_at_once)) {
            news.jobs = true;
            news.ring();
          }
      });
      heartbeat pulse{system, market.clock(), out, began, monotonic_seconds};
      while (!news.stop) {
        if (const auto died = loop.tend(std::chrono::milliseconds{pulse.first_decision_seen() ? 1000 : 50}))
          err << "rltraderd: " << *died << "; the desk was opened again from the store" << std::endl;
        if (news.stop || !loop.is_open()) continue;
        if (news.reload.exchange(false)) in_force.reload(loop, server, system);
        if (news.jobs.exchange(false)) caf::anon_send(loop.handles().retry_queue, sweep_jobs{});
        pulse.turn(loop.handles());
      }
      out << "stopping" << std::endl;
      jobs.join();
      history.join();
      market.stop();
    }
    news.loop = nullptr;
    loop.close();
  }
  server.stop(milliseconds{1000});
  io.join();
  if (exit_code == 0) out << "stopped; the next start goes on from here" << std::endl;
  return exit_code;
}

}  // namespace rltrader
