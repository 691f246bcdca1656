#include "store/metadata_columns.hpp"

#include <algorithm>

#include "store/make_room.hpp"
#include "store/metadata_values.hpp"

namespace damask {
namespace {

constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();

}  // namespace

MetadataColumns::MetadataColumns(std::span<const MetadataField> fields) {
  columns_.resize(fields.size());
  for (std::size_t i = 0; i < fields.size(); ++i) columns_[i].kind = fields[i].kind;
}

std::size_t MetadataColumns::bytes() const noexcept {
  std::size_t bytes = columns_.empty() ? 0 : texts_.bytes();
  for (const Column& c : columns_) {
    bytes += c.strings.capacity() * 4 + c.numbers.capacity() * 8 + c.booleans.capacity() +
             c.ends.capacity() * 8;
  }
  return bytes;
}

void MetadataColumns::reserve(std::size_t slots) {
  for (Column& c : columns_) {
    if (c.kind == MetadataKind::string) makeRoom(c.strings, slots);
    if (c.kind == MetadataKind::number) makeRoom(c.numbers, slots);
    if (c.kind == MetadataKind::boolean) makeRoom(c.booleans, slots);
    if (c.kind == MetadataKind::stringList) makeRoom(c.ends, slots);
  }
}

MetadataColumns::Row MetadataColumns::prepare(std::string_view metadata,
                                              std::span<const MetadataField> fields) {
  Row row;
  if (columns_.empty()) return row;
  reserve(slots_ + 1);
  const auto values = readMetadata(metadata, fields);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const MetadataValue& value = (*values)[i];
    double number = kNoNumber;
    std::uint32_t count = 0;
    const auto intern = [&](std::string_view text) {
      row.strings.push_back(texts_.intern(text));
      ++count;
    };
    if (const auto* text = std::get_if<std::string>(&value)) intern(*text);
    if (const auto* it = std::get_if<double>(&value)) number = *it;
    if (const auto* it = std::get_if<bool>(&value)) number = *it ? 1 : 0;
    if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
      for (const std::string& text : *list) intern(text);
      if (list->empty()) {
        row.strings.push_back(kNone);
        count = 1;
      }
      makeRoom(columns_[i].strings, columns_[i].strings.size() + count);
    }
    row.numbers.push_back(number);
    row.counts.push_back(count);
  }
  return row;
}

void MetadataColumns::appendNumber(Column& c, double value) noexcept {
  if (c.kind == MetadataKind::number) c.numbers.push_back(value);
  if (c.kind == MetadataKind::boolean) {
    c.booleans.push_back(std::isnan(value) ? kNoBoolean : static_cast<std::uint8_t>(value));
  }
}

void MetadataColumns::append(const Row& row) noexcept {
  if (columns_.empty()) return;
  const std::uint32_t* next = row.strings.data();
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    Column& c = columns_[i];
    appendNumber(c, row.numbers[i]);
    if (c.kind == MetadataKind::string) c.strings.push_back(row.counts[i] == 0 ? kNone : *next);
    if (c.kind == MetadataKind::stringList) {
      c.strings.insert(c.strings.end(), next, next + row.counts[i]);
      c.ends.push_back(c.strings.size());
    }
    next += row.counts[i];
  }
  ++slots_;
}

void MetadataColumns::appendNone() noexcept {
  for (Column& c : columns_) {
    appendNumber(c, kNoNumber);
    if (c.kind == MetadataKind::string) c.strings.push_back(kNone);
    if (c.kind == MetadataKind::stringList) c.ends.push_back(c.strings.size());
  }
  ++slots_;
}

void MetadataColumns::erase(Slot slot) noexcept {
  for (Column& c : columns_) {
    if (c.kind == MetadataKind::string) c.strings[slot] = kNone;
    if (c.kind == MetadataKind::number) c.numbers[slot] = kNoNumber;
    if (c.kind == MetadataKind::boolean) c.booleans[slot] = kNoBoolean;
    if (c.kind == MetadataKind::stringList) {
      const std::uint64_t begin = slot == 0 ? 0 : c.ends[slot - 1];
      std::fill(c.strings.begin() + static_cast<std::ptrdiff_t>(begin),
                c.strings.begin() + static_cast<std::ptrdiff_t>(c.ends[slot]), kNone);
    }
  }
}

}  // namespace damask
