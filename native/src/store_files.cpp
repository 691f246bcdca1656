#include "store_files.hpp"

#include <algorithm>

#include "journal_space.hpp"

namespace damask::posix {
namespace {

/// Each attempt fails only when a writer has made or removed a file while the files were read.
constexpr int kAttempts = 100;

}  // namespace

Error errorOf(const std::string& path, const Error& error) {
  return Error{error.code, path + ": " + error.message};
}

Error noStore(const std::string& path) {
  return Error{ErrorCode::notASnapshot, path + " holds no store: no snapshot is there"};
}

Result<StoreFiles> StoreFiles::read(const Directory& directory) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto before = directory.list();
    if (!before) return tl::make_unexpected(before.error());
    StoreFiles files(directory.path());
    for (const StoreName& name : *before) {
      auto content = directory.read(name);
      if (!content) {
        files.files_.push_back({name, tl::make_unexpected(content.error())});
      } else if (*content) {
        files.files_.push_back({name, std::move(**content)});
      }
    }
    const auto after = directory.list();
    if (!after) return tl::make_unexpected(after.error());
    if (files.files_.size() == before->size() && *after == *before) return files;
  }
  return fail(ErrorCode::io,
              "cannot read " + directory.path() + ": its files do not stay the same for a moment");
}

std::vector<std::uint64_t> StoreFiles::snapshots() const {
  std::vector<std::uint64_t> generations;
  for (const File& file : files_) {
    if (file.name.isSnapshot()) generations.push_back(file.name.generation);
  }
  return generations;
}

std::vector<std::uint64_t> StoreFiles::journals() const {
  std::vector<std::uint64_t> generations;
  for (const File& file : files_) {
    const std::uint64_t generation = file.name.generation;
    if (file.name.isSnapshot() || (!generations.empty() && generations.back() == generation)) {
      continue;
    }
    generations.push_back(generation);
  }
  return generations;
}

std::optional<StoreName> StoreFiles::last() const {
  return files_.empty() ? std::nullopt : std::optional(files_.back().name);
}

const StoreFiles::File* StoreFiles::find(const StoreName& name) const {
  const auto found = std::find_if(files_.begin(), files_.end(),
                                  [&name](const File& file) { return file.name == name; });
  return found == files_.end() ? nullptr : &*found;
}

Result<std::span<const std::byte>> StoreFiles::contentOf(const StoreName& name) const {
  const File* file = find(name);
  if (file == nullptr) return fail(ErrorCode::journalCorrupt, pathOf(name) + " is missing");
  if (!file->content) return tl::make_unexpected(file->content.error());
  return file->content->bytes();
}

StoreName StoreFiles::lastPartOf(std::uint64_t generation) const {
  StoreName last{generation, 0};
  for (const File& file : files_) {
    if (file.name.generation == generation) last = file.name;
  }
  return last;
}

Result<JournalBytes> StoreFiles::journalOf(std::uint64_t generation) const {
  std::optional<Error> cutShort;
  JournalBytes journal = journalOf(generation, cutShort);
  if (cutShort) return tl::make_unexpected(*cutShort);
  return journal;
}

JournalBytes StoreFiles::journalOf(std::uint64_t generation, std::optional<Error>& cutShort) const {
  const std::uint32_t parts = lastPartOf(generation).part;
  std::vector<std::byte> joined;
  for (std::uint32_t part = 1; part <= parts; ++part) {
    const auto content = contentOf({generation, part});
    if (!content) {
      cutShort = content.error();
      break;
    }
    const auto used = withoutSpace(*content, part == 1);
    if (parts == 1) return JournalBytes(used);
    joined.insert(joined.end(), used.begin(), used.end());
  }
  return JournalBytes(std::move(joined));
}

}  // namespace damask::posix
