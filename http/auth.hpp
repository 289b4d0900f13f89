// Who calls, and whether that one may: tokens, roles, and the lock after ten failures. Denies by default (I18).
//
// A role comes from a token alone, never from a header. Tokens are held and compared as SHA-256 digests, in constant time.
#pragma once

#include "domain/result.hpp"
#include "domain/time.hpp"
#include "http/status.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rltrader::http {

enum class role : unsigned char { viewer, operating, admin };
constexpr auto words(role) {
  return std::array{word{role::viewer, "viewer"}, word{role::operating, "operator"}, word{role::admin, "admin"}};
}

/// What a route asks of its caller.
enum class access : unsigned char { everyone, viewers, operators, admins };
constexpr auto words(access) {
  return std::array{word{access::everyone, "open"}, word{access::viewers, "viewer"},
                    word{access::operators, "operator"}, word{access::admins, "admin"}};
}

/// One line of the tokens file.
struct token_row {
  std::string name;
  role grants{};
  std::string digest;              ///< SHA-256 of the token, 64 lower-case hex digits
  std::optional<instant> expires;  ///< none: never

  friend bool operator==(const token_row&, const token_row&) = default;
};

/// Lines `name:role:sha256(token):expires`; expires is an RFC 3339 time, empty or `never`; `#` begins a comment. The
/// failure names every bad line by its number and shows none of its digits.
result<std::vector<token_row>> parse_tokens(std::string_view text);

struct credentials {
  std::optional<std::string> api_token_digest;
  std::vector<token_row> tokens;
  bool token_file = false;

  /// No token of any kind: callers are operators. Only a daemon that listens on loopback may be so.
  bool open_house() const { return !api_token_digest && !token_file; }
};
/// `tokens_text`: the content of API_TOKENS_FILE, where one is used.
result<credentials> credentials_of(std::string_view api_token, const std::optional<std::string>& tokens_text);

struct caller {
  std::string name;  ///< the token's name, `api-token` or `local`
  role grants{};
  std::string who;          ///< x-actor, else the name: what audit shows
  bool token_file = false;  ///< some changes need admin then

  bool may(access needs) const;
};

/// Equal length decides at once; else every character is looked at, equal or not.
bool equal_in_constant_time(std::string_view a, std::string_view b);

class doorkeeper {
 public:
  static constexpr std::size_t failures_most = 10;
  static constexpr milliseconds failure_window = minutes{1};
  static constexpr milliseconds lock_time = minutes{1};
  static constexpr std::size_t addresses_most = 4096;

  explicit doorkeeper(credentials known) : known_(std::move(known)) {}
  void reload(credentials known) { known_ = std::move(known); }
  const credentials& known() const { return known_; }

  /// The caller, or 401, 403, 429. Only a wrong token counts as a failure: a missing one guesses nothing.
  outcome<caller> admit(access needs, const call& c, instant now);

 private:
  struct record {
    std::deque<instant> failures;  ///< within the window, at most `failures_most`
    std::optional<instant> locked_until;
  };

  std::optional<caller> known_as(std::string_view token, instant now) const;
  std::optional<problem> locked(const std::string& peer, instant now) const;
  void note_failure(const std::string& peer, instant now);
  void forget_old(instant now);

  credentials known_;
  std::map<std::string, record> peers_;
};

}  // namespace rltrader::http
