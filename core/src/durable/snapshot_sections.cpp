#include "durable/snapshot_sections.hpp"

#include "store/no_memory.hpp"

namespace damask {

using format::Section;

Result<void> SnapshotSections::checkNames() const {
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    if (i >= std::size(format::kSectionNames) ||
        entries_[i].name != sectionName(static_cast<Section>(i))) {
      return fail(ErrorCode::snapshotCorrupt, "section " + std::to_string(i) + " is " +
                                                  sectionText(entries_[i].name) +
                                                  ", which does not belong there");
    }
    if (entries_[i].length == 0 || file_[entries_[i].offset] != std::byte{1}) {
      return corruptSection(static_cast<Section>(i), "is not a little-endian archive");
    }
  }
  return {};
}

Result<void> SnapshotSections::readMeta() {
  if (bytes(Section::meta).size() != format::kMetaBytes) {
    return corruptSection(Section::meta, "has " + std::to_string(bytes(Section::meta).size()) +
                                             " bytes instead of " +
                                             std::to_string(format::kMetaBytes));
  }
  SectionReader in(bytes(Section::meta));
  format::transfer(in.archive(), meta_);
  if (const auto valid = validate(meta_.options); !valid) {
    return corruptSection(Section::meta, valid.error().message);
  }
  if (meta_.slots > limits::kMaxSlots || meta_.live > meta_.slots) {
    return corruptSection(Section::meta, "counts " + std::to_string(meta_.live) + " live of " +
                                             std::to_string(meta_.slots) + " slots");
  }
  if (meta_.linked > meta_.slots) {
    return corruptSection(Section::meta, "counts " + std::to_string(meta_.linked) + " linked of " +
                                             std::to_string(meta_.slots) + " slots");
  }
  // Each live pattern names at most three; with that, the sections vouch for what names take.
  if (meta_.names > 3 * meta_.live) {
    return corruptSection(Section::meta, "counts " + std::to_string(meta_.names) + " names for " +
                                             std::to_string(meta_.live) + " live patterns");
  }
  if (entries_.size() != format::sectionCount(meta_.options.precision)) {
    return corruptSection(Section::meta, "the precision does not go with " +
                                             std::to_string(entries_.size()) + " sections");
  }
  return {};
}

Result<void> SnapshotSections::readFields() {
  SectionReader in(bytes(Section::fields));
  auto& fields = meta_.options.metadataFields;
  std::uint64_t left = bytes(Section::fields).size() - format::kArchiveByte;
  while (left > 0) {
    format::FieldHead head;
    if (left < format::kFieldHeadBytes || fields.size() == limits::kMaxMetadataFields) {
      return corruptSection(Section::fields, "has bytes that no field uses");
    }
    format::transfer(in.archive(), head);
    left -= format::kFieldHeadBytes;
    if (head.nameBytes > left) {
      return corruptSection(Section::fields, "ends within a name");
    }
    std::string name(head.nameBytes, '\0');
    in.values(name.data(), name.size());
    left -= head.nameBytes;
    fields.push_back({std::move(name), static_cast<MetadataKind>(head.kind)});
  }
  if (const auto valid = validate(meta_.options); !valid) {
    return corruptSection(Section::fields, valid.error().message);
  }
  return {};
}

Result<void> SnapshotSections::checkLengths() const {
  // slots < 2^31 and rows < 2^15 bytes: nothing here overflows 64 bits.
  const std::uint64_t slots = meta_.slots;
  const std::uint64_t dimension = meta_.options.dimension;
  const std::uint64_t linkRow = 4 * (1 + 2 * std::uint64_t{meta_.options.hnsw.m});
  const auto expect = [this](Section section, std::uint64_t content) -> Result<void> {
    const std::uint64_t have = bytes(section).size();
    if (have == format::kArchiveByte + content) return {};
    return corruptSection(section, "has " + std::to_string(have) + " bytes instead of " +
                                       std::to_string(format::kArchiveByte + content));
  };
  const std::pair<Section, std::uint64_t> fixed[] = {
      {Section::high, slots * dimension},
      {Section::low, slots * dimension},
      {Section::factors, slots * format::kFactorBytes},
      {Section::levels, meta_.linked},
      {Section::links, meta_.linked * linkRow},
      {Section::live, (slots + 63) / 64 * 8},
      {Section::records, slots * format::kRecordBytes},
      {Section::text, meta_.textBytes},
  };
  for (const auto& [section, content] : fixed) {
    if (const auto ok = expect(section, content); !ok) return ok;
  }
  if (meta_.options.precision == Precision::float32) {
    return expect(Section::floats, slots * dimension * 4);
  }
  return {};
}

Result<SnapshotSections> SnapshotSections::read(std::span<const std::byte> bytes) {
  auto entries = decodeLayout(bytes);
  if (!entries) return tl::unexpected<Error>(entries.error());
  SnapshotSections sections;
  sections.file_ = bytes;
  sections.entries_ = std::move(*entries);
  Result<void> ok;
  if (ok = sections.checkNames(); !ok) return tl::unexpected<Error>(ok.error());
  if (ok = sections.readMeta(); !ok) return tl::unexpected<Error>(ok.error());
  if (ok = sections.readFields(); !ok) return tl::unexpected<Error>(ok.error());
  if (ok = sections.checkLengths(); !ok) return tl::unexpected<Error>(ok.error());
  return sections;
}

Result<SnapshotInfo> inspectSnapshot(std::span<const std::byte> bytes) {
  try {
    const auto sections = SnapshotSections::read(bytes);
    if (!sections) return tl::unexpected<Error>(sections.error());
    const format::Meta& meta = sections->meta();
    SnapshotInfo info{format::kVersion, bytes.size(),  meta.options, meta.slots,
                      meta.live,        meta.sequence, {},           {}};
    info.contentHash = contentHash(bytes, sections->entries().size());
    for (const SectionEntry& entry : sections->entries()) {
      info.sections.push_back(
          {sectionText(entry.name), entry.offset, entry.length, entry.checksum});
    }
    return info;
  } catch (const std::bad_alloc&) {
    return noMemory("inspect the snapshot");
  }
}

}  // namespace damask
