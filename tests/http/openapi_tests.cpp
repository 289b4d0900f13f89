// The document and the table it is walked from.
#include "http/openapi.hpp"

#include "http/routes.hpp"
#include "messages/ops.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace rltrader::http {

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(c));
  return out;
}

const json& document() {
  static const json made = openapi_document(all_routes(), {"1.2.3", "abc", "dev", {}});
  return made;
}

void collect_references(const json& j, std::set<std::string>& into) {
  if (j.is_object() && j.contains("$ref")) into.insert(j["$ref"].get<std::string>());
  if (j.is_structured())
    for (const auto& element : j) collect_references(element, into);
}

/// Every record in a shape, by name.
void collect_records(const shape* s, std::map<std::string, const shape*>& into) {
  if (s->inner != nullptr) return collect_records(s->inner(), into);
  if (s->is != kind::record) return;
  const auto [at, fresh] = into.emplace(s->name, s);
  EXPECT_EQ(at->second, s) << "two types are called " << s->name;
  if (fresh)
    for (const auto& m : s->members) collect_records(m.of(), into);
}

const json* named(const json& list, std::string_view name, std::string_view where) {
  for (const auto& element : list)
    if (element.value("name", "") == name && element.value("in", "") == where) return &element;
  return nullptr;
}

}  // namespace

TEST(route_table, has_no_twins_and_a_sentence_everywhere) {
  std::set<std::string> calls;
  std::set<std::string> operations;
  for (const auto& row : all_routes()) {
    EXPECT_TRUE(calls.insert(std::string(text_of(row.verb)) + " " + std::string(row.path)).second) << row.path;
    EXPECT_TRUE(operations.insert(operation_id(row)).second) << operation_id(row);
    EXPECT_FALSE(row.sentence.empty()) << row.path;
    EXPECT_TRUE(row.path.starts_with('/'));
    EXPECT_EQ(row.takes()->is, kind::record) << row.path;
  }
}

TEST(route_table, has_every_path_parameter_among_the_fields_it_takes) {
  for (const auto& row : all_routes())
    for (const auto& name : path_parameters(row.path)) {
      const auto members = row.takes()->members;
      EXPECT_TRUE(std::any_of(members.begin(), members.end(), [&](const auto& m) { return name == m.name; }))
          << row.path << " " << name;
    }
}

TEST(route_table, lets_nobody_change_anything_without_being_operator) {
  for (const auto& row : all_routes()) {
    const bool changes = changing(row.verb);
    EXPECT_EQ(changes, changes && (row.needs == access::operators || row.needs == access::admins)) << row.path;
  }
}

TEST(route_table, opens_only_what_the_contract_opens) {
  std::set<std::string_view> open;
  for (const auto& row : all_routes())
    if (row.needs == access::everyone) open.insert(row.path);
  EXPECT_EQ(open, (std::set<std::string_view>{"/health", "/health/live", "/health/ready", "/metrics", "/version",
                                              "/openapi.json", "/docs"}));
}

TEST(route_table, calls_no_two_types_by_one_name) {
  std::map<std::string, const shape*> records;
  for (const auto& row : all_routes()) {
    collect_records(row.takes(), records);
    if (row.gives != nullptr) collect_records(row.gives(), records);
  }
  EXPECT_GT(records.size(), 40U);
}

TEST(openapi, holds_every_row) {
  for (const auto& row : all_routes()) {
    const auto& operation = document()["paths"][std::string(row.path)][lower(text_of(row.verb))];
    EXPECT_EQ(operation["operationId"], operation_id(row));
    EXPECT_EQ(operation["summary"], row.sentence);
    EXPECT_TRUE(operation["responses"].contains(std::to_string(row.success))) << row.path;
    EXPECT_EQ(operation["security"].empty(), row.needs == access::everyone) << row.path;
  }
}

TEST(openapi, refers_only_to_what_it_holds) {
  std::set<std::string> references;
  collect_references(document(), references);
  EXPECT_GT(references.size(), 30U);
  for (const auto& reference : references) {
    ASSERT_TRUE(reference.starts_with("#/")) << reference;
    EXPECT_TRUE(document().contains(json::json_pointer(reference.substr(1)))) << reference;
  }
}

TEST(openapi, puts_path_parameters_into_the_path_and_not_into_the_body) {
  const auto& close = document()["paths"]["/trades/{id}/close"]["post"];
  ASSERT_NE(named(close["parameters"], "id", "path"), nullptr);
  EXPECT_EQ((*named(close["parameters"], "id", "path"))["required"], true);
  const auto& body = close["requestBody"]["content"]["application/json"]["schema"];
  EXPECT_FALSE(body["properties"].contains("id"));
  EXPECT_TRUE(body["properties"].contains("quantity"));
  EXPECT_FALSE(body.contains("required"));
  EXPECT_EQ(close["requestBody"]["required"], false);
}

TEST(openapi, puts_a_gets_fields_into_the_query_with_their_bounds) {
  const auto& list = document()["paths"]["/trades"]["get"];
  const auto* size = named(list["parameters"], "page_size", "query");
  ASSERT_NE(size, nullptr);
  EXPECT_EQ((*size)["required"], false);
  EXPECT_EQ((*size)["schema"]["maximum"], 250);
  EXPECT_FALSE(list.contains("requestBody"));
}

TEST(openapi, says_what_is_needed_and_refused) {
  const auto& halt = document()["paths"]["/ops/trading/halt"]["post"];
  const auto& body = halt["requestBody"]["content"]["application/json"]["schema"];
  EXPECT_EQ(body["required"], json::array({"reason"}));
  EXPECT_EQ(body["additionalProperties"], false);
  EXPECT_EQ(document()["paths"]["/agent/config"]["put"]["requestBody"]["content"]["application/json"]["schema"]
                      ["additionalProperties"],
            true);
  for (const auto* status : {"400", "401", "403", "409", "413", "415", "422", "429", "503", "504"})
    EXPECT_EQ(halt["responses"][status]["$ref"], "#/components/responses/problem") << status;
}

TEST(openapi, shows_bare_lists_as_lists) {
  const auto& schema =
      document()["paths"]["/ops/alerts"]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
  EXPECT_EQ(schema["type"], "array");
  EXPECT_EQ(schema["items"]["$ref"], "#/components/schemas/alert");
  const auto& detail = document()["components"]["schemas"]["trade_detail"]["properties"];
  EXPECT_TRUE(detail.contains("agent_run_id"));
  EXPECT_TRUE(detail.contains("executions"));
}

TEST(docs, name_every_route_and_load_nothing_from_outside) {
  const auto page = docs_page(all_routes(), {"1.2.3<", "", "", {}});
  for (const auto& row : all_routes())
    EXPECT_NE(page.find(std::string(text_of(row.verb)) + " " + std::string(row.path)), std::string::npos);
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("http://"), std::string::npos);
  EXPECT_EQ(page.find("https://"), std::string::npos);
  EXPECT_NE(page.find("1.2.3&lt;"), std::string::npos);
}

}  // namespace rltrader::http
