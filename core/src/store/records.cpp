#include "store/records.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace damask {
namespace {

// Amortised room for one more, so that the push_back that follows cannot throw.
template <typename T>
void makeRoom(std::vector<T>& v, std::size_t size) {
  if (v.capacity() < size) v.reserve(std::max(size, v.capacity() + v.capacity() / 2));
}

template <typename T>
std::optional<T> when(bool present, T value) {
  return present ? std::optional<T>(std::move(value)) : std::nullopt;
}

}  // namespace

bool Records::Equal::operator()(std::string_view a, Slot b) const noexcept {
  return a == records->row(b).id();
}

Records::Records() : index_(0, Hash{this, KeyedHash(this)}, Equal{this}) {
  index_.max_load_factor(0.9f);
}

std::optional<Slot> Records::find(std::string_view id) const {
  const auto found = index_.find(id);
  if (found == index_.end()) return std::nullopt;
  return *found;
}

Pattern Records::pattern(Slot slot) const {
  const Record& r = rows_[slot];
  Pattern p;
  p.id = r.id();
  p.type = names_[types_[slot]];
  p.domain = names_[domains_[slot]];
  p.content = r.content();
  if (r.has(Record::kFramework)) p.framework = names_[frameworks_[slot]];
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
  return arena_.bytes() + names_.bytes() + rows_.capacity() * sizeof(Record) +
         (types_.capacity() + domains_.capacity() + frameworks_.capacity()) * 4 +
         live_.capacity() * 8 + staged_.capacity() * 4 + index_.bucket_count() * 8;
}

Records::Prepared Records::prepare(const Pattern& p) {
  const std::size_t next = rows_.size() + 1;
  makeRoom(rows_, next);
  makeRoom(types_, next);
  makeRoom(domains_, next);
  makeRoom(frameworks_, next);
  makeRoom(live_, (next + 63) / 64);
  makeRoom(staged_, staged_.size() + 1);
  // robin_set rehashes on the insertion that finds it this full, and on every reserve(). The staged
  // are yet to be inserted.
  const auto full = static_cast<float>(index_.bucket_count()) * index_.max_load_factor();
  const std::size_t ids = index_.size() + staged_.size();
  if (ids >= static_cast<std::size_t>(full)) index_.reserve(2 * ids + 1);

  Prepared prepared;
  prepared.names = {names_.intern(p.type), names_.intern(p.domain),
                    p.framework ? names_.intern(*p.framework) : kNoName};
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
  const auto slot = static_cast<Slot>(rows_.size());
  appendRow(prepared.record, prepared.names);
  return makeLive(slot);
}

std::optional<Slot> Records::makeLive(Slot slot) noexcept {
  const std::optional<Slot> previous = find(rows_[slot].id());
  if (previous) kill(*previous);
  live_[slot / 64] |= std::uint64_t{1} << (slot % 64);
  ++liveCount_;
  index_.insert(slot);
  return previous;
}

void Records::appendStaged(const Prepared& prepared) noexcept {
  staged_.push_back(static_cast<Slot>(rows_.size()));
  appendRow(prepared.record, prepared.names);
}

void Records::appendDead() noexcept {
  appendRow(Record{}, RecordNames{});
}

void Records::appendRow(const Record& record, RecordNames names) noexcept {
  rows_.push_back(record);
  types_.push_back(names.type);
  domains_.push_back(names.domain);
  frameworks_.push_back(names.framework);
  if (live_.size() * 64 < rows_.size()) live_.push_back(0);
}

void Records::kill(Slot slot) noexcept {
  index_.erase(slot);
  live_[slot / 64] &= ~(std::uint64_t{1} << (slot % 64));
  --liveCount_;
  eraseRow(slot);
}

void Records::eraseRow(Slot slot) noexcept {
  if (isFrozen(slot)) return;
  Record& r = rows_[slot];
  std::memset(r.text, 0, r.textBytes());
  r = Record{};
  types_[slot] = domains_[slot] = frameworks_[slot] = 0;
}

void Records::freeze() {
  frozen_ =
      std::make_unique<Frozen>(Frozen{static_cast<Slot>(rows_.size()), liveCount_, live_, {}});
}

const Record& Records::frozenRow(Slot slot) const {
  const auto kept = frozen_->rows.find(slot);
  return kept == frozen_->rows.end() ? rows_[slot] : kept->second;
}

void Records::keepRow(Slot slot) {
  if (isFrozen(slot)) frozen_->rows.emplace(slot, rows_[slot]);
}

void Records::copyUsage(Slot slot, const Record& from) noexcept {
  Record& r = rows_[slot];
  r.usageCount = from.usageCount;
  r.lastUsed = from.lastUsed;
  r.verdict = from.verdict;
  r.present = from.present;
}

void Records::recordUsage(Slot slot, std::optional<Verdict> outcome, std::int64_t nowMs) noexcept {
  Record& r = rows_[slot];
  ++r.usageCount;
  r.lastUsed = nowMs;
  r.present |= Record::kLastUsed;
  if (outcome) r.verdict = static_cast<std::uint8_t>(*outcome);
}

void Records::reserve(std::size_t slots, std::size_t live, std::size_t names,
                      std::size_t nameBytes) {
  rows_.reserve(slots);
  types_.reserve(slots);
  domains_.reserve(slots);
  frameworks_.reserve(slots);
  live_.reserve((slots + 63) / 64);
  index_.reserve(live);
  names_.reserve(names, nameBytes);
}

std::size_t Records::match(const SearchOptions& options, std::vector<std::uint64_t>& bits) const {
  bits = live_;
  const auto keep = [&](const std::optional<std::string>& wanted,
                        const std::vector<std::uint32_t>& column) {
    if (!wanted) return;
    const std::optional<std::uint32_t> number = names_.find(*wanted);
    if (!number) {
      std::fill(bits.begin(), bits.end(), 0);
      return;
    }
    for (std::size_t word = 0; word < bits.size(); ++word) {
      if (bits[word] == 0) continue;
      const std::size_t first = word * 64;
      const std::size_t last = std::min(first + 64, column.size());
      std::uint64_t equal = 0;
      for (std::size_t slot = first; slot < last; ++slot) {
        equal |= std::uint64_t{column[slot] == *number} << (slot - first);
      }
      bits[word] &= equal;
    }
  };
  keep(options.domain, domains_);
  keep(options.type, types_);
  keep(options.framework, frameworks_);
  std::size_t count = 0;
  for (const std::uint64_t word : bits) count += static_cast<std::size_t>(std::popcount(word));
  return count;
}

}  // namespace damask
