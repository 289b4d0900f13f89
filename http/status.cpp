// errc -> HTTP status, and the problem bodies.
#include "http/status.hpp"

namespace rltrader::http {

int status_of(errc code) {
  switch (code) {
    case errc::malformed:
    case errc::out_of_bounds: return 400;
    case errc::forbidden: return 403;
    case errc::not_found: return 404;
    case errc::conflict: return 409;
    case errc::refused: return 422;
    case errc::unsupported: return 501;
    case errc::unavailable:
    case errc::store_failed:
    case errc::locked:
    case errc::shutting_down: return 503;
    case errc::timed_out: return 504;
    case errc::none:
    case errc::corrupt:
    case errc::internal: return 500;
  }
  return 500;
}

std::string_view title_of(int status) {
  switch (status) {
    case 400: return "Bad request";
    case 401: return "Not authenticated";
    case 403: return "Not allowed";
    case 404: return "Not found";
    case 405: return "Method not allowed";
    case 408: return "Request came too slowly";
    case 409: return "Conflict with the present state";
    case 413: return "Body too large";
    case 415: return "Not JSON";
    case 422: return "Refused by a rule";
    case 429: return "Too many failures";
    case 431: return "Header too large";
    case 500: return "Defect";
    case 501: return "Not offered";
    case 503: return "Dependency down";
    case 504: return "No answer in time";
    default: return "Problem";
  }
}

problem problem_of(const failure& f) {
  problem p{.status = status_of(f.code),
            .code = std::string(word_of(f.code)),
            .detail = f.what,
            .details = {},
            .headers = {}};
  if (p.status == 503) p.headers.emplace_back("Retry-After", "1");
  return p;
}

problem problem_of(std::vector<violation> violations) {
  const bool many = violations.size() != 1;
  return {
      .status = 400,
      .code = std::string(word_of(errc::out_of_bounds)),
      .detail = many ? std::to_string(violations.size()) + " fields are refused"
                     : (violations[0].field.empty() ? "the body" : violations[0].field) + " " + violations[0].problem,
      .details = std::move(violations),
      .headers = {}};
}

reply reply_of(const problem& p) {
  problem_body body{.type = "urn:rltrader:problem:" + p.code,
                    .title = std::string(title_of(p.status)),
                    .status = p.status,
                    .detail = p.detail,
                    .code = p.code,
                    .error = p.code,
                    .details = {}};
  if (!p.details.empty()) body.details = p.details;
  auto out = to_json_of(body);
  if (p.details.empty()) out.erase("details");
  return {.status = p.status,
          .content_type = "application/problem+json",
          .body = out.dump(-1, ' ', false, json::error_handler_t::replace),
          .headers = p.headers};
}

}  // namespace rltrader::http
