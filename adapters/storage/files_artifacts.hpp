// Artifacts as files beneath one folder (RL_ARTIFACT_DIR), named by their digest: ab/ab12...ef.bin.
//
// Nothing outside of the folder is read, whoever wrote the address and whatever lies in the folder: each name of a path is opened
// from the folder above it without following symbolic links, and only regular files are read. The folder's own path is the
// operator's choice and may hold links.
#pragma once

#include "adapters/storage/artifact_uri.hpp"
#include "adapters/storage/durable_file.hpp"
#include "ports/artifact_store.hpp"

#include <memory>
#include <string>
#include <vector>

namespace rltrader::storage {

class files_artifacts final : public ports::artifact_store {
 public:
  /// Makes the folder if it is missing, and removes what a crash left half written.
  static result<std::unique_ptr<files_artifacts>> open(const std::string& folder);

  result<ports::stored_artifact> keep(std::string_view bytes) override;
  result<std::string> load(const ports::stored_artifact& wanted) override;
  result<void> remove(const std::string& uri) override;
  result<std::vector<ports::stored_artifact>> list() override;
  std::string backend() const override;

 private:
  files_artifacts(file_handle folder, std::vector<std::string> known_as);
  std::string shown(const artifact_path& path) const;
  result<file_handle> folder_above(const artifact_path& path) const;
  result<file_handle> open_file(const artifact_path& path) const;
  result<std::string> read_verified(const artifact_path& path, const ports::stored_artifact& wanted) const;
  result<void> write(const artifact_path& path, std::string_view bytes);

  file_handle folder_;
  std::vector<std::string> known_as_;  ///< full paths of the folder: as it was given, and with links resolved
};

}  // namespace rltrader::storage
