#pragma once

#include <span>
#include <string>
#include <vector>

#include "damask/pattern_store.hpp"
#include "posix_directory.hpp"

namespace damask::posix {

/// Where a journal ends, as it was read.
struct JournalEnd {
  StoreName last;          ///< Its last part.
  std::uint64_t size = 0;  ///< Bytes of all its parts, without the space behind them.
};

/// A generation's journal.
class JournalBytes {
 public:
  explicit JournalBytes(std::span<const std::byte> onePart) noexcept : bytes_(onePart) {}
  explicit JournalBytes(std::vector<std::byte> joined) noexcept
      : joined_(std::move(joined)), bytes_(joined_) {}
  JournalBytes(JournalBytes&&) noexcept = default;
  JournalBytes& operator=(JournalBytes&&) noexcept = default;

  std::span<const std::byte> bytes() const noexcept { return bytes_; }

 private:
  std::vector<std::byte> joined_;  ///< Moving it keeps its bytes where they are.
  std::span<const std::byte> bytes_;
};

/// All files of a store's directory as they were at one moment: the same ones were there before and
/// after they were read. A journal that is written to meanwhile is there as far as it had come.
class StoreFiles {
 public:
  /// Errors: io. A file that cannot be read is an error of that file alone.
  static Result<StoreFiles> read(const Directory& directory);

  /// The generations that have a snapshot, or a journal, oldest first.
  std::vector<std::uint64_t> snapshots() const;
  std::vector<std::uint64_t> journals() const;
  /// The last file; none when there is no file.
  std::optional<StoreName> last() const;

  const std::string& path() const noexcept { return path_; }
  std::string pathOf(const StoreName& name) const { return path_ + "/" + name.text(); }

  /// A file that is there.
  Result<std::span<const std::byte>> contentOf(const StoreName& name) const;
  /// The parts of a journal that is there, one after the other. Errors: io, and journalCorrupt when
  /// a part is missing.
  Result<JournalBytes> journalOf(std::uint64_t generation) const;
  /// The same up to the first part that cannot be had, and then why.
  JournalBytes journalOf(std::uint64_t generation, std::optional<Error>& cutShort) const;
  /// The last part of that journal.
  StoreName lastPartOf(std::uint64_t generation) const;

 private:
  struct File {
    StoreName name;
    Result<FileBytes> content;
  };

  explicit StoreFiles(std::string path) noexcept : path_(std::move(path)) {}
  const File* find(const StoreName& name) const;

  std::string path_;
  std::vector<File> files_;  ///< In order.
};

/// The same error, of a file.
Error errorOf(const std::string& path, const Error& error);
/// That a directory holds no store.
Error noStore(const std::string& path);

}  // namespace damask::posix
