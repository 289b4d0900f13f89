// The commands, an area a file; the table in commands.cpp says what each takes.
#pragma once

#include "cli/arguments.hpp"

namespace rltrader::cli {

/// All of them, in the order of --help.
std::span<const command_row> all_commands();

// Looking.
exit_code show_status(session& s);
exit_code show_pairs(session& s);
exit_code show_orders(session& s);
exit_code show_trades(session& s);
exit_code show_decisions(session& s);
exit_code show_alerts(session& s);  ///< and `alerts ack ID`, `alerts resolve ID`
exit_code show_jobs(session& s);    ///< and `jobs requeue ID`, `jobs drop ID`
exit_code show_audit(session& s);
exit_code show_why(session& s);
exit_code show_agents(session& s);
exit_code show_version(session& s);

// Changing.
exit_code halt(session& s);
exit_code reduce(session& s);
exit_code resume(session& s);
exit_code rebase(session& s);
exit_code resolve_order(session& s);
exit_code flatten(session& s);
exit_code reconcile(session& s);
exit_code close_trade(session& s);
exit_code cancel_trade(session& s);
exit_code start_agent(session& s);
exit_code pause_agent(session& s);
exit_code resume_agent(session& s);
exit_code stop_agent(session& s);

// The store, opened here.
exit_code deploy_store(session& s);
exit_code export_tables(session& s);
exit_code import_table(session& s);
exit_code copy_whole(session& s);
exit_code purge_source(session& s);
exit_code back_up(session& s);
exit_code restore_backup(session& s);

// Without a daemon.
exit_code show_config(session& s);
exit_code print_completion(session& s);

/// The bash completion, from the rows of the commands.
std::string bash_completion(std::span<const command_row> commands);

}  // namespace rltrader::cli
