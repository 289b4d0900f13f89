// Texts as every database can keep them: UTF-8 without NUL. What is neither is replaced by U+FFFD, in all stores alike, and before
// the audit chain hashes it.
#pragma once

#include "domain/audit_records.hpp"

#include <string>

namespace rltrader::storage {

std::string keepable(std::string text);
audit_note keepable(audit_note note);
/// The same for a JSON text, which spells NUL as \u0000.
std::string keepable_json(std::string text);

}  // namespace rltrader::storage
