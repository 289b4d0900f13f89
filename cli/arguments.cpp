// Flags that name settings are taken out first, by the settings' own reader; the rest is judged by the rows of the command.
#include "cli/arguments.hpp"

#include "cli/text.hpp"
#include "runtime/text_tools.hpp"

#include <algorithm>
#include <array>

namespace rltrader::cli {

namespace {

constexpr std::array everywhere{
    option_row{"json", nullptr, "Print the daemon's answer as it is: one JSON document."},
    option_row{"url", "URL", "Where the daemon is, else RLTRADER_URL, else http://127.0.0.1:PORT by the settings."},
    option_row{"token", "TOKEN",
               "The bearer token. Other users can see arguments: better API_TOKEN or API_TOKEN_FILE."},
    option_row{"token-file", "PATH", "A file that holds the bearer token."},
    option_row{"timeout", "TIME", "How long a call may take: 5, 500ms, 2m."},
    option_row{"help", nullptr, "Say what this does."},
};
constexpr std::array when_changing{
    option_row{"idempotency-key", "TEXT",
               "Names this wish: asked again with the same key, it is not carried out twice."},
};

const option_row* find_option(std::string_view name, std::span<const option_row> rows) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return name == row.name; });
  return found == rows.end() ? nullptr : &*found;
}

const option_row* option_of(std::string_view name, const command_row& command) {
  if (const auto* row = find_option(name, command.options)) return row;
  if (command.has == effect::changes)
    if (const auto* row = find_option(name, when_changing)) return row;
  return find_option(name, everywhere);
}

/// The option of any command: whether a flag takes a value must be known before the command is.
const option_row* option_of_any(std::string_view name, std::span<const command_row> commands) {
  for (const auto& command : commands)
    if (const auto* row = option_of(name, command)) return row;
  return find_option(name, everywhere);
}

std::vector<std::string> option_names(const command_row& command) {
  std::vector<std::string> names;
  for (const auto& row : command.options) names.emplace_back(row.name);
  if (command.has == effect::changes)
    for (const auto& row : when_changing) names.emplace_back(row.name);
  for (const auto& row : everywhere) names.emplace_back(row.name);
  return names;
}

class argument_reader {
 public:
  argument_reader(std::span<const std::string> arguments, std::span<const command_row> commands) : commands_(commands) {
    out_.settings = read_command_line(arguments);
    rest_ = out_.settings.rest;
  }

  std::variant<invocation, misuse> run() {
    for (const auto& wrong : out_.settings.violations) complain(violation_text(wrong));
    while (at_ < rest_.size() && wrong_.lines.empty()) take(rest_[at_++]);
    if (wrong_.lines.empty()) settle();
    wrong_.command = out_.command;
    if (!wrong_.lines.empty()) return std::move(wrong_);
    return std::move(out_);
  }

 private:
  void complain(std::string line) { wrong_.lines.push_back(std::move(line)); }

  void take(const std::string& argument) {
    if (argument == "-h") return give("help", {});
    if (argument.starts_with("--") && argument.size() > 2) return take_flag(argument);
    if (argument.starts_with('-') && argument.size() > 1)
      return complain(in_quotes(argument) + " is not known; options begin with --");
    words_.push_back(argument);
  }

  void take_flag(const std::string& argument) {
    const auto equals = argument.find('=');
    const auto name = argument.substr(2, equals == std::string::npos ? equals : equals - 2);
    const auto* row = option_of_any(name, commands_);
    if (row == nullptr) {
      unknown_.push_back(name);
      return;
    }
    if (row->value == nullptr) {
      if (equals != std::string::npos) return complain("--" + name + " takes no value");
      return give(name, {});
    }
    if (equals != std::string::npos) return give(name, argument.substr(equals + 1));
    if (at_ == rest_.size() || rest_[at_].starts_with("--"))
      return complain("--" + name + " needs a value: --" + name + "=" + row->value);
    give(name, rest_[at_++]);
  }

  void give(const std::string& name, std::string value) {
    if (!out_.options.emplace(name, std::move(value)).second && name != "help")
      complain("--" + name + " is given twice");
  }

  // `help pairs` is `pairs --help`.
  void settle() {
    const bool asks = !words_.empty() && words_[0] == "help";
    if (asks) words_.erase(words_.begin());
    out_.help = asks || out_.has("help");
    if (words_.empty()) {
      if (!unknown_.empty()) return unknown_flag({});
      if (!out_.help) complain("a command is missing; rltraderctl --help lists them");
      return;
    }
    out_.command = find_command(words_[0], commands_);
    if (out_.command == nullptr) return unknown_command(words_[0]);
    if (out_.help) return;
    if (!unknown_.empty()) return unknown_flag(option_names(*out_.command));
    for (const auto& [name, value] : out_.options)
      if (option_of(name, *out_.command) == nullptr)
        complain(std::string(out_.command->name) + " does not take --" + name);
    out_.words.assign(words_.begin() + 1, words_.end());
    check_words();
  }

