#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "damask/error.hpp"
#include "durable/format.hpp"

namespace damask {

/// Where one section lies, as the table says.
struct SectionEntry {
  std::uint32_t name = 0;  ///< Four ASCII characters, little-endian.
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::uint64_t checksum = 0;
};

/// The four characters of a section name as a number.
std::uint32_t sectionName(format::Section section) noexcept;
std::string sectionText(std::uint32_t name);

/// Header, table and header checksum, ready to be written. `entries` need name, length and
/// checksum; offsets are filled in.
std::vector<std::byte> encodeLayout(std::vector<SectionEntry>& entries);

/// Checks the header, the table against the real length, and every checksum, in that order.
Result<std::vector<SectionEntry>> decodeLayout(std::span<const std::byte> bytes);

/// XXH3-128 of a snapshot's header and table, which says which snapshot it is, as 32 hex digits.
std::string contentHash(std::span<const std::byte> bytes, std::size_t sections);

/// XXH3-64.
std::uint64_t checksumOf(std::span<const std::byte> bytes) noexcept;

}  // namespace damask
