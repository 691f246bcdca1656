#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

#include "durable/snapshot_io.hpp"
#include "durable/snapshot_sections.hpp"
#include "graph/graph_check.hpp"
#include "store/json_text.hpp"
#include "store/metadata_values.hpp"
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
    state_->history = meta_.history;
    for (const auto step : {&Reader::readFactors, &Reader::readNames, &Reader::readRecords,
                            &Reader::readCodes, &Reader::readGraph, &Reader::readFloats}) {
      if (const auto ok = (this->*step)(); !ok) return tl::unexpected<Error>(ok.error());
    }
    return std::move(state_);
  }

 private:
  static std::string at(Slot slot) { return "slot " + std::to_string(slot) + ": "; }

  Result<void> readFactors() {
    SectionReader factors(sections_.bytes(Section::factors));
    for (Slot slot = 0; slot < slots_; ++slot) {
      ColdFactor factor;
      format::transfer(factors.archive(), factor);
      if (!state_->codec.plausible(factor.scale)) {
        return corruptSection(Section::factors, at(slot) + "no vector has this scale");
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
    const std::string_view metadata = r.has(Record::kMetadata) ? r.metadata() : "";
    const auto values = readMetadata(metadata, meta_.options.metadataFields);
    if (!values) return corruptSection(Section::text, at(slot) + values.error().message);
    row.metadata = state_->records.prepareMetadata(metadata);
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
    const auto isUnset = [](double value) { return value == 0 && !std::signbit(value); };
    if (framework != r.has(Record::kFramework) ||
        (!r.has(Record::kCoverage) && !isUnset(r.coverage)) ||
        (!r.has(Record::kFlakiness) && !isUnset(r.flakiness)) ||
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
    const std::uint64_t dimension = meta_.options.dimension;
    if (!isZero(Section::records, slot * format::kRecordBytes, format::kRecordBytes)) {
      return corruptSection(Section::records, at(slot) + "a dead slot is not erased");
    }
    if (!isZero(Section::low, slot * dimension, dimension)) {
      return corruptSection(Section::low, at(slot) + "a dead slot is not erased");
    }
    state_->records.appendDead();
    return {};
  }

  Result<void> readCodes() {
    SectionReader high(sections_.bytes(Section::high));
    SectionReader low(sections_.bytes(Section::low));
    const Codec& codec = state_->codec;
    std::vector<std::int8_t> hi(2 * codec.half()), lo(2 * codec.half());
    for (Slot slot = 0; slot < slots_; ++slot) {
      high.values(hi.data(), meta_.options.dimension);
      low.values(lo.data(), meta_.options.dimension);
      if (const auto ok = checkCodes(slot, {hi.data(), lo.data()}); !ok) return ok;
      std::uint8_t* top = state_->graph.nextCode();
      codec.split({hi.data(), lo.data()}, top, state_->rest.row(slot));
      state_->graph.append(codec.storedFactor(state_->cold[slot], top));
    }
    return {};
  }

  Result<void> readGraph() {
    const std::uint32_t m = meta_.options.hnsw.m;
    SectionReader levels(sections_.bytes(Section::levels));
    SectionReader links(sections_.bytes(Section::links));
    SectionReader upper(sections_.bytes(Section::upper));
    std::uint64_t upperLeft = sections_.bytes(Section::upper).size() - format::kArchiveByte;
    std::vector<std::uint32_t> row(1 + 2 * std::size_t{m});
    std::vector<std::uint32_t> upperRows;
    for (Slot slot = 0; slot < meta_.linked; ++slot) {
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
      if (const auto ok = checkLists(slot, Section::links, row, 2 * m); !ok) return ok;
      if (const auto ok = checkLists(slot, Section::upper, upperRows, m); !ok) return ok;
      state_->graph.restoreLinks(row, level, upperRows);
    }
    if (upperLeft != 0) return corruptSection(Section::upper, "has bytes that no node uses");
    if (meta_.linked != 0) state_->graph.restoreEntry(meta_.entry, meta_.maxLevel);
    if (meta_.linked == 0 && (meta_.entry != 0 || meta_.maxLevel != -1)) {
      return corruptSection(Section::meta, "an empty graph has an entry");
    }
    return checkGraph(state_->graph);
  }

  // That each list fits its row and links to slots of the file; what else there is to say of links,
  // checkGraph says.
  Result<void> checkLists(Slot slot, Section section, std::span<const std::uint32_t> rows,
                          std::uint32_t capacity) const {
    const std::size_t width = 1 + std::size_t{capacity};
    for (std::size_t begin = 0; begin < rows.size(); begin += width) {
      const std::uint32_t count = rows[begin];
      if (count > capacity) {
        return corruptSection(section, at(slot) + std::to_string(count) +
                                           " links, but the capacity is " +
                                           std::to_string(capacity));
      }
      const auto links = rows.subspan(begin + 1, count);
      const auto beyond =
          std::find_if(links.begin(), links.end(), [this](Slot s) { return s >= meta_.linked; });
      if (beyond != links.end()) {
        return corruptSection(section, at(slot) + "links to slot " + std::to_string(*beyond) +
                                           " of " + std::to_string(meta_.linked));
      }
      const auto padding = rows.subspan(begin + 1 + count, capacity - count);
      if (std::any_of(padding.begin(), padding.end(), [](std::uint32_t v) { return v != 0; })) {
        return corruptSection(section, at(slot) + "a list is not padded with zeros");
      }
    }
    return {};
  }

  // The largest component of a live slot's code is as encode() scales it; a dead one has its top
  // nibbles alone. All are zero for the zero vector.
  Result<void> checkCodes(Slot slot, CodePlanes planes) const {
    const ColdFactor& factor = state_->cold[slot];
    const bool live = state_->records.isLive(slot);
    std::int32_t largest = 0, below = 0;
    for (std::size_t i = 0; i < meta_.options.dimension; ++i) {
      largest = std::max(largest, std::abs(256 * planes.hi[i] + planes.lo[i]));
      below |= planes.hi[i] & 15;
    }
    const int scaled = live ? kLargestCode : 4096 * kLargestTop;
    if (largest != (factor.scale == 0 ? 0 : scaled)) {
      return corruptSection(Section::high, at(slot) + "the largest code is " +
                                               std::to_string(largest) + ", which is not scaled");
    }
    if (!live && below != 0) {
      return corruptSection(Section::high, at(slot) + "a dead slot has more than its top nibbles");
    }
    if (factor.selfDot != (live ? state_->codec.selfDot(planes) : 0)) {
      return corruptSection(Section::factors, at(slot) + "selfDot does not go with the codes");
    }
    return {};
  }

  Result<void> readFloats() {
    if (!state_->floats) return {};
    const std::uint32_t dimension = meta_.options.dimension;
    const std::uint64_t rowBytes = 4 * std::uint64_t{dimension};
    SectionReader floats(sections_.bytes(Section::floats));
    const std::size_t half = state_->codec.half();
    std::vector<std::int8_t> hi(2 * half), lo(2 * half);
    std::vector<std::uint8_t> top(half), rest(restBytes(dimension));
    for (Slot slot = 0; slot < slots_; ++slot) {
      const std::span<float> row(state_->floats->row(slot), dimension);
      floats.values(row.data(), dimension);
      if (!state_->records.isLive(slot)) {
        if (isZero(Section::floats, slot * rowBytes, rowBytes)) continue;
        return corruptSection(Section::floats, at(slot) + "a dead slot is not erased");
      }
      const auto largest = state_->codec.check(row, "the vector");
      if (!largest) return corruptSection(Section::floats, at(slot) + largest.error().message);
      const ColdFactor factor = state_->codec.encode(row, *largest, hi.data(), lo.data());
      state_->codec.split({hi.data(), lo.data()}, top.data(), rest.data());
      const StoredCode stored = state_->code(slot);
      if (factor.scale != state_->cold[slot].scale ||
          !std::equal(top.begin(), top.end(), stored.top) ||
          !std::equal(rest.begin(), rest.end(), stored.rest)) {
        return corruptSection(Section::floats, at(slot) + "the vector does not go with its codes");
      }
    }
    return {};
  }

  // Whether bytes of a section, counted from behind the archive's own, are all zero.
  bool isZero(Section section, std::uint64_t begin, std::uint64_t length) const noexcept {
    const auto bytes = sections_.bytes(section).subspan(format::kArchiveByte + begin, length);
    return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
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
