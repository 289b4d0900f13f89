// Commands that ask no daemon: the settings as they would be read here, and the shell's completion.
#include "cli/commands.hpp"
#include "cli/session.hpp"
#include "runtime/config_commands.hpp"
#include "runtime/text_tools.hpp"

namespace rltrader::cli {

namespace {

std::string config_json(const loaded& state) {
  json out = json::array();
  for (const auto& view : view_settings(state))
    out.push_back(json{{"key", view.key},
                       {"value", view.value},
                       {"origin", view.origin},
                       {"secret", view.secret},
                       {"reloadable", view.reloadable}});
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string check_json(const loaded& state) {
  json wrong = json::array();
  for (const auto& one : state.violations)
    wrong.push_back(json{{"key", one.key}, {"value", one.value}, {"where", one.where}, {"problem", one.problem}});
  return json{{"ok", state.ok()}, {"violations", wrong}, {"warnings", state.warnings}}.dump(
      -1, ' ', false, json::error_handler_t::replace);
}

std::string flags_of(std::span<const option_row> rows) {
  std::string out;
  for (const auto& row : rows) out += " --" + std::string(row.name) + (row.value == nullptr ? "" : "=");
  return out;
}

}  // namespace

exit_code show_config(session& s) {
  const auto& word = s.given().words[0];
  if (word != "show" && word != "check") return s.misused("config takes show or check, was " + in_quotes(word));
  if (word == "check" && s.given().has("origin")) return s.misused("--origin goes with config show");
  if (s.wants_json()) {
    s.print_json(word == "show" ? config_json(s.settings()) : check_json(s.settings()));
    return s.settings().ok() ? exit_code::done : exit_code::configuration;
  }
  std::vector<std::string> words{word};
  if (s.given().has("origin")) words.emplace_back("--origin");
  const int code = run_config_command(words, s.settings(), s.world().out, s.world().err);
  return code == 0 ? exit_code::done : exit_code::configuration;
}

exit_code print_completion(session& s) {
  const auto& shell = s.given().words[0];
  if (shell != "bash") return s.misused("completion is there for bash alone, was " + in_quotes(shell));
  s.world().out << bash_completion(all_commands());
  return exit_code::done;
}

std::string bash_completion(std::span<const command_row> commands) {
  std::string names = "help";
  std::string options_cases;
  std::string choice_cases;
  for (const auto& c : commands) {
    names += " " + std::string(c.name);
    auto flags = flags_of(c.options) + (c.has == effect::changes ? flags_of(changing_options()) : "") +
                 flags_of(common_options());
    options_cases += "    " + std::string(c.name) + ") flags=\"" + flags.substr(1) + "\" ;;\n";
    for (const auto& o : c.options)
      if (o.choices[0] != '\0')
        choice_cases += "    " + std::string(c.name) + ":--" + o.name + ") values=\"" + o.choices + "\" ;;\n";
  }
  return "# Completion of rltraderctl for bash; made by: rltraderctl completion bash\n"
         "_rltraderctl() {\n"
         "  local word=\"${COMP_WORDS[COMP_CWORD]}\" before=\"${COMP_WORDS[COMP_CWORD-1]}\" command=\"\" flag=\"\" "
         "flags=\"\" values=\"\" i\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    if [[ ${COMP_WORDS[i]} != -* && ${COMP_WORDS[i]} != = ]]; then command=\"${COMP_WORDS[i]}\"; break; fi\n"
         "  done\n"
         "  COMPREPLY=()\n"
         "  # bash splits words at the equals sign.\n"
         "  if [[ $word == = ]]; then flag=\"$before\"; word=\"\"; elif [[ $before == = ]]; then "
         "flag=\"${COMP_WORDS[COMP_CWORD-2]}\"; fi\n"
         "  if [[ -n $flag ]]; then\n"
         "    case \"$command:$flag\" in\n" +
         choice_cases +
         "    *:--token-file | *:--config) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n"
         "    esac\n"
         "    COMPREPLY=($(compgen -W \"$values\" -- \"$word\"))\n"
         "    return\n"
         "  fi\n"
         "  case \"$command\" in\n"
         "    \"\") COMPREPLY=($(compgen -W \"" +
         names + "\" -- \"$word\")); return ;;\n" + options_cases +
         "  esac\n"
         "  if [[ $word == -* ]]; then\n"
         "    COMPREPLY=($(compgen -W \"$flags\" -- \"$word\"))\n"
         "    [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace\n"
         "    return\n"
         "  fi\n"
         "  case \"$command\" in\n"
         "    help) values=\"" +
         names +
         "\" ;;\n"
         "    config) values=\"show check\" ;;\n"
         "    completion) values=\"bash\" ;;\n"
         "    alerts) values=\"ack resolve\" ;;\n"
         "    jobs) values=\"requeue drop\" ;;\n"
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$values\" -- \"$word\"))\n"
         "}\n"
         "complete -F _rltraderctl rltraderctl\n";
}

}  // namespace rltrader::cli
