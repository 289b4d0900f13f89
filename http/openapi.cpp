// Rows -> OpenAPI 3.1.
#include "http/openapi.hpp"

#include "wire/schema.hpp"

#include <algorithm>

namespace rltrader::http {

namespace {

json reference(std::string_view kind, std::string_view name) {
  return json{{"$ref", "#/components/" + std::string(kind) + "/" + std::string(name)}};
}

json content(std::string_view media, json schema) {
  json out = json::object();
  out[std::string(media)] = json{{"schema", std::move(schema)}};
  return out;
}

/// The schema of a record's fields, taken apart: properties by name, and which of them must be there.
struct record_schema {
  json whole;
  json properties = json::object();
  std::vector<std::string> required;
};

record_schema record_of(const shape& s, json& parts) {
  json own;
  schema_of(s, own);
  record_schema out;
  out.whole = own[s.name];
  for (auto& [name, part] : own.items())
    if (name != s.name) parts[name] = part;
  if (out.whole.contains("properties")) out.properties = out.whole["properties"];
  if (out.whole.contains("required"))
    for (const auto& name : out.whole["required"]) out.required.push_back(name.get<std::string>());
  return out;
}

bool holds(const std::vector<std::string>& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

json parameter(const std::string& name, const char* where, json schema, bool required) {
  json out{{"name", name}, {"in", where}, {"required", required}};
  if (schema.contains("description")) {
    out["description"] = schema["description"];
    schema.erase("description");
  }
  out["schema"] = std::move(schema);
  return out;
}

json parameters_of(const route& row, const record_schema& takes) {
  auto out = json::array();
  const auto in_path = path_parameters(row.path);
  for (const auto& name : in_path) out.push_back(parameter(name, "path", takes.properties.at(name), true));
  if (!changing(row.verb) || row.verb == method::drop)
    for (const auto& [name, schema] : takes.properties.items())
      if (!holds(in_path, name)) out.push_back(parameter(name, "query", schema, holds(takes.required, name)));
  if (changing(row.verb)) {
    out.push_back(reference("parameters", "idempotency_key"));
    out.push_back(reference("parameters", "actor"));
  }
  out.push_back(reference("parameters", "request_id"));
  return out;
}

/// The body's schema: what is taken, without the path's parameters.
std::optional<json> body_of(const route& row, const record_schema& takes) {
  if (!changing(row.verb) || row.verb == method::drop) return std::nullopt;
  const auto in_path = path_parameters(row.path);
  json schema{{"type", "object"}, {"properties", json::object()}};
  auto required = json::array();
  for (const auto& [name, member] : takes.properties.items()) {
    if (holds(in_path, name)) continue;
    schema["properties"][name] = member;
    if (holds(takes.required, name)) required.push_back(name);
  }
  if (schema["properties"].empty()) return std::nullopt;
  const bool needed = !required.empty();
  if (needed) schema["required"] = std::move(required);
  schema["additionalProperties"] = row.since == era::older;
  return json{{"required", needed}, {"content", content("application/json", std::move(schema))}};
}

json responses_of(const route& row, json& parts) {
  json out = json::object();
  json good{{"description", "As asked."}};
  if (row.gives != nullptr)
    good["content"] = content(row.media, schema_of(*row.gives(), parts));
  else
    good["content"] = content(row.media, row.media == "application/json" ? json::object() : json{{"type", "string"}});
  out[std::to_string(row.success)] = std::move(good);
  std::vector<int> refusals{400};
  if (row.needs != access::everyone) refusals.insert(refusals.end(), {401, 403, 429});
  if (!path_parameters(row.path).empty()) refusals.push_back(404);
  if (changing(row.verb)) refusals.insert(refusals.end(), {409, 413, 415, 422});
  refusals.insert(refusals.end(), {503, 504});
  std::sort(refusals.begin(), refusals.end());
  for (const int status : refusals) out[std::to_string(status)] = reference("responses", "problem");
  return out;
}

json operation_of(const route& row, json& parts) {
  const auto takes = record_of(*row.takes(), parts);
  json out{{"operationId", operation_id(row)}, {"summary", row.sentence}};
  const auto segment =
      row.path.substr(1, row.path.find('/', 1) == std::string_view::npos ? row.path.npos : row.path.find('/', 1) - 1);
  out["tags"] = json::array({std::string(segment)});
  out["x-role"] = text_of(row.needs);
  if (auto parameters = parameters_of(row, takes); !parameters.empty()) out["parameters"] = std::move(parameters);
  if (auto body = body_of(row, takes)) out["requestBody"] = std::move(*body);
  out["responses"] = responses_of(row, parts);
  if (row.needs == access::everyone)
    out["security"] = json::array();
  else
    out["security"] = json::array({json{{"token", json::array()}}});
  return out;
}

json header_parameter(const char* name, const char* sentence) {
  return json{{"name", name},
              {"in", "header"},
              {"required", false},
              {"description", sentence},
              {"schema", {{"type", "string"}, {"maxLength", 128}}}};
}

std::string lower_word(std::string_view word) {
  std::string out;
  for (const char c : word) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

std::string html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

}  // namespace

std::string operation_id(const route& row) {
  std::string out = lower_word(text_of(row.verb));
  for (const char c : row.path) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter)
      out += c;
    else if (out.back() != '_')
      out += '_';
  }
  while (out.back() == '_') out.pop_back();
  return out;
}

std::vector<std::string> path_parameters(std::string_view path) {
  std::vector<std::string> out;
  for (auto open = path.find('{'); open != std::string_view::npos; open = path.find('{', open + 1))
    out.emplace_back(path.substr(open + 1, path.find('}', open) - open - 1));
  return out;
}

json openapi_document(std::span<const route> table, const version_view& version) {
  json parts = json::object();
  json paths = json::object();
  for (const auto& row : table) paths[std::string(row.path)][lower_word(text_of(row.verb))] = operation_of(row, parts);
  const auto problem_schema = schema_of<problem_body>(parts);
  json components = json::object();
  components["schemas"] = std::move(parts);
  components["parameters"] =
      json{{"idempotency_key",
            header_parameter("Idempotency-Key", "The same key and body give the first answer again; kept 24 h.")},
           {"request_id", header_parameter("X-Request-Id", "Echoed, else made; the trace id.")},
           {"actor", header_parameter("X-Actor", "Who asks, as audit shows it; never a role.")}};
  components["responses"] = json{{"problem",
                                  {{"description", "Refused, or failed: RFC 9457."},
                                   {"content", content("application/problem+json", problem_schema)}}}};
  components["securitySchemes"] = json{{"token", {{"type", "http"}, {"scheme", "bearer"}}}};
  return json{{"openapi", "3.1.0"},
              {"info",
               {{"title", "rltrader"},
                {"version", version.version.empty() ? "0" : version.version},
                {"description", "Operations of the trading daemon."}}},
              {"paths", std::move(paths)},
              {"components", std::move(components)}};
}

std::string docs_page(std::span<const route> table, const version_view& version) {
  std::string out =
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>rltrader API</title><style>"
      "body{font:15px/1.5 sans-serif;margin:2em auto;max-width:70em;padding:0 "
      "1em}table{border-collapse:collapse;width:100%}"
      "td,th{text-align:left;vertical-align:top;padding:.3em .8em .3em 0;border-bottom:1px solid #ccc}"
      "code{font-family:monospace}</style></head><body><h1>rltrader API</h1><p>Version " +
      html(version.version) +
      ". The whole document, with every schema: <a href=\"/openapi.json\">/openapi.json</a>.</p>"
      "<table><thead><tr><th>Call</th><th>Role</th><th>What it does</th><th>Fields</th></tr></thead><tbody>";
  for (const auto& row : table) {
    std::string fields;
    for (const auto& m : row.takes()->members) {
      const bool optional = m.of()->is == kind::optional;
      fields +=
          std::string("<div><code>") + html(m.name) + (optional ? "?" : "") + "</code> " + html(m.sentence) + "</div>";
    }
    out += "<tr><td><code>" + std::string(text_of(row.verb)) + " " + html(row.path) + "</code></td><td>" +
           std::string(text_of(row.needs)) + "</td><td>" + html(row.sentence) + "</td><td>" + fields + "</td></tr>";
  }
  return out + "</tbody></table></body></html>";
}

}  // namespace rltrader::http
