// Tokens and roles.
#include "http/auth.hpp"

#include "domain/sha256.hpp"
#include "wire/rfc3339.hpp"

#include <algorithm>
#include <array>

namespace rltrader::http {

namespace {

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

bool is_digest(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
         });
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// The row of a line, or what is wrong with it.
std::variant<token_row, std::string> read_line(std::string_view line) {
  std::array<std::string_view, 3> parts{};
  for (auto& part : parts) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return "must be name:role:sha256:expires";
    part = trimmed(line.substr(0, colon));
    line = line.substr(colon + 1);
  }
  const auto expires = trimmed(line);  // it has colons of its own
  token_row row;
  if (!plain_name(parts[0])) return "the name must be 1 to 128 printable characters";
  row.name = std::string(parts[0]);
  const auto grants = value_of<role>(parts[1]);
  if (!grants) return "the role must be viewer, operator or admin";
  row.grants = *grants;
  if (!is_digest(parts[2])) return "the third part must be the SHA-256 of the token, 64 hex digits";
  row.digest = lower(parts[2]);
  if (!expires.empty() && expires != "never") {
    row.expires = rfc3339_parse(expires);
    if (!row.expires) return "expires must be a time such as 2030-01-31T12:00:00Z, never or empty";
  }
  return row;
}

problem not_authenticated(std::string detail) {
  return {.status = 401,
          .code = "unauthorized",
          .detail = std::move(detail),
          .details = {},
          .headers = {{"WWW-Authenticate", "Bearer realm=\"rltrader\""}}};
}

/// The token of `Authorization: Bearer <token>`.
std::optional<std::string_view> bearer(const call& c) {
  const auto* header = c.header("authorization");
  if (header == nullptr) return std::nullopt;
  const std::string_view text = *header;
  constexpr std::string_view scheme = "bearer ";
  if (text.size() <= scheme.size() || lower(text.substr(0, scheme.size())) != scheme) return std::nullopt;
  const auto token = trimmed(text.substr(scheme.size()));
  return token.empty() ? std::nullopt : std::optional(token);
}

}  // namespace

result<std::vector<token_row>> parse_tokens(std::string_view text) {
  std::vector<token_row> rows;
  std::string wrong;
  for (int number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const auto line = trimmed(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (line.empty() || line.front() == '#') continue;
    auto read = read_line(line);
    if (auto* row = std::get_if<token_row>(&read))
      rows.push_back(std::move(*row));
    else
      wrong += (wrong.empty() ? "line " : "; line ") + std::to_string(number) + ": " + std::get<std::string>(read);
  }
  if (!wrong.empty()) return failure{errc::malformed, "tokens file: " + wrong};
  return rows;
}

result<credentials> credentials_of(std::string_view api_token, const std::optional<std::string>& tokens_text) {
  credentials out;
  if (!api_token.empty()) out.api_token_digest = sha256_hex(api_token);
  if (tokens_text) {
    auto rows = parse_tokens(*tokens_text);
    if (!rows) return rows.error();
    out.tokens = std::move(*rows);
    out.token_file = true;
  }
  return out;
}

bool caller::may(access needs) const {
  switch (needs) {
    case access::everyone:
    case access::viewers: return true;
    case access::operators: return grants != role::viewer;
    case access::admins: return grants == role::admin;
  }
  return false;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
  return difference == 0;
}

std::optional<caller> doorkeeper::known_as(std::string_view token, instant now) const {
  const auto digest = sha256_hex(token);
  std::optional<caller> found;
  // All are compared, so that the time says nothing about which one it was.
  for (const auto& row : known_.tokens) {
    const bool equal = equal_in_constant_time(row.digest, digest);
    if (equal && (!row.expires || now < *row.expires))
      found = caller{.name = row.name, .grants = row.grants, .who = row.name, .token_file = true};
  }
  if (known_.api_token_digest && equal_in_constant_time(*known_.api_token_digest, digest))
    found = caller{.name = "api-token", .grants = role::operating, .who = "api-token", .token_file = known_.token_file};
  return found;
}

std::optional<problem> doorkeeper::locked(const std::string& peer, instant now) const {
  const auto found = peers_.find(peer);
  if (found == peers_.end() || !found->second.locked_until || *found->second.locked_until <= now) return std::nullopt;
  const auto wait = *found->second.locked_until - now;
  const auto wait_sec = (wait.count() + 999) / 1000;
  return problem{.status = 429,
                 .code = "too_many_failures",
                 .detail = "ten wrong tokens came from this address within a minute; try again in " +
                           std::to_string(wait_sec) + " s",
                 .details = {},
                 .headers = {{"Retry-After", std::to_string(wait_sec)}}};
}

void doorkeeper::forget_old(instant now) {
  std::erase_if(peers_, [&](const auto& entry) {
    const auto& r = entry.second;
    return (!r.locked_until || *r.locked_until <= now) &&
           (r.failures.empty() || r.failures.back() + failure_window <= now);
  });
  // Still full: somebody comes from thousands of addresses. The one that failed longest ago makes room.
  if (peers_.size() < addresses_most) return;
  peers_.erase(std::min_element(peers_.begin(), peers_.end(), [](const auto& a, const auto& b) {
    return a.second.failures.back() < b.second.failures.back();
  }));
}

void doorkeeper::note_failure(const std::string& peer, instant now) {
  if (peers_.size() >= addresses_most && !peers_.contains(peer)) forget_old(now);
  auto& r = peers_[peer];
  while (!r.failures.empty() && r.failures.front() + failure_window <= now) r.failures.pop_front();
  r.failures.push_back(now);
  if (r.failures.size() < failures_most) return;
  r.locked_until = now + lock_time;
  while (r.failures.size() > 1) r.failures.pop_front();
}

outcome<caller> doorkeeper::admit(access needs, const call& c, instant now) {
  caller found{.name = "anyone", .grants = role::viewer, .who = "anyone", .token_file = known_.token_file};
  if (needs == access::everyone) return found;
  if (known_.open_house()) {
    found = {.name = "local", .grants = role::operating, .who = "local", .token_file = false};
  } else {
    if (auto wait = locked(c.peer, now)) return std::move(*wait);
    const auto token = bearer(c);
    if (!token) return not_authenticated("a token is needed: Authorization: Bearer <token>");
    auto known = known_as(*token, now);
    if (!known) {
      note_failure(c.peer, now);
      return not_authenticated("the token is not known or has expired");
    }
    found = std::move(*known);
  }
  if (const auto* actor = c.header("x-actor")) {
    if (!plain_name(*actor))
      return problem_of(std::vector{violation{"x-actor", "must be 1 to 128 printable characters", ""}});
    found.who = *actor;
  }
  if (!found.may(needs))
    return problem{.status = 403,
                   .code = "forbidden",
                   .detail = "this needs the role " + std::string(text_of(needs)) + "; " + found.name + " is " +
                             std::string(text_of(found.grants)),
                   .details = {},
                   .headers = {}};
  return found;
}

}  // namespace rltrader::http
