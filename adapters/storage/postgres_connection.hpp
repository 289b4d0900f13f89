// One PostgreSQL connection with deadlines of our own: it is made when it is needed, dropped when it breaks, made again with growing
// waits. A call never blocks longer than `within` for each statement, whatever the network does.
//
// Nothing depends on a session: names are qualified, settings last for one transaction, statements have no names. So it works
// behind a pooler in transaction mode. A lost answer to COMMIT is settled by looking: each writing transaction leaves its number in
// the writer's lease row.
#pragma once

#include "adapters/storage/sql_connection.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

struct pg_conn;
struct pg_result;

namespace rltrader::storage {

struct postgres_options {
  std::string url;
  std::string schema = "public";
  std::string application = "rltraderd";
  access mode = access::writes;  ///< a reader's transactions are read-only
  bool synchronous = true;       ///< false: market data; a server's crash may cost the newest rows
  milliseconds within{1500};     ///< of one statement, connecting included
  milliseconds first_wait{100};  ///< after a lost connection; doubled up to the longest
  milliseconds longest_wait{5000};
  std::function<double()> seconds{};  ///< a clock that only goes forward; never empty
};

/// Who may write, as the server's row of the lease says it: each transaction shows the token and leaves its number.
struct writer_lease {
  std::string name;
  std::int64_t token = 0;
  std::int64_t batch = 0;  ///< of the last transaction that was begun
  milliseconds lasts{15'000};
};

class postgres_connection final : public sql_connection {
 public:
  explicit postgres_connection(postgres_options options);
  postgres_connection(const postgres_connection&) = delete;
  postgres_connection& operator=(const postgres_connection&) = delete;
  ~postgres_connection() override;

  std::string place() const override { return place_; }
  /// "postgresql 15.18"; what is known of the server that answered last.
  std::string version() const override;
  result<void> execute(const std::string& sql) override;
  result<void> read(const std::string& sql, const std::vector<parameter>& parameters, const row_visitor& row) override;
  result<std::int64_t> change(const std::string& sql, const std::vector<parameter>& parameters) override;
  /// By unnest, at most five thousand rows a statement, each key once a statement.
  result<void> write(const table& t, std::span<const void* const> rows) override;
  result<void> begin(access how) override;
  result<void> commit() override;
  void roll_back() override;
  milliseconds renewed_every() const override { return lease_ ? lease_->lasts / 5 : milliseconds{0}; }

  /// What others have said on a channel since the last time, waiting for it as long as `most`: their payloads. Needs a session, so
  /// nothing may depend on it. A lost connection waits as long and is made again by a later call.
  result<std::vector<std::string>> heard(const std::string& channel, milliseconds most);

  /// From now on writing transactions need this lease; a lease that another one has taken refuses them. It is given back at the end.
  void hold(writer_lease lease) { lease_ = std::move(lease); }
  const std::optional<writer_lease>& lease() const { return lease_; }
  void let_go() { lease_.reset(); }
  /// Statements may take this long from now on.
  void allow(milliseconds within) { options_.within = within; }
  const postgres_options& options() const { return options_; }

  struct result_closer {
    void operator()(pg_result* r) const;
  };
  using answer = std::unique_ptr<pg_result, result_closer>;

 private:
  struct connection_closer {
    void operator()(pg_conn* c) const;
  };

  double deadline() const;
  result<void> connected();
  result<void> connect();
  failure lost(const std::string& why);
  /// Waits until the connection can be read (or also written); false when the time is over.
  bool wait_for(bool to_write, double until) const;
  result<answer> last_answer(double until);
  result<answer> run(const std::string& sql);
  result<answer> run(const std::string& sql, const std::vector<parameter>& parameters);
  result<answer> run_bytes(const std::string& sql, const std::vector<std::uint32_t>& types,
                           const std::vector<std::string>& bytes, const std::vector<bool>& present);
  result<answer> checked(answer a);
  result<void> write_once(const table& t, std::span<const void* const> rows);
  /// After a COMMIT without an answer: whether it took place.
  result<void> settle();

  postgres_options options_;
  std::string place_;
  bool url_is_clear_ = false;
  std::unique_ptr<pg_conn, connection_closer> handle_;
  double next_try_ = 0;
  milliseconds wait_{0};
  std::string trouble_;
  int server_version_ = 0;
  std::optional<writer_lease> lease_;
  std::unordered_map<const table*, std::string> inserts_;
  std::string listens_to_;  ///< on the present connection
  bool in_transaction_ = false;
  bool writing_ = false;
};

}  // namespace rltrader::storage
