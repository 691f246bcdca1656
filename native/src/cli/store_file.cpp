#include "store_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "posix_file.hpp"

namespace damask::cli {
namespace {

Outcome<PatternStore> loadFile(const std::string& path) {
  const auto file = posix::FileBytes::read(path, posix::FileBytes::Accept::regularFile);
  if (!file) return failure(file.error());
  auto store = PatternStore::open(file->bytes());
  if (!store) return failure(store.error(), ExitCode::corruptStore, path);
  return std::move(*store);
}

Outcome<void> refused(const std::string& path, const char* reason) {
  return failure(Error{ErrorCode::io, "cannot write " + path + ": " + reason});
}

}  // namespace

bool meansDirectory(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) return S_ISDIR(status.st_mode);
  return errno == ENOENT && path.ends_with('/');
}

Outcome<PatternStore> loadStore(const std::string& path) {
  if (!meansDirectory(path)) return loadFile(path);
  const auto directory = posix::Directory::open(path);
  if (!directory) return failure(directory.error());
  auto loaded = posix::loadStore(*directory);
  if (!loaded) return failure(loaded.error(), ExitCode::corruptStore);
  return std::move(loaded->store);
}

Outcome<PatternStore> loadStoreAt(const std::string& path, std::optional<std::uint64_t> sequence) {
  if (!sequence) return loadStore(path);
  if (!meansDirectory(path)) {
    return usageError("--sequence is of a directory: " + path + " is a file, which has no journal");
  }
  const auto directory = posix::Directory::open(path);
  if (!directory) return failure(directory.error());
  auto store = posix::loadStoreAt(*directory, *sequence);
  if (!store) return failure(store.error());
  return std::move(*store);
}

Outcome<WritableStore> WritableStore::open(const std::string& path) {
  if (meansDirectory(path)) {
    auto directory = posix::Directory::open(path);
    if (!directory) return failure(directory.error());
    auto lock = posix::DirectoryLock::acquire(*directory);
    if (!lock) return failure(lock.error());
    directory->removeAbandoned();
    auto loaded = posix::loadStore(*directory);
    if (!loaded) return failure(loaded.error(), ExitCode::corruptStore);
    posix::StoreWriter writer(std::move(*directory), *loaded);
    WritableStore opened(path, std::move(loaded->store));
    opened.directoryLock_ = std::move(*lock);
    opened.writer_ = std::move(writer);
    return opened;
  }
  auto lock = posix::WriteLock::acquire(path);
  if (!lock) return failure(lock.error());
  const auto target = posix::resolveTarget(path, posix::Existing::replace);
  if (!target) return failure(target.error());
  auto store = loadFile(path);
  if (!store) return tl::make_unexpected(store.error());
  WritableStore opened(path, std::move(*store));
  opened.fileLock_ = std::move(*lock);
  return opened;
}

Outcome<void> WritableStore::checkPlace(const std::string& path, posix::Existing existing) {
  if (!meansDirectory(path)) {
    const auto target = posix::resolveTarget(path, existing);
    if (!target) return failure(target.error());
    return {};
  }
  if (::access(path.c_str(), F_OK) != 0) return {};
  if (existing == posix::Existing::replace) return refused(path, "it is a directory");
  const auto directory = posix::Directory::open(path);
  if (!directory) return failure(directory.error());
  const auto names = directory->list();
  if (!names) return failure(names.error());
  if (!names->empty()) return refused(path, "it holds a store");
  if (::access(path.c_str(), W_OK | X_OK) != 0) {
    return failure(posix::systemError("write into directory", path, errno));
  }
  return {};
}

Outcome<WritableStore> WritableStore::create(const std::string& path, posix::Existing existing,
                                             PatternStore store) {
  if (auto free = checkPlace(path, existing); !free) return tl::make_unexpected(free.error());
  WritableStore created(path, std::move(store));
  created.existing_ = existing;
  return created;
}

Outcome<void> WritableStore::save() {
  if (!writer_ && !meansDirectory(path_)) return saveFile();
  if (!writer_) {
    auto directory = posix::Directory::make(path_);
    if (!directory) return failure(directory.error());
    auto lock = posix::DirectoryLock::acquire(*directory);
    if (!lock) return failure(lock.error());
    directoryLock_ = std::move(*lock);
    writer_.emplace(std::move(*directory));
  }
  const auto written = writer_->write(store_);
  if (!written) return failure(written.error(), ExitCode::internal);
  return {};
}

Outcome<void> WritableStore::saveFile() const {
  auto file = posix::ReplacementFile::create(path_, existing_);
  if (!file) return failure(file.error());
  const auto saved =
      store_.save([&file](std::span<const std::byte> bytes) { return file->write(bytes); });
  if (!saved) return failure(saved.error(), ExitCode::internal);
  const auto committed = file->commit();
  if (!committed) return failure(committed.error());
  return {};
}

}  // namespace damask::cli
