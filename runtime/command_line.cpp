// Reads the flags that name settings, and leaves everything else to the commands.
#include "runtime/load_settings.hpp"
#include "runtime/setting_row.hpp"
#include "runtime/text_tools.hpp"

#include <algorithm>
#include <optional>

namespace rltrader {

namespace {

struct named_setting {
  const setting_row* row = nullptr;
  bool names_file = false;
};

// "--demo-interval" -> DEMO_INTERVAL; nothing for what is no long flag.
std::string key_of_flag(std::string_view flag) {
  if (!flag.starts_with("--")) return {};
  std::string key(flag.substr(2));
  for (char& c : key) {
    if (c == '-') c = '_';
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return key;
}

const setting_row* find_in_any_spelling(const std::string& key) {
  if (const auto* row = find_setting(key)) return row;
  return find_setting("RLTRADER_" + key);
}

named_setting setting_of_key(const std::string& key) {
  if (const auto* row = find_in_any_spelling(key)) return {row, false};
  constexpr std::string_view suffix = "_FILE";
  if (key.size() <= suffix.size() || !key.ends_with(suffix)) return {};
  const auto* row = find_in_any_spelling(key.substr(0, key.size() - suffix.size()));
  const bool is_config = row != nullptr && std::string_view(row->key) == "RLTRADER_CONFIG";
  return is_config ? named_setting{} : named_setting{row, row != nullptr};
}

class line_reader {
 public:
  explicit line_reader(std::span<const std::string> arguments) : arguments_(arguments) {}

  command_line run() {
    while (at_ < arguments_.size()) take(arguments_[at_++]);
    return std::move(out_);
  }

 private:
  void take(const std::string& argument) {
    if (argument == "--") {
      out_.rest.insert(out_.rest.end(), arguments_.begin() + static_cast<std::ptrdiff_t>(at_), arguments_.end());
      at_ = arguments_.size();
      return;
    }
    const auto equals = argument.find('=');
    const auto flag = argument.substr(0, equals);
    auto value = equals == std::string::npos ? std::nullopt : std::optional(argument.substr(equals + 1));
    if (flag == "--set") return take_assignment(std::move(value));
    const auto named = setting_of_key(key_of_flag(flag));
    if (named.row == nullptr) {
      out_.rest.push_back(argument);
      return;
    }
    if (!value && named.row->slot.yes_or_no && !named.names_file) value = "true";
    if (!value) value = next_argument();
    if (value)
      add(named, *std::move(value), flag);
    else
      out_.violations.push_back({named.row->key, {}, flag, "needs a value: " + flag + "=VALUE"});
  }

  void take_assignment(std::optional<std::string> assignment) {
    if (!assignment) assignment = next_argument();
    const auto equals = assignment ? assignment->find('=') : std::string::npos;
    if (equals == std::string::npos) {
      out_.violations.push_back({"--set", {}, "command line", "needs KEY=VALUE"});
      return;
    }
    const auto key = assignment->substr(0, equals);
    const auto named = setting_of_key(key);
    if (named.row != nullptr) return add(named, assignment->substr(equals + 1), "--set " + key);
    if (const auto reason = retired_reason(key); !reason.empty()) {
      out_.warnings.push_back("--set " + key + " has no meaning here: " + std::string(reason));
      return;
    }
    const auto nearest = nearest_key(key);
    out_.violations.push_back(
        {std::string(trim(key)),
         {},
         "--set",
         nearest.empty() ? "is not a setting" : "is not a setting; did you mean " + std::string(nearest) + "?"});
  }

  std::optional<std::string> next_argument() {
    if (at_ == arguments_.size() || arguments_[at_].starts_with("--")) return std::nullopt;
    return arguments_[at_++];
  }

  void add(const named_setting& named, std::string value, const std::string& spelled) {
    const std::string key = named.row->key;
    if (named.row->is_secret() && !named.names_file) {
      // Arguments are readable by every user of the machine.
      out_.violations.push_back({key, "********", spelled,
                                 "is a secret and is not taken from the command line; use " + key +
                                     "_FILE, the environment or the configuration file"});
      return;
    }
    const auto twice =
        std::any_of(out_.given.begin(), out_.given.end(), [&](const given_flag& g) { return g.key == key; });
    if (twice)
      out_.violations.push_back({key, in_quotes(value), spelled, "is given twice on the command line"});
    else
      out_.given.push_back({key, std::move(value), spelled, named.names_file});
  }

  std::span<const std::string> arguments_;
  std::size_t at_ = 0;
  command_line out_;
};

}  // namespace

command_line read_command_line(std::span<const std::string> arguments) { return line_reader(arguments).run(); }

std::string unknown_flag_text(std::string_view flag) {
  flag = flag.substr(0, flag.find('='));
  const auto key = key_of_flag(flag);
  std::string text = std::string(flag) + " is not known";
  auto nearest = nearest_key(key);
  const auto own = nearest_key("RLTRADER_" + key);
  // Whichever spelling is closer to a key is the likelier slip.
  if (!own.empty() && (nearest.empty() || edit_distance("RLTRADER_" + key, own) < edit_distance(key, nearest)))
    nearest = own;
  if (!nearest.empty()) text += "; did you mean " + short_flag_of(nearest) + "?";
  return text;
}

}  // namespace rltrader
