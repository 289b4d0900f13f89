// libpq without its blocking calls: send, wait with a deadline, take the answer.
#include "adapters/storage/postgres_connection.hpp"

#include "adapters/storage/postgres_url.hpp"
#include "adapters/storage/postgres_values.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>

namespace rltrader::storage {

namespace {

// What the triggers of our tables say when they refuse.
constexpr std::string_view refused_by_rule = "RL001";

/// ?1 as $1; none of our texts has a question mark before a digit in it but those.
std::string with_marks(const std::string& sql) {
  auto out = sql;
  for (std::size_t i = 0; i + 1 < out.size(); ++i)
    if (out[i] == '?' && out[i + 1] >= '1' && out[i + 1] <= '9') out[i] = '$';
  return out;
}

std::string field_of_error(const PGresult* r, int which) {
  const char* text = PQresultErrorField(r, which);
  return text != nullptr ? text : "";
}

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  for (char& c : text)
    if (c == '\n' || c == '\t') c = ' ';
  return text;
}

/// What to do about it, where there is something.
std::string advice(std::string_view state) {
  if (state == "53100") return "; make room on the server's disk";
  if (state == "42501") return "; grant this role its rights, or run rltraderctl deploy as the owner";
  if (state == "25006") return "; this role or server is read-only: TIMESCALE_URL must name one that may write";
  if (state == "42P01" || state == "42703") return "; run rltraderctl deploy";
  if (state == "28P01" || state == "28000") return "; check the name and password in TIMESCALE_URL";
  if (state == "3D000") return "; create the database, or correct TIMESCALE_URL";
  if (state == "53300") return "; lower TIMESCALE_POOL_MAX or raise the server's max_connections";
  return "";
}

errc code_of(std::string_view state) {
  if (state == refused_by_rule || state.starts_with("23") || state.starts_with("22")) return errc::conflict;
  if (state == "57014") return errc::unavailable;
  return errc::store_failed;
}

}  // namespace

void postgres_connection::result_closer::operator()(pg_result* r) const { PQclear(r); }
void postgres_connection::connection_closer::operator()(pg_conn* c) const { PQfinish(c); }

postgres_connection::postgres_connection(postgres_options options)
    : sql_connection({.is = database::postgres, .schema = options.schema}), options_(std::move(options)) {
  const auto place = place_of_url(options_.url);
  url_is_clear_ = place.has_value();
  place_ = place.value_or("PostgreSQL") + " schema " + options_.schema;
  must(static_cast<bool>(options_.seconds), "a connection needs a clock");
}
postgres_connection::~postgres_connection() {
  // Whoever comes next need not wait. Where there is no connection, the lease ends by itself.
  if (!handle_ || !lease_) return;
  roll_back();
  (void)run("UPDATE " + dialect().name("leases") + " SET \"expires_at\"=clock_timestamp() WHERE \"name\"=" +
            text_literal(lease_->name) + " AND \"token\"=" + std::to_string(lease_->token));
}

std::string postgres_connection::version() const {
  if (server_version_ == 0) return "postgresql";
  return "postgresql " + std::to_string(server_version_ / 10'000) + "." + std::to_string(server_version_ % 10'000);
}

double postgres_connection::deadline() const {
  return options_.seconds() + static_cast<double>(options_.within.count()) / 1000;
}

failure postgres_connection::lost(const std::string& why) {
  handle_.reset();
  listens_to_.clear();
  in_transaction_ = false;
  wait_ = wait_.count() == 0 ? options_.first_wait : std::min(wait_ * 2, options_.longest_wait);
  next_try_ = options_.seconds() + static_cast<double>(wait_.count()) / 1000;
  trouble_ = place_ + ": " + trimmed(why);
  return {errc::store_failed, trouble_};
}

