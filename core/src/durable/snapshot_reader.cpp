#include <algorithm>
#include <string>

#include "durable/snapshot_io.hpp"
#include "durable/snapshot_sections.hpp"
#include "graph/graph_check.hpp"
#include "store/validate.hpp"

namespace damask {
namespace {

using format::Section;

// Fills a StoreState from sections whose lengths are known to be right. Memory is reserved once,
// from counts that those lengths vouch for.
class Reader {
 public:
  Reader(const SnapshotSections& sections, const kernels::KernelTable* kernels)
      : sections_(sections),
        meta_(sections.meta()),
        slots_(static_cast<Slot>(meta_.slots)),
        state_(std::make_unique<StoreState>(meta_.options, kernels)) {}

  Result<std::unique_ptr<StoreState>> read() {
    state_->reserve(slots_);
    state_->sequence = meta_.sequence;
    for (const auto step : {&Reader::readVectors, &Reader::readNames, &Reader::readRecords,
                            &Reader::readGraph, &Reader::readFloats}) {
      if (const auto ok = (this->*step)(); !ok) return tl::unexpected<Error>(ok.error());
    }
    return std::move(state_);
  }

 private:
  static std::string at(Slot slot) { return "slot " + std::to_string(slot) + ": "; }

  Result<void> readVectors() {
    SectionReader low(sections_.bytes(Section::low));
    SectionReader factors(sections_.bytes(Section::factors));
    for (Slot slot = 0; slot < slots_; ++slot) {
      low.values(state_->low.row(slot), meta_.options.dimension);
      ColdFactor factor;
      format::transfer(factors.archive(), factor);
      if (!state_->codec.plausible(factor)) {
        return corruptSection(Section::factors, at(slot) + "the factors are out of range");
      }
      state_->cold.push_back(factor);
    }
    return {};
  }

  Result<void> readNames() {
    const std::uint64_t lengthsEnd = format::kArchiveByte + 4 * std::uint64_t{meta_.names};
    const std::uint64_t size = sections_.bytes(Section::names).size();
    if (size < lengthsEnd) return corruptSection(Section::names, "is too short for its names");
    state_->records.reserve(slots_, meta_.live, meta_.names, size - lengthsEnd);
    SectionReader lengths(sections_.bytes(Section::names));
    std::uint64_t begin = lengthsEnd;
    for (std::uint32_t number = 0; number < meta_.names; ++number) {
      std::uint32_t length = 0;
      lengths.archive()(length);
      if (length > limits::kMaxNameBytes || length > size - begin) {
        return corruptSection(Section::names, "name " + std::to_string(number) + " has " +
                                                  std::to_string(length) + " bytes");
      }
      const std::string_view name = text(Section::names, begin, length);
      if (!isUtf8(name) || state_->records.intern(name) != number) {
        return corruptSection(Section::names,
                              "name " + std::to_string(number) + " is not UTF-8 or there twice");
      }
      begin += length;
    }
    if (begin != size) return corruptSection(Section::names, "has bytes that no name uses");
    return {};
  }

  Result<void> readRecords() {
    std::vector<std::uint64_t> live((std::size_t{slots_} + 63) / 64);
    SectionReader(sections_.bytes(Section::live)).values(live.data(), live.size());
    if (slots_ % 64 != 0 && live.back() >> (slots_ % 64) != 0) {
      return corruptSection(Section::live, "has bits beyond the last slot");
    }
    SectionReader rows(sections_.bytes(Section::records));
    for (Slot slot = 0; slot < slots_; ++slot) {
      Records::Prepared row;
      format::transfer(rows.archive(), row.record, row.names);
      const bool alive = (live[slot / 64] >> (slot % 64) & 1) != 0;
      const auto ok = alive ? readLiveRecord(slot, row) : checkDeadRecord(slot);
      if (!ok) return ok;
    }
    if (state_->records.size() != meta_.live) {
      return corruptSection(Section::live, "does not have as many bits as there are live patterns");
    }
    if (textBegin_ != sections_.bytes(Section::text).size()) {
      return corruptSection(Section::text, "has bytes that no record uses");
    }
    if (namesSeen_ != meta_.names) {
      return corruptSection(Section::names, "has a name that no record uses");
    }
    return {};
  }

