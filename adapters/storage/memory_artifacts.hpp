// Artifacts in memory, for tests and replay: the addresses of files, and nothing on a disk.
#pragma once

#include "ports/artifact_store.hpp"

#include <map>
#include <string>

namespace rltrader::storage {

class memory_artifacts final : public ports::artifact_store {
 public:
  result<ports::stored_artifact> keep(std::string_view bytes) override;
  result<std::string> load(const ports::stored_artifact& wanted) override;
  result<void> remove(const std::string& uri) override;
  result<std::vector<ports::stored_artifact>> list() override;
  std::string backend() const override { return "memory"; }

 private:
  std::map<std::string, std::string> bytes_;  ///< by digest
};

}  // namespace rltrader::storage
