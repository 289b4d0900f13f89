// The command line by a table: commands with their arguments and options, --help from the same rows, and the nearest name.
#pragma once

#include "cli/process.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rltrader::cli {

class session;

struct option_row {
  const char* name = "";        ///< without dashes
  const char* value = nullptr;  ///< what stands for the value in --help; null: a switch
  const char* sentence = "";
  const char* choices = "";  ///< words that a value can be, for completion; empty: any
};

enum class effect : unsigned char { reads, changes };
enum class place : unsigned char { daemon, here };  ///< who answers

struct command_row {
  const char* name;
  const char* arguments;  ///< as --help shows them: "[PAIR...]"
  const char* sentence;
  const char* about;     ///< more, for its own --help; lines end in \n
  const char* examples;  ///< a line each, without the program's name
  std::span<const option_row> options;
  std::size_t words_least = 0;
  std::size_t words_most = 0;
  effect has = effect::reads;
  place at = place::daemon;
  const char* time_out = "5s";  ///< of a call, where --timeout says nothing else
  exit_code (*go)(session&) = nullptr;
};

/// Options that every command takes.
std::span<const option_row> common_options();
/// Options of every command that changes something.
std::span<const option_row> changing_options();

/// A command line that was understood.
struct invocation {
  const command_row* command = nullptr;  ///< null: help on everything
  bool help = false;
  std::vector<std::string> words;  ///< behind the command
  std::map<std::string, std::string, std::less<>> options;
  command_line settings;  ///< flags that name settings

  bool has(std::string_view name) const { return options.contains(name); }
  std::optional<std::string> option(std::string_view name) const;
};
struct misuse {
  std::vector<std::string> lines;
  const command_row* command = nullptr;  ///< whose --help says more
};

std::variant<invocation, misuse> read_arguments(std::span<const std::string> arguments,
                                                std::span<const command_row> commands);

const command_row* find_command(std::string_view name, std::span<const command_row> commands);
/// The nearest of some names, or empty when none is near.
std::string nearest_of(std::string_view text, const std::vector<std::string>& names);

std::string general_help(std::span<const command_row> commands);
std::string command_help(const command_row& row);

}  // namespace rltrader::cli
