#include "store_file.hpp"

#include "posix_file.hpp"

namespace damask::cli {

Outcome<PatternStore> loadStore(const std::string& path) {
  const auto file = posix::FileBytes::read(path, posix::FileBytes::Accept::regularFile);
  if (!file) return failure(file.error());
  auto store = PatternStore::open(file->bytes());
  if (!store) return failure(store.error(), ExitCode::corruptStore, path);
  return std::move(*store);
}

Outcome<void> saveStore(const PatternStore& store, const std::string& path,
                        posix::Existing existing) {
  auto file = posix::ReplacementFile::create(path, existing);
  if (!file) return failure(file.error());
  const auto saved =
      store.save([&file](std::span<const std::byte> bytes) { return file->write(bytes); });
  if (!saved) return failure(saved.error(), ExitCode::internal);
  const auto committed = file->commit();
  if (!committed) return failure(committed.error());
  return {};
}

}  // namespace damask::cli
