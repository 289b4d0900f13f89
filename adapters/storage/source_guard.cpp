// Looks at each row's own "source", where its record has one.
#include "adapters/storage/source_guard.hpp"

#include "adapters/storage/table.hpp"

#include <algorithm>

namespace rltrader::storage {

namespace {

failure test_data(const std::string& source) {
  return {errc::refused, "DISABLE_TEST_DATA_IN_DB is true and \"" + source +
                             "\" is test data: nothing of it is written; use another store for rehearsals"};
}

template <class Row>
std::string source_of(const Row& row) {
  if constexpr (requires { std::string(row.source); })
    return row.source;
  else
    return "";
}

template <class Rows>
result<void> all_real(const Rows& rows) {
  for (const auto& row : rows) {
    const auto source = std::visit([](const auto& r) { return source_of(r); }, row);
    if (is_test_source(source)) return test_data(source);
  }
  return {};
}

class guarded_ops final : public ports::ops_store {
 public:
  guarded_ops(std::unique_ptr<ports::ops_store> inner, std::string origin)
      : inner_(std::move(inner)), origin_(std::move(origin)) {}

  result<void> commit(const ports::write_batch& rows) override {
    if (is_test_source(origin_)) return test_data(origin_);
    if (auto real = all_real(rows); !real) return real;
    return inner_->commit(rows);
  }
  result<ports::desk_image> load() override { return inner_->load(); }
  result<void> retain(instant m, instant i) override { return inner_->retain(m, i); }
  result<void> tend() override { return inner_->tend(); }
  milliseconds tended_every() const override { return inner_->tended_every(); }
  std::string backend() const override { return inner_->backend(); }
  result<std::int64_t> rows_of(const shape* record, const ports::list_query& q, ports::row_sink into) override {
    return inner_->rows_of(record, q, into);
  }
  result<std::int64_t> verify_audit() override { return inner_->verify_audit(); }

  result<retry_job> enqueue(const retry_job& job) override {
    return if_real([&] { return inner_->enqueue(job); });
  }
  result<std::vector<retry_job>> claim(const ports::job_claim& what) override {
    return if_real([&] { return inner_->claim(what); });
  }
  result<bool> finish(const job_end& end) override {
    return if_real([&] { return inner_->finish(end); });
  }
  result<std::vector<retry_job>> reap(const ports::lease_check& what) override {
    return if_real([&] { return inner_->reap(what); });
  }
  result<retry_job> change(const ports::job_change& what) override {
    return if_real([&] { return inner_->change(what); });
  }
  result<ports::job_depth> depth() override { return inner_->depth(); }

 private:
  template <class Write>
  auto if_real(Write&& write) -> decltype(write()) {
    if (is_test_source(origin_)) return test_data(origin_);
    return write();
  }

  std::unique_ptr<ports::ops_store> inner_;
  std::string origin_;
};

class guarded_market final : public ports::market_store {
 public:
  explicit guarded_market(std::unique_ptr<ports::market_store> inner) : inner_(std::move(inner)) {}

  result<void> append(const std::vector<ports::market_row>& rows) override {
    if (auto real = all_real(rows); !real) return real;
    return inner_->append(rows);
  }
  result<void> append_bars(const std::vector<bar>& bars, const std::string& source) override {
    return is_test_source(source) ? test_data(source) : inner_->append_bars(bars, source);
  }
  result<void> append_funding(const std::vector<funding>& rows, const std::string& source) override {
    return is_test_source(source) ? test_data(source) : inner_->append_funding(rows, source);
  }
  result<std::vector<candle>> candles(const ports::candle_query& query) override { return inner_->candles(query); }
  result<std::vector<funding>> funding_rates(const pair_name& pair, std::optional<instant> start,
                                             std::int64_t limit) override {
    return inner_->funding_rates(pair, start, limit);
  }
  result<std::int64_t> rows_of(const shape* record, const ports::list_query& q, ports::row_sink into) override {
    return inner_->rows_of(record, q, into);
  }
  std::string backend() const override { return inner_->backend(); }

 private:
  std::unique_ptr<ports::market_store> inner_;
};

}  // namespace

bool is_test_source(std::string_view source) {
  const auto word = source.substr(0, source.find(':'));
  return std::find(test_sources.begin(), test_sources.end(), word) != test_sources.end();
}

std::unique_ptr<ports::ops_store> guarded(std::unique_ptr<ports::ops_store> store, std::string origin) {
  return std::make_unique<guarded_ops>(std::move(store), std::move(origin));
}
std::unique_ptr<ports::market_store> guarded(std::unique_ptr<ports::market_store> store) {
  return std::make_unique<guarded_market>(std::move(store));
}

}  // namespace rltrader::storage
