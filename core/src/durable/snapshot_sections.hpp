#pragma once

#include <span>
#include <string>
#include <vector>

#include "durable/layout.hpp"
#include "durable/section.hpp"

namespace damask {

inline tl::unexpected<Error> corruptSection(format::Section section, const std::string& what) {
  return fail(ErrorCode::snapshotCorrupt,
              std::string("section ") + format::kSectionNames[static_cast<std::uint32_t>(section)] +
                  ": " + what);
}

/// A file whose header, table and checksums hold: its sections by kind, and META read and checked
/// against the length of every section of fixed row size.
class SnapshotSections {
 public:
  static Result<SnapshotSections> read(std::span<const std::byte> bytes);

  const format::Meta& meta() const noexcept { return meta_; }
  const std::vector<SectionEntry>& entries() const noexcept { return entries_; }
  std::span<const std::byte> bytes(format::Section section) const noexcept {
    const SectionEntry& entry = entries_[static_cast<std::uint32_t>(section)];
    return file_.subspan(entry.offset, entry.length);
  }
  SectionReader reader(format::Section section) const { return SectionReader(bytes(section)); }

 private:
  Result<void> checkNames() const;
  Result<void> readMeta();
  Result<void> readFields();
  Result<void> checkLengths() const;

  std::span<const std::byte> file_;
  std::vector<SectionEntry> entries_;
  format::Meta meta_;
};

}  // namespace damask