  void check_words() {
    const auto& c = *out_.command;
    const auto count = out_.words.size();
    if (count < c.words_least) complain(std::string(c.name) + " needs " + c.arguments);
    if (count > c.words_most) complain(std::string(c.name) + " does not take " + in_quotes(out_.words[c.words_most]));
    for (const auto& word : out_.words)
      if (word.empty()) complain(std::string(c.name) + " was given an empty argument");
  }

  void unknown_command(const std::string& name) {
    std::vector<std::string> names{"help"};
    for (const auto& command : commands_) names.emplace_back(command.name);
    const auto nearest = nearest_of(name, names);
    complain(in_quotes(name) + " is not a command" +
             (nearest.empty() ? "; rltraderctl --help lists them" : "; did you mean " + nearest + "?"));
  }

  void unknown_flag(const std::vector<std::string>& names) {
    const auto nearest = nearest_of(unknown_[0], names);
    complain(nearest.empty() ? unknown_flag_text("--" + plain_text(unknown_[0]))
                             : "--" + plain_text(unknown_[0]) + " is not known; did you mean --" + nearest + "?");
  }

  std::span<const command_row> commands_;
  std::vector<std::string> rest_;
  std::size_t at_ = 0;
  std::vector<std::string> words_;
  std::vector<std::string> unknown_;
  invocation out_;
  misuse wrong_;
};

std::string flag_text(const option_row& row) {
  return "--" + std::string(row.name) + (row.value == nullptr ? "" : "=" + std::string(row.value));
}

void add_options(std::string& out, std::span<const option_row> rows) {
  constexpr std::size_t column = 26;
  for (const auto& row : rows) {
    const auto flag = flag_text(row);
    out += "  " + flag + std::string(flag.size() < column ? column - flag.size() : 2, ' ') + row.sentence + "\n";
  }
}

constexpr const char* exit_codes =
    "Exit codes: 0 ok, 1 error, 2 usage, 3 not running, 4 configuration, 5 no answer in time, 6 refused.\n";

}  // namespace

std::span<const option_row> common_options() { return everywhere; }
std::span<const option_row> changing_options() { return when_changing; }

std::optional<std::string> invocation::option(std::string_view name) const {
  const auto found = options.find(name);
  return found == options.end() ? std::nullopt : std::optional(found->second);
}

std::variant<invocation, misuse> read_arguments(std::span<const std::string> arguments,
                                                std::span<const command_row> commands) {
  return argument_reader(arguments, commands).run();
}

const command_row* find_command(std::string_view name, std::span<const command_row> commands) {
  const auto found = std::find_if(commands.begin(), commands.end(), [&](const auto& row) { return name == row.name; });
  return found == commands.end() ? nullptr : &*found;
}

std::string nearest_of(std::string_view text, const std::vector<std::string>& names) {
  std::string best;
  std::size_t least = std::max<std::size_t>(2, text.size() / 3) + 1;
  const auto wanted = lower_case(text.substr(0, 64));
  for (const auto& name : names) {
    // The beginning of a name is as good as a slip.
    const auto distance = wanted.size() >= 3 && name.starts_with(wanted) ? 1 : edit_distance(wanted, name);
    if (distance >= least || distance >= name.size()) continue;
    least = distance;
    best = name;
  }
  return best;
}

std::string general_help(std::span<const command_row> commands) {
  constexpr std::size_t column = 34;
  std::string out =
      "rltraderctl: asks a running rltraderd, and tells it what to do.\n\nusage: rltraderctl COMMAND [ARGUMENT...] "
      "[--OPTION...]\n";
  for (const auto part : {effect::reads, effect::changes}) {
    out += part == effect::reads ? "\nLooking:\n" : "\nChanging:\n";
    for (const auto& c : commands) {
      if (c.has != part) continue;
      const auto left = std::string(c.name) + (c.arguments[0] == '\0' ? "" : " ") + c.arguments;
      out += "  " + left + std::string(left.size() < column ? column - left.size() : 1, ' ') + c.sentence + "\n";
    }
  }
  out += "\nOptions of every command:\n";
  add_options(out, everywhere);
  out +=
      "\nFlags that name settings, such as --config=PATH and --port=8787, say where the daemon listens as they do to "
      "rltraderd.\n"
      "rltraderctl help COMMAND says more of one command. NO_COLOR turns colours off.\n";
  return out + exit_codes;
}

std::string command_help(const command_row& row) {
  std::string out = "usage: rltraderctl " + std::string(row.name) + (row.arguments[0] == '\0' ? "" : " ") +
                    row.arguments + " [--OPTION...]\n\n" + row.sentence + "\n" + row.about;
  if (!row.options.empty() || row.has == effect::changes) out += "\nOptions:\n";
  add_options(out, row.options);
  if (row.has == effect::changes) add_options(out, when_changing);
  out += "\nOptions of every command:\n";
  add_options(out, everywhere);
  out += "\nExamples:\n";
  std::string_view examples = row.examples;
  while (!examples.empty()) {
    const auto end = examples.find('\n');
    out += "  rltraderctl " + std::string(examples.substr(0, end)) + "\n";
    examples.remove_prefix(end == std::string_view::npos ? examples.size() : end + 1);
  }
  return out + "\n" + exit_codes;
}

}  // namespace rltrader::cli
