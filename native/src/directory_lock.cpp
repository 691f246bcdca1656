#include "directory_lock.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <utility>

#include "damask/isa.hpp"

namespace damask::posix {
namespace {

/// Each is lost only to another writer that takes the lock or gives it back in between.
constexpr int kAttempts = 16;

std::string lockPath(const Directory& directory) {
  return directory.path() + "/" + std::string(kLockFile);
}

std::string timeNow() {
  using std::chrono::milliseconds;
  const auto now = std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds), (now - seconds).count());
}

LockHolder holderOf(const Machine& machine) {
  return {machine.pid,
          machine.started,
          machine.boot,
          machine.host,
          fmt::format("damask {} (native)", version()),
          timeNow(),
          randomDigits() + randomDigits()};
}

/// The bytes of a lock, or none when there is none.
Result<std::optional<FileBytes>> readBytes(System& system, const std::string& path) {
  auto file = system.read(path, true);
  if (file) return std::optional<FileBytes>(std::move(*file));
  struct stat status {};
  if (system.lstat(path, status) != 0 && errno == ENOENT) return std::optional<FileBytes>();
  if (S_ISLNK(status.st_mode)) {
    return fail(ErrorCode::io, "cannot read " + path + ": it is a symbolic link");
  }
  return tl::make_unexpected(file.error());
}

Result<std::optional<LockHolder>> read(System& system, const std::string& path) {
  const auto bytes = readBytes(system, path);
  if (!bytes) return tl::make_unexpected(bytes.error());
  if (!*bytes) return std::nullopt;
  auto holder = parseLock((*bytes)->bytes(), path);
  if (!holder) return tl::make_unexpected(holder.error());
  return std::move(*holder);
}

Result<void> release(System& system, const std::string& path, const std::string& token) {
  const auto found = read(system, path);
  if (!found) return tl::make_unexpected(found.error());
  if (!*found || (*found)->token != token) return {};
  return removeFile(system, path);
}

/// Synced before it gets its name, so that not even a power failure leaves part of one under it.
/// False when there is one.
Result<bool> makeLock(System& system, const std::string& path, const LockHolder& mine) {
  const std::string text = lockText(mine);
  auto made = createWhole(system, path, path + ".tmp-" + randomDigits(), [&](SystemFile& file) {
    return file.write(std::as_bytes(std::span(text)));
  });
  // It may be there for all that the system said.
  if (!made) static_cast<void>(release(system, path, mine.token));
  return made;
}

/// Moves a dead writer's lock aside and removes it. What was moved may be another's, who came in
/// between: that one gets it back, unless the next is there already.
Result<void> takeAway(System& system, const std::string& path, const std::string& judged) {
  const std::string aside = path + ".stale-" + randomDigits();
  const auto renamed = renameFile(system, path, aside);
  if (!renamed) return tl::make_unexpected(renamed.error());
  if (!*renamed) return {};
  const auto moved = read(system, aside);
  const bool same = moved && *moved && (*moved)->token == judged;
  if (!same && system.link(aside, path) != 0 && errno != EEXIST) {
    return tl::make_unexpected(systemError("give back", path, errno));
  }
  return removeFile(system, aside);
}

tl::unexpected<Error> held(const std::string& directory, const LockHolder& holder, Fate fate) {
  std::string text = fmt::format(
      "the store in {} has a writer: process {} on host {}, {}, since {}. Let it shut its store "
      "down first",
      directory, holder.pid, holder.host, holder.runtime, holder.since);
  if (fate == Fate::elsewhere) {
    text += fmt::format(
        ". If that host's process has ended, remove the lock: damask unlock {} --force", directory);
  }
  return fail(ErrorCode::locked, std::move(text));
}

}  // namespace

Result<DirectoryLock> DirectoryLock::acquire(const Directory& directory, const Machine& machine) {
  System& system = directory.system();
  const std::string path = lockPath(directory);
  const LockHolder mine = holderOf(machine);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto made = makeLock(system, path, mine);
    if (!made) return tl::make_unexpected(made.error());
    if (*made) return DirectoryLock(directory, mine);
    const auto found = read(system, path);
    if (!found) return tl::make_unexpected(found.error());
    if (!*found) continue;
    const Fate fate = machine.judge(**found);
    if (fate != Fate::dead) return held(directory.path(), **found, fate);
    if (auto taken = takeAway(system, path, (*found)->token); !taken) {
      return tl::make_unexpected(taken.error());
    }
  }
  return fail(ErrorCode::locked,
              fmt::format("{} changed hands {} times while it was asked for", path, kAttempts));
}

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept
    : directory_(std::exchange(other.directory_, std::nullopt)), mine_(std::move(other.mine_)) {}

DirectoryLock& DirectoryLock::operator=(DirectoryLock&& other) noexcept {
  std::swap(directory_, other.directory_);
  std::swap(mine_, other.mine_);
  return *this;
}

DirectoryLock::~DirectoryLock() {
  if (!directory_) return;
  // What cannot be removed is stale when this process has ended.
  static_cast<void>(release(directory_->system(), lockPath(*directory_), mine_.token));
}

Result<std::optional<LockHolder>> unlock(const Directory& directory, bool force,
                                         const Machine& machine) {
  System& system = directory.system();
  const std::string path = lockPath(directory);
  auto found = read(system, path);
  if (!found) {
    if (!force || found.error().code != ErrorCode::locked) {
      return tl::make_unexpected(found.error());
    }
    if (auto removed = removeFile(system, path); !removed) {
      return tl::make_unexpected(removed.error());
    }
    return LockHolder{};
  }
  if (!*found) return std::nullopt;
  const Fate fate = machine.judge(**found);
  if (fate != Fate::dead && !force) return held(directory.path(), **found, fate);
  if (auto taken = takeAway(system, path, (*found)->token); !taken) {
    return tl::make_unexpected(taken.error());
  }
  return found;
}

}  // namespace damask::posix
