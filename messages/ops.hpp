// What operators ask and are told: the requests and answers behind the HTTP routes, by the field names of docs/api.md.
#pragma once

#include "messages/lists.hpp"
#include "messages/reconcile.hpp"
#include "messages/risk.hpp"
#include "messages/store.hpp"
#include "messages/trading.hpp"

#include <map>
#include <string>
#include <vector>

namespace rltrader {

// ---- queue and alerts -----------------------------------------------------------------------------------------------

struct enqueue_job {
  std::string job_type;
  std::map<std::string, std::string> payload;
  std::string dedupe_key;
  int max_attempts = 8;
  milliseconds after{};

  static constexpr auto type_name = "enqueue_job";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"job_type", &enqueue_job::job_type, "what"},
             field{"payload", &enqueue_job::payload, "for the handler"},
             field{"dedupe_key", &enqueue_job::dedupe_key, "one live job a key"},
             field{"max_attempts", &enqueue_job::max_attempts, "then dead"},
             field{"after", &enqueue_job::after, "first wait"});
  }
};
/// A job handed to whoever does it; the answer is an error or nothing.
struct do_job {
  retry_job job;
  static constexpr auto type_name = "do_job";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"job", &do_job::job, "claimed"});
  }
};
struct job_done {
  std::string id;
  static constexpr auto type_name = "job_done";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &job_done::id, "which"});
  }
};
struct change_job {
  std::string id;
  job_verb verb{};
  std::string who;
  static constexpr auto type_name = "change_job";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &change_job::id, "which"}, field{"verb", &change_job::verb, "requeue or drop"},
             field{"who", &change_job::who, "who asks"});
  }
};
struct change_alert {
  std::string id;
  alert_status status{};
  std::string who;
  static constexpr auto type_name = "change_alert";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &change_alert::id, "which"},
             field{"status", &change_alert::status, "acknowledged or resolved"},
             field{"who", &change_alert::who, "who asks"});
  }
};

// ---- agents ---------------------------------------------------------------------------------------------------------

struct change_configuration {
  agent_configuration wanted;
  std::string who;
  static constexpr auto type_name = "change_configuration";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"configuration", &change_configuration::wanted, "the whole row"},
             field{"who", &change_configuration::who, "who asks"});
  }
};
struct change_limit_set {
  risk_limit_set wanted;
  bool create = false;
  std::string who;
  static constexpr auto type_name = "change_limit_set";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"limits", &change_limit_set::wanted, "the whole row"},
             field{"create", &change_limit_set::create, "a new one"}, field{"who", &change_limit_set::who, "who asks"});
  }
};
struct ask_configuration {
  static constexpr auto type_name = "ask_configuration";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f();
  }
};
struct configuration_reply {
  agent_configuration configuration;
  std::vector<risk_limit_set> limit_sets;
  static constexpr auto type_name = "configuration_reply";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"configuration", &configuration_reply::configuration, "the fleet's"},
             field{"limit_sets", &configuration_reply::limit_sets, "all"});
  }
};

// ---- trades by hand -------------------------------------------------------------------------------------------------

struct close_trade {
  rltrader::trade_id trade;
  std::optional<rltrader::quantity> quantity;
  std::string reason;
  std::string who;
  std::string client_key;
  static constexpr auto type_name = "close_trade";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(
        field{"trade_id", &close_trade::trade, "which"},
        field{"quantity", &close_trade::quantity, "base coins; none: all"},
        field{"reason", &close_trade::reason, "why"}, field{"who", &close_trade::who, "who asks"},
        field{"client_order_id", &close_trade::client_key, "the caller's own key; the same key names the same order"});
  }
};
struct trade_and_execution {
  rltrader::trade trade;
  execution_view execution;
  static constexpr auto type_name = "trade_and_execution";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"trade", &trade_and_execution::trade, "the round trip"},
             field{"execution", &trade_and_execution::execution, "the order"});
  }
};

// ---- health ---------------------------------------------------------------------------------------------------------

struct check_problem {
  std::string check;
  std::string problem;
  static constexpr auto type_name = "check_problem";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"check", &check_problem::check, "store, reconciled, feeds, breaker, actor"},
             field{"problem", &check_problem::problem, "in words"});
  }
};
struct ask_health {
  static constexpr auto type_name = "ask_health";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f();
  }
};
/// What one actor says of itself; empty: well.
struct health_reply {
  std::vector<check_problem> problems;
  static constexpr auto type_name = "health_reply";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"problems", &health_reply::problems, "none: well"});
  }
};

}  // namespace rltrader
