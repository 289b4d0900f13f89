// Which selections this version can serve.
#include "runtime/settings_checks.hpp"

namespace rltrader {

namespace {

missing_feature missing(const char* key, const std::string& what) {
  return {key, std::string(key) + " is set, but " + what + " is not built into this version"};
}

missing_feature idle(const char* key, const std::string& what) {
  return {key, std::string(key) + " has no effect: " + what + " is not built into this version"};
}

}  // namespace

std::vector<missing_feature> not_built_in(const settings& values) {
  std::vector<missing_feature> out;
  if (!values.convex_url.empty()) out.push_back(missing("CONVEX_URL", "the Convex backend"));
  if (!values.bingx_api_key.empty()) out.push_back(missing("BINGX_API_KEY", "live trading"));
  if (!values.bingx_secret_key.empty()) out.push_back(missing("BINGX_SECRET_KEY", "live trading"));
  if (values.role != node_role::all_in_one)
    out.push_back({"RLTRADER_ROLE", "RLTRADER_ROLE is " + std::string(text_of(values.role)) +
                                        ", but running on several nodes is not built into this version; use all"});
  return out;
}

std::vector<missing_feature> without_effect(const settings& values) {
  std::vector<missing_feature> out;
  if (values.e2e_run) out.push_back(idle("E2E_RUN", "seeding fixtures"));
  if (values.market_mock) out.push_back(idle("BINGX_MARKET_DATA_MOCK", "the mock of market data"));
  if (!values.tradingview_profile_url.empty()) out.push_back(idle("TRADINGVIEW_PROFILE_URL", "reading ideas"));
  if (values.tradingview_use_html) out.push_back(idle("TRADINGVIEW_USE_HTML", "reading ideas"));
  if (!values.tradingview_html_path.empty()) out.push_back(idle("TRADINGVIEW_HTML_PATH", "reading ideas"));
  if (!values.telegram_bot_token.empty()) out.push_back(idle("TELEGRAM_BOT_TOKEN", "Telegram"));
  if (!values.telegram_chat_ids.empty()) out.push_back(idle("TELEGRAM_CHAT_IDS", "reading posts"));
  if (!values.telegram_messages_path.empty()) out.push_back(idle("TELEGRAM_MESSAGES_PATH", "reading posts"));
  if (!values.alert_webhook_url.empty()) out.push_back(idle("ALERT_WEBHOOK_URL", "sending alerts to a webhook"));
  if (!values.alert_telegram_chat_id.empty())
    out.push_back(idle("ALERT_TELEGRAM_CHAT_ID", "sending alerts by Telegram"));
  return out;
}

}  // namespace rltrader