bool postgres_connection::wait_for(bool to_write, double until) const {
  for (;;) {
    const double left = until - options_.seconds();
    if (left <= 0) return false;
    pollfd p{PQsocket(handle_.get()), static_cast<short>(POLLIN | (to_write ? POLLOUT : 0)), 0};
    const int ready = poll(&p, 1, static_cast<int>(std::ceil(left * 1000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

result<void> postgres_connection::connect() {
  if (!url_is_clear_) return lost(unclear_url);
  const auto until = deadline();
  // A host that is gone without a word is found out by the deadline of the next statement; keepalives end what hangs for the kernel.
  const char* const words[] = {
      "dbname", "application_name", "client_encoding", "keepalives_idle", "keepalives_interval", "keepalives_count",
      nullptr};
  const char* const values[] = {options_.url.c_str(), options_.application.c_str(), "UTF8", "5", "2", "3", nullptr};
  handle_.reset(PQconnectStartParams(words, values, 1));
  if (!handle_) throw std::bad_alloc();
  if (PQstatus(handle_.get()) == CONNECTION_BAD) return lost(PQerrorMessage(handle_.get()));
  for (;;) {
    const auto state = PQconnectPoll(handle_.get());
    if (state == PGRES_POLLING_OK) break;
    if (state == PGRES_POLLING_FAILED) {
      const std::string why = trimmed(PQerrorMessage(handle_.get()));
      const bool wrong_word = why.find("password authentication failed") != why.npos;
      return lost(why + (wrong_word ? advice("28P01") : why.find("does not exist") != why.npos ? advice("3D000") : ""));
    }
    const double left = until - options_.seconds();
    if (left <= 0) return lost("no connection within " + std::to_string(options_.within.count()) + " ms");
    pollfd p{PQsocket(handle_.get()), static_cast<short>(state == PGRES_POLLING_READING ? POLLIN : POLLOUT), 0};
    const int ready = poll(&p, 1, static_cast<int>(std::ceil(left * 1000)));
    if (ready < 0 && errno != EINTR) return lost(std::strerror(errno));
  }
  PQsetnonblocking(handle_.get(), 1);
  PQsetNoticeProcessor(
      handle_.get(), [](void*, const char*) {}, nullptr);
  server_version_ = PQserverVersion(handle_.get());
  if (server_version_ < 130'000)
    return lost("the server is PostgreSQL " + std::to_string(server_version_ / 10'000) + ", at least 13 is needed");
  wait_ = milliseconds{0};
  trouble_.clear();
  return {};
}

result<void> postgres_connection::connected() {
  if (handle_) return {};
  if (options_.seconds() < next_try_) return {errc::store_failed, "not connected: " + trouble_};
  return connect();
}

result<postgres_connection::answer> postgres_connection::last_answer(double until) {
  for (;;) {
    const int left = PQflush(handle_.get());
    if (left < 0) return lost(PQerrorMessage(handle_.get()));
    if (left == 0) break;
    if (!wait_for(true, until)) return lost("the server took nothing in time");
    if (PQconsumeInput(handle_.get()) == 0) return lost(PQerrorMessage(handle_.get()));
  }
  answer last;
  for (;;) {
    while (PQisBusy(handle_.get()) != 0) {
      if (!wait_for(false, until)) return lost("no answer within " + std::to_string(options_.within.count()) + " ms");
      if (PQconsumeInput(handle_.get()) == 0) return lost(PQerrorMessage(handle_.get()));
    }
    answer next(PQgetResult(handle_.get()));
    if (!next) break;
    // Of several statements the first failure counts, else the last answer.
    if (last && PQresultStatus(last.get()) == PGRES_FATAL_ERROR) continue;
    last = std::move(next);
  }
  if (PQstatus(handle_.get()) == CONNECTION_BAD)
    return lost(last ? PQresultErrorMessage(last.get()) : PQerrorMessage(handle_.get()));
  if (!last) return lost("the server said nothing");
  return last;
}

result<postgres_connection::answer> postgres_connection::checked(answer a) {
  const auto status = PQresultStatus(a.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return a;
  const auto state = field_of_error(a.get(), PG_DIAG_SQLSTATE);
  // An administrator's shutdown ends the connection too.
  if (state.starts_with("57P")) return lost(PQresultErrorMessage(a.get()));
  auto what = place_ + ": " + trimmed(field_of_error(a.get(), PG_DIAG_MESSAGE_PRIMARY));
  if (const auto detail = field_of_error(a.get(), PG_DIAG_MESSAGE_DETAIL); !detail.empty() && state != refused_by_rule)
    what += ": " + trimmed(detail);
  if (state == "57014") return failure{errc::unavailable, "the statement took too long and was stopped"};
  return failure{code_of(state), what + advice(state)};
}

result<postgres_connection::answer> postgres_connection::run(const std::string& sql) {
  if (auto there = connected(); !there) return there.error();
  if (PQsendQuery(handle_.get(), sql.c_str()) == 0) return lost(PQerrorMessage(handle_.get()));
  auto last = last_answer(deadline());
  if (!last) return last;
  return checked(std::move(*last));
}

result<postgres_connection::answer> postgres_connection::run_bytes(const std::string& sql,
                                                                   const std::vector<std::uint32_t>& types,
                                                                   const std::vector<std::string>& bytes,
                                                                   const std::vector<bool>& present) {
  if (auto there = connected(); !there) return there.error();
  std::vector<const char*> values;
  std::vector<int> lengths;
  std::vector<int> binary(types.size(), 1);
  for (std::size_t i = 0; i < types.size(); ++i) {
    values.push_back(present[i] ? bytes[i].data() : nullptr);
    lengths.push_back(static_cast<int>(bytes[i].size()));
  }
  const std::vector<Oid> oids(types.begin(), types.end());
  if (PQsendQueryParams(handle_.get(), with_marks(sql).c_str(), static_cast<int>(types.size()), oids.data(),
                        values.data(), lengths.data(), binary.data(), 1) == 0)
    return lost(PQerrorMessage(handle_.get()));
  auto last = last_answer(deadline());
  if (!last) return last;
  return checked(std::move(*last));
}

result<postgres_connection::answer> postgres_connection::run(const std::string& sql,
                                                             const std::vector<parameter>& parameters) {
  std::vector<std::uint32_t> types;
  std::vector<std::string> bytes;
  std::vector<bool> present;
  for (const auto& p : parameters) {
    types.push_back(type_number(p.type));
    present.push_back(p.value.index() != 0);
    auto content = present.back() ? bytes_of(p.value, p.type) : result<std::string>(std::string());
    if (!content) return content.error();
    bytes.push_back(std::move(*content));
  }
  return run_bytes(sql, types, bytes, present);
}

result<void> postgres_connection::execute(const std::string& sql) {
  const auto done = run(sql);
  if (!done) return done.error();
  return {};
}

result<void> postgres_connection::read(const std::string& sql, const std::vector<parameter>& parameters,
                                       const row_visitor& row) {
  const auto got = run(sql, parameters);
  if (!got) return got.error();
  const auto* r = got->get();
  const int rows = PQntuples(r), columns = PQnfields(r);
  std::vector<cell> cells(static_cast<std::size_t>(columns));
  for (int i = 0; i < rows; ++i) {
    for (int c = 0; c < columns; ++c) {
      auto& place = cells[static_cast<std::size_t>(c)];
      place = std::monostate{};
      if (PQgetisnull(r, i, c) != 0) continue;
      auto value = cell_of_bytes({PQgetvalue(r, i, c), static_cast<std::size_t>(PQgetlength(r, i, c))}, PQftype(r, c));
      if (!value)
        return {value.error().code, place_ + ": column " + std::string(PQfname(r, c)) + " holds " + value.error().what};
      place = std::move(*value);
    }
    if (auto taken = row(cells); !taken) return taken;
  }
  return {};
}

result<std::int64_t> postgres_connection::change(const std::string& sql, const std::vector<parameter>& parameters) {
  const auto done = run(sql, parameters);
  if (!done) return done.error();
  const char* touched = PQcmdTuples(done->get());
  return std::int64_t{touched[0] == '\0' ? 0 : std::strtoll(touched, nullptr, 10)};
}

result<std::vector<std::string>> postgres_connection::heard(const std::string& channel, milliseconds most) {
  const auto until = options_.seconds() + static_cast<double>(most.count()) / 1000;
  const auto ready = [&]() -> result<void> {
    if (auto there = connected(); !there) return there;
    if (listens_to_ == channel) return {};
    if (auto listening = execute("LISTEN " + quoted_name(channel)); !listening) return listening;
    listens_to_ = channel;
    return {};
  }();
  if (!ready) {
    poll(nullptr, 0, static_cast<int>(std::max(0.0, (until - options_.seconds()) * 1000)));
    return ready.error();
  }
  std::vector<std::string> out;
  do {
    if (PQconsumeInput(handle_.get()) == 0) return lost(PQerrorMessage(handle_.get()));
    while (std::unique_ptr<PGnotify, decltype(&PQfreemem)> said{PQnotifies(handle_.get()), &PQfreemem})
      out.emplace_back(said->extra);
  } while (out.empty() && wait_for(false, until));
  return out;
}

}  // namespace rltrader::storage
