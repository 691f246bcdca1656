#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "damask/snapshot.hpp"
#include "posix_file.hpp"
#include "store_name.hpp"
#include "system.hpp"

namespace damask::posix {

/// The files of a store in a directory. Its path may lead through symbolic links and is resolved
/// once; its files may be no links. Files of other names are left alone.
class Directory {
 public:
  /// A directory that is there.
  static Result<Directory> open(const std::string& path, System& system = System::real());
  /// The same, made when it is missing, together with the directories it is to be in.
  static Result<Directory> make(const std::string& path, System& system = System::real());

  const std::string& path() const noexcept { return path_; }
  std::string pathOf(const StoreName& name) const { return path_ + "/" + name.text(); }
  System& system() const noexcept { return *system_; }

  /// The store's files, in order.
  Result<std::vector<StoreName>> list() const;
  /// The whole file, or none when there is none of that name.
  Result<std::optional<FileBytes>> read(const StoreName& name) const;
  /// Bytes of a file; an error when there is none of that name.
  Result<std::uint64_t> sizeOf(const StoreName& name) const;

  /// Makes a file of what `write` gives to its sink: there whole and durable, or not at all. False
  /// when the name is taken, so that of two writers one learns of the other.
  Result<bool> create(const StoreName& name,
                      const std::function<Result<void>(const ByteSink&)>& write) const;
  /// Adds bytes to the end of a file, and makes them durable. After an error they are cut off
  /// again; when that fails, too, any beginning of them may be there.
  Result<void> append(const StoreName& name, std::span<const std::byte> bytes) const;
  /// Takes back what append() has added last to a file, durably.
  Result<void> retract(const StoreName& name, std::uint64_t bytes) const;
  /// Makes durable what read() gives of a file that another process has added to, which may have
  /// died before it was.
  Result<void> settle(const StoreName& name) const;
  /// Removes a file, if it is there.
  Result<void> remove(const StoreName& name) const;

  /// Removes what writers that died have left aside, an hour ago or more; what cannot be removed
  /// stays. One that lives after all gets an error from create().
  void removeAbandoned() const;

 private:
  Directory(std::string path, System& system) noexcept : path_(std::move(path)), system_(&system) {}

  std::string path_;  ///< Absolute, without links.
  System* system_;
};

}  // namespace damask::posix
