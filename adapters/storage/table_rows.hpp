// Rows of tables by area; together, in this order, they are the tables of the ops store.
#pragma once

#include "adapters/storage/table.hpp"

#include <vector>

namespace rltrader::storage {

/// What was learned, from what, and how it did.
void add_learning_tables(std::vector<table>& t);
/// Sources of data, how they do, and contracts.
void add_source_tables(std::vector<table>& t);
/// What people publish and what it means.
void add_idea_tables(std::vector<table>& t);

}  // namespace rltrader::storage
