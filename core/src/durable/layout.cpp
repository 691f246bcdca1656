#include "durable/layout.hpp"

#include <xxhash.h>

#include <cstring>

#include "durable/little_endian.hpp"

namespace damask {
namespace {

using format::kChecksumBytes;
using format::kEntryBytes;
using format::kHeaderBytes;

tl::unexpected<Error> corrupt(const std::string& what) {
  return fail(ErrorCode::snapshotCorrupt, what);
}

tl::unexpected<Error> truncated(std::size_t have, std::uint64_t need, const char* what) {
  return fail(ErrorCode::snapshotTruncated, "the snapshot ends after " + std::to_string(have) +
                                                " bytes, but " + what + " needs " +
                                                std::to_string(need));
}

std::uint64_t layoutBytes(std::uint64_t sections) noexcept {
  return kHeaderBytes + sections * kEntryBytes + kChecksumBytes;
}

}  // namespace

std::uint64_t checksumOf(std::span<const std::byte> bytes) noexcept {
  return XXH3_64bits(bytes.data(), bytes.size());
}

std::uint32_t sectionName(format::Section section) noexcept {
  const char* text = format::kSectionNames[static_cast<std::uint32_t>(section)];
  std::uint32_t name = 0;
  for (int i = 3; i >= 0; --i) name = name << 8 | static_cast<unsigned char>(text[i]);
  return name;
}

std::string sectionText(std::uint32_t name) {
  std::string text;
  for (int i = 0; i < 4; ++i) {
    const char c = static_cast<char>(name >> (8 * i) & 0xff);
    text += c >= 0x20 && c < 0x7f ? c : '?';
  }
  return text;
}

std::vector<std::byte> encodeLayout(std::vector<SectionEntry>& entries) {
  std::uint64_t offset = layoutBytes(entries.size());
  for (SectionEntry& entry : entries) {
    entry.offset = offset;
    offset += entry.length;
  }
  std::vector<std::byte> out;
  for (const char c : format::kMagic) out.push_back(static_cast<std::byte>(c));
  appendLittle(out, format::kVersion);
  appendLittle(out, static_cast<std::uint32_t>(entries.size()));
  appendLittle(out, offset);
  for (const SectionEntry& entry : entries) {
    appendLittle(out, entry.name);
    appendLittle(out, std::uint32_t{0});
    appendLittle(out, entry.offset);
    appendLittle(out, entry.length);
    appendLittle(out, entry.checksum);
  }
  appendLittle(out, checksumOf(out));
  return out;
}

Result<std::vector<SectionEntry>> decodeLayout(std::span<const std::byte> bytes) {
  const std::size_t magic = std::min(bytes.size(), sizeof format::kMagic);
  if (bytes.empty() || std::memcmp(bytes.data(), format::kMagic, magic) != 0) {
    return fail(ErrorCode::notASnapshot, "the bytes do not begin as a damask snapshot does");
  }
  if (bytes.size() < kHeaderBytes) return truncated(bytes.size(), kHeaderBytes, "the header");
  const auto version = readLittle<std::uint32_t>(&bytes[8]);
  if (version > format::kVersion) {
    return fail(ErrorCode::snapshotTooNew,
                "the snapshot has format version " + std::to_string(version) +
                    ", but this build reads up to version " + std::to_string(format::kVersion));
  }
  if (version == 0) return corrupt("the snapshot has format version 0");
  const auto sections = readLittle<std::uint32_t>(&bytes[12]);
  if (sections == 0 || sections > format::kMaxSections) {
    return corrupt("the header counts " + std::to_string(sections) +
                   " sections, but there are 1 to " + std::to_string(format::kMaxSections));
  }
  const auto fileBytes = readLittle<std::uint64_t>(&bytes[16]);
  const std::uint64_t layout = layoutBytes(sections);
  if (bytes.size() < layout) return truncated(bytes.size(), layout, "the section table");
#ifndef DAMASK_FUZZ_WITHOUT_CHECKSUMS
  const auto headerChecksum = readLittle<std::uint64_t>(&bytes[layout - kChecksumBytes]);
  if (headerChecksum != checksumOf(bytes.first(layout - kChecksumBytes))) {
    return corrupt("the checksum of the header and section table does not match");
  }
#endif
  if (bytes.size() < fileBytes) return truncated(bytes.size(), fileBytes, "the file");
  if (bytes.size() > fileBytes) {
    return corrupt("the header says " + std::to_string(fileBytes) + " bytes, but there are " +
                   std::to_string(bytes.size()));
  }
  std::vector<SectionEntry> entries;
  std::uint64_t offset = layout;
  for (std::uint32_t i = 0; i < sections; ++i) {
    const std::byte* p = &bytes[kHeaderBytes + i * kEntryBytes];
    const SectionEntry entry{readLittle<std::uint32_t>(p), readLittle<std::uint64_t>(p + 8),
                             readLittle<std::uint64_t>(p + 16), readLittle<std::uint64_t>(p + 24)};
    const std::string name = "section " + sectionText(entry.name);
    if (readLittle<std::uint32_t>(p + 4) != 0)
      return corrupt(name + " has a flag of a later version");
    if (entry.offset != offset || entry.length > fileBytes - offset) {
      return corrupt(name + " lies at " + std::to_string(entry.offset) + " with " +
                     std::to_string(entry.length) + " bytes, outside of its place");
    }
    offset += entry.length;
    entries.push_back(entry);
  }
  if (offset != fileBytes) return corrupt("the sections do not fill the file");
#ifndef DAMASK_FUZZ_WITHOUT_CHECKSUMS
  for (const SectionEntry& entry : entries) {
    if (checksumOf(bytes.subspan(entry.offset, entry.length)) != entry.checksum) {
      return corrupt("section " + sectionText(entry.name) + " at byte " +
                     std::to_string(entry.offset) + ": the checksum does not match");
    }
  }
#endif
  return entries;
}

std::string contentHash(std::span<const std::byte> bytes, std::size_t sections) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(
      &canonical,
      XXH3_128bits(bytes.data(), static_cast<std::size_t>(layoutBytes(sections) - kChecksumBytes)));
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : canonical.digest) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace damask
