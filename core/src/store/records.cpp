#include "store/records.hpp"

#include <atomic>
#include <cstring>

#include "store/make_room.hpp"

namespace damask {
namespace {

template <typename T>
std::optional<T> when(bool present, T value) {
  return present ? std::optional<T>(std::move(value)) : std::nullopt;
}

}  // namespace

void Records::noteChange() noexcept {
  static std::atomic<std::uint64_t> last{0};
  version_ = last.fetch_add(1, std::memory_order_relaxed) + 1;
}

bool Records::Equal::operator()(std::string_view a, Slot b) const noexcept {
  return a == records->texts_[b].id();
}

Records::Records(std::span<const MetadataField> fields)
    : fields_(fields.begin(), fields.end()),
      metadata_(fields),
      index_(0, Hash{this, KeyedHash(this)}, Equal{this}) {
  index_.max_load_factor(0.9f);
  noteChange();
}

std::optional<Slot> Records::find(std::string_view id) const {
  const auto found = index_.find(id);
  if (found == index_.end()) return std::nullopt;
  return *found;
}

Record Records::row(Slot slot) const noexcept {
  const RecordColumns& c = columns_;
  return {texts_[slot],        c.present[slot],    c.verdicts[slot],  c.coverages[slot],
          c.flakinesses[slot], c.createdAts[slot], c.lastUseds[slot], c.usageCounts[slot]};
}

void Records::setRow(Slot slot, const Record& r, RecordNames names) noexcept {
  RecordColumns& c = columns_;
  texts_[slot] = r;
  c.types[slot] = names.type;
  c.domains[slot] = names.domain;
  c.frameworks[slot] = names.framework;
  c.present[slot] = r.present;
  c.verdicts[slot] = r.verdict;
  c.coverages[slot] = r.coverage;
  c.flakinesses[slot] = r.flakiness;
  c.createdAts[slot] = r.createdAt;
  c.lastUseds[slot] = r.lastUsed;
  c.usageCounts[slot] = r.usageCount;
}

Pattern Records::pattern(Slot slot) const {
  const Record r = row(slot);
  const RecordNames names = this->names(slot);
  Pattern p;
  p.id = r.id();
  p.type = names_[names.type];
  p.domain = names_[names.domain];
  p.content = r.content();
  if (r.has(Record::kFramework)) p.framework = names_[names.framework];
  p.coverage = when(r.has(Record::kCoverage), r.coverage);
  p.flakinessScore = when(r.has(Record::kFlakiness), r.flakiness);
  p.verdict = when(r.verdict != 0, static_cast<Verdict>(r.verdict));
  p.createdAt = when(r.has(Record::kCreatedAt), r.createdAt);
  p.lastUsed = when(r.has(Record::kLastUsed), r.lastUsed);
  p.usageCount = r.usageCount;
  if (r.has(Record::kMetadata)) p.metadata = r.metadata();
  return p;
}

std::size_t Records::bytes() const noexcept {
  std::size_t columns = 0;
  RecordColumns::each(columns_, [&columns](const auto& column) {
    columns += column.capacity() * sizeof(column[0]);
  });
  return arena_.bytes() + names_.bytes() + texts_.capacity() * sizeof(RecordTexts) + columns +
         metadata_.bytes() + (live_.capacity() + touched_.capacity()) * 8 + staged_.capacity() * 4 +
         index_.bucket_count() * 8;
}

Records::Prepared Records::prepare(const Pattern& p) {
  const std::size_t next = texts_.size() + 1;
  makeRoom(texts_, next);
  RecordColumns::each(columns_, [next](auto& column) { makeRoom(column, next); });
  makeRoom(live_, (next + 63) / 64);
  makeRoom(touched_, (next + 63) / 64);
  makeRoom(staged_, staged_.size() + 1);
  // robin_set rehashes on the insertion that finds it this full, and on every reserve(). The staged
  // are yet to be inserted.
  const auto full = static_cast<float>(index_.bucket_count()) * index_.max_load_factor();
  const std::size_t ids = index_.size() + staged_.size();
  if (ids >= static_cast<std::size_t>(full)) index_.reserve(2 * ids + 1);

  Prepared prepared;
  prepared.names = {names_.intern(p.type), names_.intern(p.domain),
                    p.framework ? names_.intern(*p.framework) : kNoName};
  prepared.metadata = prepareMetadata(p.metadata ? std::string_view(*p.metadata) : "");
  Record& r = prepared.record;
  r.idBytes = static_cast<std::uint32_t>(p.id.size());
  r.contentBytes = static_cast<std::uint32_t>(p.content.size());
  r.metadataBytes = p.metadata ? static_cast<std::uint32_t>(p.metadata->size()) : 0;
  r.text = arena_.allocate(r.textBytes());
  std::memcpy(r.text, p.id.data(), r.idBytes);
  std::memcpy(r.text + r.idBytes, p.content.data(), r.contentBytes);
  if (p.metadata) {
    std::memcpy(r.text + r.idBytes + r.contentBytes, p.metadata->data(), r.metadataBytes);
  }
  const auto mark = [&r](Record::Present field, bool present) {
    if (present) r.present = static_cast<std::uint8_t>(r.present | field);
  };
  mark(Record::kFramework, p.framework.has_value());
  mark(Record::kCoverage, p.coverage.has_value());
  mark(Record::kFlakiness, p.flakinessScore.has_value());
  mark(Record::kCreatedAt, p.createdAt.has_value());
  mark(Record::kLastUsed, p.lastUsed.has_value());
  mark(Record::kMetadata, p.metadata.has_value());
  r.verdict = p.verdict ? static_cast<std::uint8_t>(*p.verdict) : 0;
  r.coverage = p.coverage.value_or(0);
  r.flakiness = p.flakinessScore.value_or(0);
  r.createdAt = p.createdAt.value_or(0);
  r.lastUsed = p.lastUsed.value_or(0);
  r.usageCount = p.usageCount;
  return prepared;
}

std::optional<Slot> Records::append(const Prepared& prepared) noexcept {
  const auto slot = static_cast<Slot>(texts_.size());
  appendRow(prepared.record, prepared.names);
  metadata_.append(prepared.metadata);
  return makeLive(slot);
}

std::optional<Slot> Records::makeLive(Slot slot) noexcept {
  const std::optional<Slot> previous = find(texts_[slot].id());
  if (previous) kill(*previous);
  noteChange();
  live_[slot / 64] |= std::uint64_t{1} << (slot % 64);
  ++liveCount_;
  index_.insert(slot);
  return previous;
}

void Records::appendStaged(const Prepared& prepared) noexcept {
  staged_.push_back(static_cast<Slot>(texts_.size()));
  appendRow(prepared.record, prepared.names);
  metadata_.append(prepared.metadata);
}

void Records::appendDead() noexcept {
  appendRow(Record{}, RecordNames{});
  metadata_.appendNone();
}

void Records::appendRow(const Record& record, RecordNames names) noexcept {
  noteChange();
  texts_.emplace_back();
  RecordColumns::each(columns_, [](auto& column) { column.emplace_back(); });
  setRow(static_cast<Slot>(texts_.size() - 1), record, names);
  if (live_.size() * 64 < texts_.size()) {
    live_.push_back(0);
    touched_.push_back(0);
  }
}

void Records::kill(Slot slot) noexcept {
  noteChange();
  touch(slot);
  index_.erase(slot);
  live_[slot / 64] &= ~(std::uint64_t{1} << (slot % 64));
  --liveCount_;
  eraseRow(slot);
}

void Records::eraseRow(Slot slot) noexcept {
  if (isFrozen(slot)) return;
  const RecordTexts& texts = texts_[slot];
  std::memset(texts.text, 0, texts.textBytes());
  setRow(slot, Record{}, RecordNames{});
  metadata_.erase(slot);
}

void Records::freeze() {
  frozen_ =
      std::make_unique<Frozen>(Frozen{static_cast<Slot>(texts_.size()), liveCount_, live_, {}});
}

Record Records::frozenRow(Slot slot) const {
  const auto kept = frozen_->rows.find(slot);
  return kept == frozen_->rows.end() ? row(slot) : kept->second;
}

void Records::keepRow(Slot slot) {
  if (isFrozen(slot)) frozen_->rows.emplace(slot, row(slot));
}

void Records::copyUsage(Slot slot, const Record& from) noexcept {
  noteChange();
  columns_.usageCounts[slot] = from.usageCount;
  columns_.lastUseds[slot] = from.lastUsed;
  columns_.verdicts[slot] = from.verdict;
  columns_.present[slot] = from.present;
}

void Records::recordUsage(Slot slot, std::optional<Verdict> outcome, std::int64_t nowMs) noexcept {
  noteChange();
  touch(slot);
  ++columns_.usageCounts[slot];
  columns_.lastUseds[slot] = nowMs;
  columns_.present[slot] |= Record::kLastUsed;
  if (outcome) columns_.verdicts[slot] = static_cast<std::uint8_t>(*outcome);
}

void Records::reserve(std::size_t slots, std::size_t live, std::size_t names,
                      std::size_t nameBytes) {
  texts_.reserve(slots);
  RecordColumns::each(columns_, [slots](auto& column) { column.reserve(slots); });
  metadata_.reserve(slots);
  live_.reserve((slots + 63) / 64);
  touched_.reserve((slots + 63) / 64);
  index_.reserve(live);
  names_.reserve(names, nameBytes);
}

}  // namespace damask
