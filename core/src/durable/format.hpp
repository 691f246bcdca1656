#pragma once

#include <cereal/cereal.hpp>
#include <cstdint>

#include "codec/codec.hpp"
#include "damask/options.hpp"
#include "durable/history.hpp"
#include "store/records.hpp"

// The numbers of format version 1. docs/format.md describes every byte.
namespace damask::format {

inline constexpr char kMagic[8] = {'D', 'A', 'M', 'A', 'S', 'K', '\x1a', '\n'};
inline constexpr std::uint32_t kVersion = 1;
inline constexpr std::uint64_t kHeaderBytes = 24;  // magic, version, section count, file bytes
inline constexpr std::uint64_t kEntryBytes = 32;   // name, zero, offset, length, checksum
inline constexpr std::uint64_t kChecksumBytes = 8;
inline constexpr std::uint32_t kMaxSections = 16;

/// The sections of version 1, in their order in the file.
enum class Section : std::uint32_t {
  meta,
  fields,
  high,
  low,
  factors,
  levels,
  links,
  upper,
  live,
  records,
  names,
  text,
  floats
};
inline constexpr const char* kSectionNames[] = {"META", "FLDS", "HIGH", "LOWP", "FACT",
                                                "LEVL", "LNK0", "LNKU", "LIVE", "RECS",
                                                "NAME", "TEXT", "F32V"};

/// The number of sections: the last is there under Precision::float32 only.
inline constexpr std::uint32_t sectionCount(Precision precision) noexcept {
  return precision == Precision::float32 ? 13 : 12;
}

/// Each section is one cereal archive, which begins with one byte: 1, little-endian.
inline constexpr std::uint64_t kArchiveByte = 1;
inline constexpr std::uint64_t kWord = 4, kLongWord = 8;
inline constexpr std::uint64_t kMetaBytes =
    kArchiveByte + 7 * kWord + 2 + 5 * kLongWord + kWord + kLongWord + 16;
inline constexpr std::uint64_t kFieldHeadBytes = 2;
inline constexpr std::uint64_t kFactorBytes = 16;
inline constexpr std::uint64_t kRecordBytes = 6 * kWord + 2 + 5 * kLongWord;

/// The META section.
struct Meta {
  StoreOptions options;
  std::uint64_t slots = 0;
  std::uint64_t live = 0;
  std::uint64_t sequence = 0;
  std::uint32_t entry = 0;
  std::int32_t maxLevel = -1;
  std::uint32_t names = 0;
  std::uint64_t textBytes = 0;
  std::uint64_t linked = 0;  ///< The first so many slots are in the graph.
  History history{};
};

/// Field order is the format: one function for both directions.
template <typename Archive>
void transfer(Archive& archive, Meta& m) {
  auto& o = m.options;
  archive(o.dimension, o.metric, o.precision, o.hnsw.m, o.hnsw.efConstruction, o.hnsw.efSearch,
          o.seed, m.slots, m.live, m.sequence, m.entry, m.maxLevel, m.names, m.textBytes,
          o.indexingThreshold, m.linked);
  archive(cereal::binary_data(m.history.data(), m.history.size()));
}

/// The fixed part of a declared metadata field in the FLDS section; the name follows.
struct FieldHead {
  std::uint8_t kind = 0;
  std::uint8_t nameBytes = 0;
};
template <typename Archive>
void transfer(Archive& archive, FieldHead& f) {
  archive(f.kind, f.nameBytes);
}

template <typename Archive>
void transfer(Archive& archive, ColdFactor& f) {
  archive(f.scale, f.selfDot);
}

template <typename Archive>
void transfer(Archive& archive, Record& r, RecordNames& n) {
  archive(r.idBytes, r.contentBytes, r.metadataBytes, n.type, n.domain, n.framework, r.present,
          r.verdict, r.coverage, r.flakiness, r.createdAt, r.lastUsed, r.usageCount);
}

}  // namespace damask::format
