#include "support/snapshot_builder.hpp"

#include <xxhash.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>

namespace damask::testing {
namespace {

constexpr std::string_view kMagic("DAMASK\x1a\n", 8);
constexpr std::size_t kHeaderBytes = 24;
constexpr std::size_t kEntryBytes = 32;

template <typename T>
T read(std::span<const std::byte> bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, &bytes[offset], sizeof value);
  return value;
}

void write(std::vector<std::byte>& out, std::span<const std::byte> bytes) {
  out.reserve(out.size() + bytes.size());
  std::copy(bytes.begin(), bytes.end(), std::back_inserter(out));
}

template <typename T>
void write(std::vector<std::byte>& out, T value) {
  write(out, std::as_bytes(std::span(&value, 1)));
}

void write(std::vector<std::byte>& out, std::string_view text) {
  write(out, std::as_bytes(std::span(text.data(), text.size())));
}

}  // namespace

SnapshotParts SnapshotParts::split(std::span<const std::byte> file) {
  SnapshotParts parts;
  if (file.size() < kHeaderBytes) return parts;
  parts.version = read<std::uint32_t>(file, 8);
  const auto count = read<std::uint32_t>(file, 12);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t entry = kHeaderBytes + i * kEntryBytes;
    if (entry + kEntryBytes > file.size()) break;
    const auto name = file.subspan(entry, 4);
    const auto offset = read<std::uint64_t>(file, entry + 8);
    const auto length = read<std::uint64_t>(file, entry + 16);
    if (offset > file.size() || length > file.size() - offset) break;
    const auto bytes = file.subspan(offset, length);
    parts.parts.push_back(
        {{reinterpret_cast<const char*>(name.data()), 4}, {bytes.begin(), bytes.end()}});
  }
  return parts;
}

std::vector<std::byte> SnapshotParts::join() const {
  std::uint64_t offset = kHeaderBytes + parts.size() * kEntryBytes + 8;
  std::uint64_t end = offset;
  for (const Part& part : parts) end += part.bytes.size();
  std::vector<std::byte> out;
  write(out, kMagic);
  write(out, version);
  write(out, static_cast<std::uint32_t>(parts.size()));
  write(out, end);
  for (const Part& part : parts) {
    write(out, std::string_view(part.name));
    write(out, std::uint32_t{0});
    write(out, offset);
    write(out, std::uint64_t{part.bytes.size()});
    write(out, std::uint64_t{XXH3_64bits(part.bytes.data(), part.bytes.size())});
    offset += part.bytes.size();
  }
  write(out, std::uint64_t{XXH3_64bits(out.data(), out.size())});
  for (const Part& part : parts) write(out, std::span(part.bytes));
  return out;
}

void resealHeader(std::vector<std::byte>& file) {
  const std::size_t end = kHeaderBytes + read<std::uint32_t>(file, 12) * kEntryBytes;
  const std::uint64_t checksum = XXH3_64bits(file.data(), end);
  std::memcpy(&file.at(end), &checksum, sizeof checksum);
}

bool SnapshotParts::has(std::string_view name) const noexcept {
  for (const Part& part : parts) {
    if (part.name == name) return true;
  }
  return false;
}

std::vector<std::byte>& SnapshotParts::operator[](std::string_view name) {
  for (Part& part : parts) {
    if (part.name == name) return part.bytes;
  }
  throw std::out_of_range("the snapshot has no section " + std::string(name));
}

}  // namespace damask::testing
