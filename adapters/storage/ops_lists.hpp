// The lists of an ops reader, each one line, over a store that can answer one request for any row type.
#pragma once

#include "adapters/storage/table.hpp"

namespace rltrader::storage {

/// `Derived` offers `result<page_of<Row>> page<Row>(const table&, const list_request&)`.
template <class Derived, class Base>
class ops_lists : public Base {
 public:
  using list_query = ports::list_query;
  template <class Row>
  using page_of = ports::page_of<Row>;

  result<page_of<decision>> decisions(const list_query& q) final { return asked<decision>(q); }
  result<page_of<order>> orders(const list_query& q) final { return asked<order>(q); }
  result<page_of<order>> orders_of_trade(const trade_id& id) final {
    return by<order>("intent_trade_id", id.text(), direction::newest_first);
  }
  result<page_of<order>> orders_of_decision(const decision_id& id) final {
    return by<order>("intent_decision_id", id.text(), direction::newest_first);
  }
  result<page_of<fill>> fills_of_order(const order_id& id) final {
    return by<fill>("client_order_id", id.text(), direction::newest_first);
  }
  result<page_of<fill>> fills(const list_query& q) final { return asked<fill>(q); }
  result<page_of<state_event>> events_of_order(const order_id& id) final {
    return by<state_event>("client_order_id", id.text(), direction::oldest_first);
  }
  result<page_of<trade>> trades(const list_query& q) final { return asked<trade>(q); }
  result<page_of<agent_run>> runs(const list_query& q) final { return asked<agent_run>(q); }
  result<page_of<audit_event>> audit(const list_query& q) final { return asked<audit_event>(q); }
  result<page_of<alert>> alerts(const list_query& q) final { return asked<alert>(q); }
  result<page_of<retry_job>> jobs(const list_query& q) final { return asked<retry_job>(q); }
  result<page_of<agent_version>> versions(const list_query& q) final { return asked<agent_version>(q); }
  result<page_of<metric_point>> metrics(const list_query& q) final { return asked<metric_point>(q); }

  result<std::optional<idempotency_record>> idempotency(const std::string& key) final {
    auto found = by<idempotency_record>("key", key, direction::newest_first);
    if (!found) return found.error();
    if (found->rows.empty()) return std::optional<idempotency_record>{};
    return std::optional(std::move(found->rows.front()));
  }

 private:
  template <class Row>
  result<page_of<Row>> asked(const list_query& query) {
    const auto& t = table_of<Row>();
    const auto request = request_of(t, query);
    if (!request) return request.error();
    return static_cast<Derived&>(*this).template page<Row>(t, *request);
  }
  template <class Row>
  result<page_of<Row>> by(std::string_view column_name, const std::string& text, direction order) {
    const auto& t = table_of<Row>();
    return static_cast<Derived&>(*this).template page<Row>(t, request_by(t, column_name, text, order));
  }
};

}  // namespace rltrader::storage