  Result<void> readLiveRecord(Slot slot, Records::Prepared& row) {
    Record& r = row.record;
    if (const char* wrong = wrongRow(row))
      return corruptSection(Section::records, at(slot) + wrong);
    if (r.textBytes() > sections_.bytes(Section::text).size() - textBegin_) {
      return corruptSection(Section::records, at(slot) + "the texts end beyond their section");
    }
    const std::string_view stored = text(Section::text, textBegin_, r.textBytes());
    textBegin_ += r.textBytes();
    r.text = state_->records.allocateText(stored.size());
    std::copy(stored.begin(), stored.end(), r.text);
    if (!isUtf8(r.id()) || !isUtf8(r.content()) ||
        (r.has(Record::kMetadata) && !isJsonObject(r.metadata()))) {
      return corruptSection(Section::text, at(slot) + "a text is not UTF-8, or metadata not JSON");
    }
    if (state_->records.find(r.id())) {
      return corruptSection(Section::text, at(slot) + "the id is there twice");
    }
    state_->records.append(row);
    return {};
  }

  // What is wrong with a live row's fixed fields, or null.
  const char* wrongRow(const Records::Prepared& row) {
    const Record& r = row.record;
    if (r.idBytes == 0 || r.idBytes > limits::kMaxNameBytes ||
        r.contentBytes > limits::kMaxTextBytes || r.metadataBytes > limits::kMaxTextBytes) {
      return "a text's length is out of range";
    }
    if (r.present > Record::kAllPresent || r.verdict > 3) return "an enumeration is out of range";
    if (!std::isfinite(r.coverage) || !std::isfinite(r.flakiness)) return "a number is not finite";
    const bool framework = row.names.framework != kNoName;
    if (framework != r.has(Record::kFramework) || (!r.has(Record::kCoverage) && r.coverage != 0) ||
        (!r.has(Record::kFlakiness) && r.flakiness != 0) ||
        (!r.has(Record::kCreatedAt) && r.createdAt != 0) ||
        (!r.has(Record::kLastUsed) && r.lastUsed != 0) ||
        (!r.has(Record::kMetadata) && r.metadataBytes != 0)) {
      return "a field that is absent has a value";
    }
    if (!useName(row.names.type) || !useName(row.names.domain) ||
        (framework && !useName(row.names.framework))) {
      return "a name is out of range or out of order";
    }
    return nullptr;
  }

  // Names are numbered by first use.
  bool useName(std::uint32_t number) noexcept {
    if (number > namesSeen_ || number >= meta_.names) return false;
    if (number == namesSeen_) ++namesSeen_;
    return true;
  }

  Result<void> checkDeadRecord(Slot slot) {
    const auto record =
        sections_.bytes(Section::records)
            .subspan(format::kArchiveByte + slot * format::kRecordBytes, format::kRecordBytes);
    const std::int8_t* low = state_->low.row(slot);
    if (std::any_of(record.begin(), record.end(), [](std::byte b) { return b != std::byte{0}; }) ||
        std::any_of(low, low + meta_.options.dimension, [](std::int8_t v) { return v != 0; })) {
      return corruptSection(Section::records, at(slot) + "a dead slot is not erased");
    }
    state_->records.appendDead();
    return {};
  }

