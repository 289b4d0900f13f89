// Folds, stores and sends alerts; its senders never wait.
#include "actors/actors.hpp"
#include "actors/guard.hpp"
#include "actors/log.hpp"
#include "messages/errors.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <map>

namespace rltrader {

namespace {

class alert_sink : public alert_sink_actor::base {
  using super = alert_sink_actor::base;

 public:
  alert_sink(caf::actor_config& cfg, const surroundings& around, ledger_actor ledger, retry_queue_actor queue,
             const std::vector<alert>& open, std::vector<ports::alert_channel*> channels)
      : super(cfg),
        around_(around),
        ledger_(std::move(ledger)),
        queue_(std::move(queue)),
        channels_(std::move(channels)) {
    folder_.restore(open);
  }

  behavior_type make_behavior() override {
    die_loudly(this, "alert_sink");
    show();
    send(queue_, subscribe_jobs{"alert_delivery", caf::actor_cast<job_worker>(this)});
    send(queue_, subscribe_alarms{caf::actor_cast<alarm_listener>(this)});
    return {[this](const alarm& what) { take(what); }, [this](const flush_rows&) { keep_again(); },
            [this](const change_alert& what) -> caf::result<alert> { return change(what); },
            [this](const measure_mailbox&) { show_mailbox(this, around_.metrics, "alert_sink"); },
            [this](const do_job& what) -> caf::result<job_done> { return deliver_again(what.job); }};
  }

  void on_exit() override {
    destroy(ledger_);
    destroy(queue_);
  }

 private:
  void take(const alarm& what) {
    auto folded = folder_.fold(what, around_.now());
    if (folded.counted_only) return;
    keep(folded.row);
    show();
    if (!folded.deliver) return;
    const auto level = what.severity == severity::high     ? log_level::error
                       : what.severity == severity::medium ? log_level::warn
                                                           : log_level::info;
    std::string text = what.category + ": " + what.metric;
    for (const auto& [k, v] : what.metadata) text.append(1, ' ').append(k).append(1, '=').append(v);
    log_event(level, "alert." + what.category, what.pair, "alert_sink", folded.row.id, text);
    for (auto* channel : channels_)
      if (const auto sent = channel->deliver(folded.row); !sent) queue_delivery(folded.row, *channel);
  }

  void show() {
    if (!around_.metrics) return;
    for (const auto how : {severity::low, severity::medium, severity::high}) {
      const auto by = folder_.open_by_severity();
      const auto it = by.find(how);
      around_.metrics->set(http::metric::alerts_open, {text_of(how)}, it == by.end() ? 0.0 : it->second);
    }
  }

  void queue_delivery(const alert& row, const ports::alert_channel& channel) {
    enqueue_job job;
    job.job_type = "alert_delivery";
    job.payload = {{"alert_id", row.id}, {"channel", channel.name()}};
    job.dedupe_key = row.id + '|' + channel.name();
    request(queue_, around_.request_timeout, std::move(job))
        .then([](const retry_job&) {},
              [](const caf::error& e) {
                log_event(log_level::warn, "alert.not_queued", "", "alert_sink", "",
                          from_caf(e, "the retry queue").what);
              });
  }

  caf::result<job_done> deliver_again(const retry_job& job) {
    const auto id = job.payload.find("alert_id");
    const auto name = job.payload.find("channel");
    if (id == job.payload.end() || name == job.payload.end())
      return to_caf({errc::malformed, "the job names no alert or channel"});
    for (const auto& row : folder_.open())
      if (row.id == id->second)
        for (auto* channel : channels_)
          if (channel->name() == name->second)
            if (const auto sent = channel->deliver(row); !sent) return to_caf(sent.error());
    return job_done{job.id};  // delivered, or resolved meanwhile
  }

  caf::result<alert> change(const change_alert& what) {
    auto row = folder_.set_status(what.id, what.status, around_.now());
    if (!row) return to_caf({errc::not_found, "no open alert " + what.id});
    audit_note note{.actor = what.who,
                    .action = "alert." + std::string(text_of(what.status)),
                    .resource_type = "alert",
                    .resource_id = what.id,
                    .metadata = {},
                    .created_at = around_.now()};
    show();
    auto promise = make_response_promise<alert>();
    request(ledger_, around_.request_timeout, write_rows{{*row, std::move(note)}})
        .then(
            [this, promise, row = *row](const written&) mutable {
              not_kept_.erase(row.id);
              promise.deliver(std::move(row));
            },
            [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
    return promise;
  }

  /// While the store is down, rows wait here, the newest of each alert, and are tried again every second.
  void keep(const alert& row) {
    if (not_kept_.empty()) return save({row});
    if (not_kept_.size() < alert_folder::most_open || not_kept_.contains(row.id))
      not_kept_.insert_or_assign(row.id, row);
  }

  void keep_again() {
    waiting_for_store_ = false;
    std::vector<alert> rows;
    for (const auto& [id, row] : not_kept_) rows.push_back(row);
    if (!rows.empty()) save(std::move(rows));
  }

  void save(std::vector<alert> rows) {
    ports::write_batch batch(rows.begin(), rows.end());
    request(ledger_, around_.request_timeout, write_rows{std::move(batch)})
        .then(
            [this, rows](const written&) {
              if (not_kept_.empty()) return;
              for (const auto& row : rows)
                if (const auto it = not_kept_.find(row.id); it != not_kept_.end() && same(it->second, row))
                  not_kept_.erase(it);
              if (not_kept_.empty())
                log_event(log_level::info, "alert.kept", "", "alert_sink", "", "what was not kept is kept now");
              else
                wait_for_store();
            },
            [this, rows](const caf::error& e) {
              const auto why = from_caf(e, "the ledger");
              const bool refused = why.code == errc::conflict;  // it would be refused for ever
              if (not_kept_.empty() || refused)
                log_event(log_level::error, "alert.not_kept", "", "alert_sink", "",
                          why.what + (refused ? "" : "; it is tried again every second"));
              for (const auto& row : rows)
                if (refused)
                  not_kept_.erase(row.id);
                else
                  remember(row);
              if (!not_kept_.empty()) wait_for_store();
            });
  }

  /// What is open is newer than what was tried, and so is what has come since.
  void remember(const alert& tried) {
    const auto open = folder_.open();
    const auto now = std::find_if(open.begin(), open.end(), [&](const alert& a) { return a.id == tried.id; });
    if (not_kept_.size() < alert_folder::most_open) not_kept_.emplace(tried.id, now == open.end() ? tried : *now);
  }

  /// Whether nothing has come to a row since.
  static bool same(const alert& a, const alert& b) { return a.count == b.count && a.status == b.status; }

  void wait_for_store() {
    if (waiting_for_store_) return;
    waiting_for_store_ = true;
    delayed_send(this, std::chrono::seconds{1}, flush_rows{});
  }

  surroundings around_;
  ledger_actor ledger_;
  retry_queue_actor queue_;
  std::vector<ports::alert_channel*> channels_;
  alert_folder folder_;
  std::map<std::string, alert> not_kept_;  ///< by id
  bool waiting_for_store_ = false;
};

}  // namespace

alert_sink_actor spawn_alert_sink(caf::actor_system& system, const surroundings& around, ledger_actor ledger,
                                  retry_queue_actor queue, std::vector<alert> open,
                                  std::vector<ports::alert_channel*> channels) {
  return system.spawn<alert_sink>(around, std::move(ledger), std::move(queue), std::move(open), std::move(channels));
}

}  // namespace rltrader
