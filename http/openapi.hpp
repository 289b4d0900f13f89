// The OpenAPI 3.1 document and a plain page of it, walked from the table of routes.
#pragma once

#include "http/route.hpp"

#include <span>

namespace rltrader::http {

/// "get_trades_id" for GET /trades/{id}; unique in a table without twins.
std::string operation_id(const route& row);
/// Names in braces, in order.
std::vector<std::string> path_parameters(std::string_view path);
json openapi_document(std::span<const route> table, const version_view& version);
/// HTML without scripts and without anything from outside.
std::string docs_page(std::span<const route> table, const version_view& version);

}  // namespace rltrader::http