  Result<void> readGraph() {
    const std::uint32_t m = meta_.options.hnsw.m;
    SectionReader high(sections_.bytes(Section::high));
    SectionReader levels(sections_.bytes(Section::levels));
    SectionReader links(sections_.bytes(Section::links));
    SectionReader upper(sections_.bytes(Section::upper));
    std::uint64_t upperLeft = sections_.bytes(Section::upper).size() - format::kArchiveByte;
    std::vector<std::int8_t> hi(meta_.options.dimension);
    std::vector<std::uint32_t> row(1 + 2 * std::size_t{m});
    std::vector<std::uint32_t> upperRows;
    for (Slot slot = 0; slot < slots_; ++slot) {
      high.values(hi.data(), hi.size());
      std::uint8_t level = 0;
      levels.archive()(level);
      links.values(row.data(), row.size());
      const std::uint64_t upperBytes = 4 * (1 + std::uint64_t{m}) * level;
      if (level > kMaxLevel || upperBytes > upperLeft) {
        return corruptSection(Section::levels, at(slot) + "the level is out of range");
      }
      upperLeft -= upperBytes;
      upperRows.resize(upperBytes / 4);
      upper.values(upperRows.data(), upperRows.size());
      if (!paddedWithZeros(row, 1 + 2 * m) || !paddedWithZeros(upperRows, 1 + m)) {
        return corruptSection(Section::links, at(slot) + "a list is not padded with zeros");
      }
      if (const auto ok = checkCodes(slot, hi); !ok) return ok;
      const HotFactor factor = state_->codec.hotFactor(state_->cold[slot]);
      state_->graph.restoreNode(hi.data(), factor, row, level, upperRows);
    }
    if (upperLeft != 0) return corruptSection(Section::upper, "has bytes that no node uses");
    if (slots_ != 0) state_->graph.restoreEntry(meta_.entry, meta_.maxLevel);
    if (slots_ == 0 && (meta_.entry != 0 || meta_.maxLevel != -1)) {
      return corruptSection(Section::meta, "an empty graph has an entry");
    }
    return checkGraph(state_->graph, meta_.options.hnsw);
  }

  static bool paddedWithZeros(std::span<const std::uint32_t> rows, std::size_t width) noexcept {
    for (std::size_t begin = 0; begin < rows.size(); begin += width) {
      const auto row = rows.subspan(begin, width);
      // A count beyond the capacity is checkGraph's to report.
      const std::size_t used = std::min<std::size_t>(1 + std::size_t{row[0]}, width);
      if (std::any_of(row.begin() + static_cast<std::ptrdiff_t>(used), row.end(),
                      [](std::uint32_t v) { return v != 0; })) {
        return false;
      }
    }
    return true;
  }

  Result<void> checkCodes(Slot slot, std::span<const std::int8_t> hi) const {
    if (std::find(hi.begin(), hi.end(), std::int8_t{-128}) != hi.end()) {
      return corruptSection(Section::high, at(slot) + "-128 is no code");
    }
    const bool live = state_->records.isLive(slot);
    const std::int64_t selfDot = state_->codec.selfDot({hi.data(), state_->low.row(slot)});
    if (live && selfDot != state_->cold[slot].selfDot) {
      return corruptSection(Section::factors, at(slot) + "the factors do not go with the codes");
    }
    return {};
  }

  Result<void> readFloats() {
    if (!state_->floats) return {};
    SectionReader floats(sections_.bytes(Section::floats));
    for (Slot slot = 0; slot < slots_; ++slot) {
      float* row = state_->floats->row(slot);
      floats.values(row, meta_.options.dimension);
      const bool live = state_->records.isLive(slot);
      if (!std::all_of(row, row + meta_.options.dimension,
                       [live](float v) { return live ? std::isfinite(v) : v == 0; })) {
        return corruptSection(Section::floats, at(slot) + "not finite, or dead and not erased");
      }
    }
    return {};
  }

  std::string_view text(Section section, std::uint64_t begin, std::uint64_t length) const noexcept {
    const auto bytes = sections_.bytes(section).subspan(begin, length);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  const SnapshotSections& sections_;
  const format::Meta& meta_;
  Slot slots_;
  std::unique_ptr<StoreState> state_;
  std::uint64_t textBegin_ = format::kArchiveByte;
  std::uint32_t namesSeen_ = 0;
};

}  // namespace

Result<std::unique_ptr<StoreState>> readSnapshot(std::span<const std::byte> bytes,
                                                 const kernels::KernelTable* kernels) {
  try {
    const auto sections = SnapshotSections::read(bytes);
    if (!sections) return tl::unexpected<Error>(sections.error());
    return Reader(*sections, kernels).read();
  } catch (const cereal::Exception& e) {
    return fail(ErrorCode::snapshotCorrupt, std::string("an archive is malformed: ") + e.what());
  }
}

}  // namespace damask
