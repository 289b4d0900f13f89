// Every command with its arguments, options and examples: --help and completion are made of these rows.
#include "cli/commands.hpp"

#include <array>

namespace rltrader::cli {

namespace {

constexpr std::size_t many = 1000;
constexpr option_row pair_option{"pair", "PAIR", "Only this pair."};
constexpr option_row limit_option{"limit", "ROWS", "At most so many rows, the newest."};
constexpr option_row page_size_option{"limit", "ROWS", "At most so many rows, the newest; 250 is the most."};
constexpr option_row reason_option{"reason", "TEXT", "Why, for the record."};

constexpr std::array status_options{option_row{"check", nullptr, "End with 1 unless the daemon is ready."}};
constexpr std::array orders_options{
    pair_option,
    option_row{"status", "STATE", "Only this state.",
               "intent sent accepted partial unknown filled rejected cancelled expired not_placed"},
    option_row{"side", "SIDE", "buy or sell.", "buy sell"}, option_row{"trade", "TRADE", "Only this round trip."},
    page_size_option};
constexpr std::array trades_options{pair_option,
                                    option_row{"status", "STATUS", "Only this status.",
                                               "proposed placed partial filled cancelled rejected unknown closed"},
                                    option_row{"side", "SIDE", "long or short.", "long short"}, page_size_option};
constexpr std::array decisions_options{pair_option, page_size_option};
constexpr std::array alerts_options{
    option_row{"status", "STATUS", "open, acknowledged, resolved or all; open when nothing is said.",
               "open acknowledged resolved all"},
    option_row{"severity", "SEVERITY", "low, medium or high.", "low medium high"}, limit_option};
constexpr std::array jobs_options{
    option_row{"status", "STATUS", "pending, processing, succeeded or failed.", "pending processing succeeded failed"},
    limit_option};
constexpr std::array audit_options{page_size_option};
constexpr std::array reason_options{reason_option};
constexpr std::array close_options{
    option_row{"quantity", "AMOUNT", "Base coins; all that is held when nothing is said."}, reason_option};
constexpr option_row on_position{"on-position", "WHAT", "Of a position that is held: adopt or flatten.",
                                 "adopt flatten"};
constexpr option_row on_pause{"on-pause", "WHAT", "Of a position while the run is paused: hold, reduce or flatten.",
                              "hold reduce flatten"};
constexpr std::array start_options{
    on_position, on_pause, option_row{"mode", "MODE", "paper or live; paper when nothing is said.", "paper live"},
    option_row{"limits", "ID", "The risk limit set; baseline when nothing is said."}};
constexpr std::array pause_options{on_pause, reason_option};
constexpr std::array stop_options{on_position, reason_option};
constexpr option_row dry_run_option{"dry-run", nullptr, "Say what would be done, and change nothing."};
constexpr std::array deploy_options{dry_run_option};
constexpr std::array export_options{
    option_row{"path", "FOLDER", "Where to write; it must be empty or not there."},
    option_row{"table", "NAMES", "Only these tables, with commas between."},
    option_row{"format", "FORMAT", "jsonl, which is the only one.", "jsonl"},
    option_row{"overwrite", nullptr, "The folder may hold an earlier export, which is replaced."}};
constexpr std::array import_options{
    option_row{"table", "NAME", "The table that the rows belong to."},
    option_row{"append", nullptr, "Beside what is there; so it is when nothing is said."},
    option_row{"replace", nullptr, "Instead of what is there; an empty file empties the table."}};
constexpr std::array copy_options{
    option_row{"to", "PLACE", "postgresql://USER:PASSWORD@HOST:PORT/DATABASE, or a folder for SQLite files."},
    option_row{"schema", "NAME", "The schema there, else TIMESCALE_SCHEMA."}};
constexpr std::array purge_options{
    option_row{"source", "SOURCE", "sim, replay, fixture or mock.", "sim replay fixture mock"}, dry_run_option};
constexpr std::array backup_options{option_row{"path", "FOLDER", "Where to write; it must be empty or not there."}};
constexpr std::array restore_options{option_row{"path", "FOLDER", "Where a backup is."}};
constexpr std::array config_options{option_row{"origin", nullptr, "Say where each value came from."}};

constexpr std::array rows{
    command_row{.name = "status",
                .arguments = "",
                .sentence = "One screen: may it trade, what is at risk, what needs a person",
                .about = "Ready or why not, breaker, equity, loss, drawdown and exposure against their limits, every "
                         "pair, open and\n"
                         "UNKNOWN orders, open alerts, the retry queue. Ends with 0 when all of it could be read.\n",
                .examples = "status\nstatus --check\nstatus --json | jq .risk.snapshot",
                .options = status_options,
                .time_out = "3s",
                .go = &show_status},
    command_row{.name = "pairs",
                .arguments = "",
                .sentence = "Pairs with run, position, model and last decision",
                .about = "",
                .examples = "pairs\npairs --json",
                .options = {},
                .go = &show_pairs},
    command_row{.name = "orders",
                .arguments = "",
                .sentence = "Orders, newest first",
                .about = "",
                .examples = "orders --status=unknown\norders --pair=BTC-USDT --limit=100",
                .options = orders_options,
                .go = &show_orders},
    command_row{.name = "trades",
                .arguments = "[TRADE]",
                .sentence = "Round trips, newest first, or one with its orders",
                .about = "",
                .examples = "trades\ntrades --status=filled\ntrades t-1",
                .options = trades_options,
                .words_most = 1,
                .go = &show_trades},
    command_row{.name = "decisions",
                .arguments = "",
                .sentence = "Decisions, newest first",
                .about = "",
                .examples = "decisions --pair=GOLD",
                .options = decisions_options,
                .go = &show_decisions},
    command_row{
        .name = "why",
        .arguments = "ID",
        .sentence = "The causal chain of an order or a decision",
        .about = "What was seen, what the gate said, what was decided, the orders and every transition, the fills.\n",
        .examples = "why 3k2j1h",
        .options = {},
        .words_least = 1,
        .words_most = 1,
        .go = &show_why},
    command_row{.name = "alerts",
                .arguments = "[ack ID | resolve ID]",
                .sentence = "Open alerts; acknowledge or resolve one",
                .about = "",
                .examples = "alerts\nalerts --status=all --severity=high\nalerts ack 42\nalerts resolve 42",
                .options = alerts_options,
                .words_most = 2,
                .go = &show_alerts},
    command_row{.name = "jobs",
                .arguments = "[requeue ID | drop ID]",
                .sentence = "The retry queue; try a job again or give it up",
                .about = "",
                .examples = "jobs --status=failed\njobs requeue 42",
                .options = jobs_options,
                .words_most = 2,
                .go = &show_jobs},
    command_row{.name = "audit",
                .arguments = "",
                .sentence = "The audit chain, newest first",
                .about = "",
                .examples = "audit --limit=100",
                .options = audit_options,
                .go = &show_audit},
    command_row{.name = "agents",
                .arguments = "",
                .sentence = "Agents and whether they run",
                .about = "",
                .examples = "agents",
                .options = {},
                .go = &show_agents},
    command_row{
        .name = "export",
        .arguments = "--path=FOLDER",
        .sentence = "Write the store's tables as files of rows",
        .about = "Opens the store that the settings name, also while a daemon runs. All tables are of one moment. "
                 "JSONL a\n"
                 "table, and manifest.json with rows, bytes and sha256, written last.\n",
        .examples = "export --path=export-2025-01-06\nexport --path=fills --table=fills,trades --data-dir=data/demo",
        .options = export_options,
        .at = place::here,
        .go = &export_tables},
    command_row{
        .name = "backup",
        .arguments = "--path=FOLDER",
        .sentence = "Back up the whole store, also while a daemon runs",
        .about =
            "The SQLite files, a server's part by pg_dump, the simulated venue's books, where the market stands, and "
            "the artifacts,\n"
            "with sizes and sha256 in manifest.json, written last. Bring it back with restore.\n",
        .examples = "backup --path=backups/monday --data-dir=data/demo",
        .options = backup_options,
        .at = place::here,
        .go = &back_up},
    command_row{.name = "config",
                .arguments = "show | check",
                .sentence = "The settings as this shell and --config give them",
                .about = "Asks no daemon. show prints every setting with secrets masked, check says what is wrong.\n",
                .examples = "config show --origin\nconfig check --config=/etc/rltrader.env",
                .options = config_options,
                .words_least = 1,
                .words_most = 1,
                .at = place::here,
                .go = &show_config},
    command_row{.name = "completion",
                .arguments = "bash",
                .sentence = "Print the completion for a shell",
                .about = "",
                .examples = "completion bash > /etc/bash_completion.d/rltraderctl",
                .options = {},
                .words_least = 1,
                .words_most = 1,
                .at = place::here,
                .go = &print_completion},
    command_row{.name = "version",
                .arguments = "",
                .sentence = "What the daemon was built from",
                .about = "",
                .examples = "version",
                .options = {},
                .go = &show_version},
    command_row{
        .name = "halt",
        .arguments = "[PAIR...] --reason=TEXT",
        .sentence = "Stop all agent orders; protective stops stay",
        .about = "Without pairs the whole account. Works while the store is down. Positions stay open: see flatten.\n",
        .examples = "halt --reason='prices look wrong'\nhalt BTC-USDT ETH-USDT --reason='news'",
        .options = reason_options,
        .words_most = many,
        .has = effect::changes,
        .go = &halt},
    command_row{.name = "reduce",
                .arguments = "[PAIR...] --reason=TEXT",
                .sentence = "Refuse entries, let reductions pass",
                .about = "",
                .examples = "reduce --reason='weekend'",
                .options = reason_options,
                .words_most = many,
                .has = effect::changes,
                .go = &reduce},
    command_row{.name = "resume",
                .arguments = "[PAIR...] --reason=TEXT",
                .sentence = "Let agents trade again",
                .about = "Refused while the cause stands or an order is UNKNOWN.\n",
                .examples = "resume --reason='checked with the venue'",
                .options = reason_options,
                .words_most = many,
                .has = effect::changes,
                .go = &resume},
    command_row{
        .name = "rebase",
        .arguments = "--reason=TEXT",
        .sentence = "Measure drawdown from the equity of now",
        .about = "Ends a drawdown. Refused while halted, while a loss of the day stands or an order is UNKNOWN.\n",
        .examples = "rebase --reason='new quarter, loss accepted'",
        .options = reason_options,
        .has = effect::changes,
        .go = &rebase},
    command_row{.name = "resolve",
                .arguments = "ORDER --reason=TEXT",
                .sentence = "End an UNKNOWN order that never arrived",
                .about = "Only what the venue has denied often enough, or what is older than an hour. It never makes a "
                         "fill.\n",
                .examples = "resolve ORDER --reason='not in the order history of the venue'",
                .options = reason_options,
                .words_least = 1,
                .words_most = 1,
                .has = effect::changes,
                .go = &resolve_order},
    command_row{.name = "flatten",
                .arguments = "[PAIR...] --reason=TEXT",
                .sentence = "Cancel entries and close what is held",
                .about = "",
                .examples = "flatten BTC-USDT --reason='out before the news'",
                .options = reason_options,
                .words_most = many,
                .has = effect::changes,
                .time_out = "15s",
                .go = &flatten},
    command_row{.name = "reconcile",
                .arguments = "[PAIR...]",
                .sentence = "Compare our books with the venue's now",
                .about = "",
                .examples = "reconcile\nreconcile BTC-USDT",
                .options = {},
                .words_most = many,
                .has = effect::changes,
                .time_out = "35s",
                .go = &reconcile},
    command_row{.name = "close",
                .arguments = "TRADE",
                .sentence = "Close what a trade holds, reduce-only",
                .about = "",
                .examples = "close t-1 --reason='by hand'\nclose t-1 --quantity=0.01",
                .options = close_options,
                .words_least = 1,
                .words_most = 1,
                .has = effect::changes,
                .time_out = "10s",
                .go = &close_trade},
    command_row{.name = "cancel",
                .arguments = "TRADE",
                .sentence = "Cancel a trade's entry order",
                .about = "",
                .examples = "cancel t-1",
                .options = reason_options,
                .words_least = 1,
                .words_most = 1,
                .has = effect::changes,
                .go = &cancel_trade},
    command_row{.name = "start-agent",
                .arguments = "PAIR",
                .sentence = "Start a run on a pair",
                .about = "",
                .examples = "start-agent BTC-USDT\nstart-agent GOLD --on-position=adopt",
                .options = start_options,
                .words_least = 1,
                .words_most = 1,
                .has = effect::changes,
                .time_out = "10s",
                .go = &start_agent},
    command_row{.name = "pause-agent",
                .arguments = "PAIR",
                .sentence = "Pause a pair's run",
                .about = "PAIR may be an agent's id too.\n",
                .examples = "pause-agent BTC-USDT --reason='odd fills'",
                .options = pause_options,
                .words_least = 1,
                .words_most = 1,
                .has = effect::changes,
                .go = &pause_agent},
    command_row{.name = "resume-agent",
                .arguments = "PAIR",
                .sentence = "Resume a pair's run",
                .about = "PAIR may be an agent's id too.\n",
                .examples = "resume-agent BTC-USDT",
                .options = reason_options,
                .words_least = 1,
                .words_most = 1,
                .has = effect::changes,
                .go = &resume_agent},
    command_row{.name = "stop-agent",
                .arguments = "PAIR",
                .sentence = "End a pair's run",
                .about = "PAIR may be an agent's id too. Refused while a position is held, unless --on-position says "
                         "what becomes of it.\n",
                .examples = "stop-agent BTC-USDT --on-position=flatten",
                .options = stop_options,
                .words_least = 1,
                .words_most = 1,
                .has = effect::changes,
                .go = &stop_agent},
    command_row{.name = "deploy",
                .arguments = "[--dry-run]",
                .sentence = "Make or grow the store's tables",
                .about =
                    "Opens the store that the settings name: files in RLTRADER_DATA_DIR, or TIMESCALE_URL. Refused "
                    "while a daemon\n"
                    "holds it. Shows all migrations; --dry-run prints the SQL that would be run.\n",
                .examples = "deploy --dry-run\ndeploy --data-dir=data/demo",
                .options = deploy_options,
                .has = effect::changes,
                .at = place::here,
                .go = &deploy_store},
    command_row{.name = "import",
                .arguments = "FILE --table=NAME",
                .sentence = "Bring a file's rows into a table",
                .about =
                    "JSONL, a JSON array, CSV, or the ZIP of a Convex export; all rows or none. A table that keeps the "
                    "newest row of a\n"
                    "key takes the file's; in any other a key that is there already is an error. Refused while a "
                    "daemon holds the\n"
                    "store, and for ops_audit_events and trade_state_events always.\n",
                .examples = "import ideas.jsonl --table=ideas\nimport sources.csv --table=sources --replace",
                .options = import_options,
                .words_least = 1,
                .words_most = 1,
                .has = effect::changes,
                .at = place::here,
                .go = &import_table},
    command_row{.name = "copy",
                .arguments = "--to=PLACE",
                .sentence = "Copy the whole store into an empty one",
                .about = "All tables with order, sources and the audit chain, as of one moment; rows and chain are "
                         "checked there.\n"
                         "Stop the daemon first if it shall go on from the copy.\n",
                .examples = "copy --to=postgresql://rltrader@localhost/desk --schema=desk --data-dir=data/demo\ncopy "
                            "--to=data/copy",
                .options = copy_options,
                .has = effect::changes,
                .at = place::here,
                .go = &copy_whole},
    command_row{
        .name = "purge",
        .arguments = "--source=SOURCE [--dry-run]",
        .sentence = "Erase the rows of a rehearsal",
        .about = "Of every table but audit and state events, which stay. Refused while a daemon holds the store.\n",
        .examples = "purge --source=sim --dry-run\npurge --source=fixture",
        .options = purge_options,
        .has = effect::changes,
        .at = place::here,
        .go = &purge_source},
    command_row{
        .name = "restore",
        .arguments = "--path=FOLDER",
        .sentence = "Bring a backup into an empty data folder and schema",
        .about =
            "Checks every file's digest first, and the audit chain afterwards. Refused where the data folder or the "
            "schema has\n"
            "a store already, and while a daemon holds it.\n",
        .examples = "restore --path=backups/monday --data-dir=data/demo",
        .options = restore_options,
        .has = effect::changes,
        .at = place::here,
        .go = &restore_backup},
};

}  // namespace

std::span<const command_row> all_commands() { return rows; }

}  // namespace rltrader::cli
