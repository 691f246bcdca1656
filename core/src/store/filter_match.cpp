#include "store/filter_match.hpp"

#include <algorithm>
#include <bit>

#include "store/bits.hpp"
#include "store/column_bits.hpp"
#include "store/number_range.hpp"

namespace damask {
namespace {

const std::string& textOf(const FilterValue& value) {
  return *std::get_if<std::string>(&value);
}

bool textHolds(const FilterTerm& term, std::string_view text) noexcept {
  return std::any_of(term.values.begin(), term.values.end(), [&](const FilterValue& value) {
    const std::string_view wanted = textOf(value);
    const int order = text.compare(wanted);
    switch (term.op) {
      case FilterOperator::prefix:
        return text.starts_with(wanted);
      case FilterOperator::notEqual:
        return order != 0;
      case FilterOperator::less:
        return order < 0;
      case FilterOperator::lessOrEqual:
        return order <= 0;
      case FilterOperator::greater:
        return order > 0;
      case FilterOperator::greaterOrEqual:
        return order >= 0;
      default:
        return order == 0;
    }
  });
}

// Evaluates the terms in order on a stack of bit sets, each a part of `base`.
class Matcher {
 public:
  Matcher(const Records& records, const Bits& base, SearchScratch& scratch)
      : records_(records),
        columns_(records.columns()),
        base_(base),
        stack_(scratch.filterBits),
        flags_(scratch.filterNames),
        present_(scratch.filterPresent) {}

  const Bits& run(const Filter& filter) {
    for (const FilterTerm& term : filter.terms) {
      switch (term.op) {
        case FilterOperator::all:
          join(term.operands, [](std::uint64_t a, std::uint64_t b) { return a & b; });
          break;
        case FilterOperator::any:
          join(term.operands, [](std::uint64_t a, std::uint64_t b) { return a | b; });
          break;
        case FilterOperator::negation: {
          Bits& bits = stack_[depth_ - 1];
          for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = base_[i] & ~bits[i];
          break;
        }
        default:
          compare(term, push());
      }
    }
    return stack_[0];
  }

  /// The rows of a column of names that are `wanted`.
  void keepNames(const std::vector<std::uint32_t>& column, const std::string& wanted, Bits& bits) {
    const auto number = records_.nameTable().find(wanted);
    if (!number) return std::fill(bits.begin(), bits.end(), 0);
    selectBits(std::span(column), bits, bits, [&](std::uint32_t name) { return name == *number; });
  }

 private:
  Bits& push() {
    if (depth_ == stack_.size()) stack_.emplace_back();
    Bits& bits = stack_[depth_++];
    bits.resize(base_.size());
    return bits;
  }

  template <typename Join>
  void join(std::uint32_t operands, Join bothOf) {
    for (std::uint32_t n = 1; n < operands; ++n) {
      --depth_;
      std::transform(stack_[depth_ - 1].begin(), stack_[depth_ - 1].end(), stack_[depth_].begin(),
                     stack_[depth_ - 1].begin(), bothOf);
    }
  }

  void compare(const FilterTerm& term, Bits& bits) {
    switch (term.field) {
      case FilterField::id:
        return compareIds(term, bits);
      case FilterField::type:
        return compareTexts(term, columns_.types, records_.nameTable(), bits);
      case FilterField::domain:
        return compareTexts(term, columns_.domains, records_.nameTable(), bits);
      case FilterField::framework:
        return compareTexts(term, columns_.frameworks, records_.nameTable(), bits);
      case FilterField::verdict:
        return compareVerdicts(term, bits);
      case FilterField::coverage:
        return compareNumbers(term, Record::kCoverage, columns_.coverages, bits);
      case FilterField::flakinessScore:
        return compareNumbers(term, Record::kFlakiness, columns_.flakinesses, bits);
      case FilterField::createdAt:
        return compareNumbers(term, Record::kCreatedAt, columns_.createdAts, bits);
      case FilterField::lastUsed:
        return compareNumbers(term, Record::kLastUsed, columns_.lastUseds, bits);
      case FilterField::usageCount:
        return compareNumbers(term, Record::Present{}, columns_.usageCounts, bits);
      case FilterField::metadata:
        return compareMetadata(term, bits);
    }
  }

  void compareIds(const FilterTerm& term, Bits& bits) {
    if (term.op == FilterOperator::exists) {
      bits = base_;
      return;
    }
    std::fill(bits.begin(), bits.end(), 0);
    const auto keep = [&](Slot slot) {
      bits[slot / 64] |= base_[slot / 64] & std::uint64_t{1} << (slot % 64);
    };
    if (term.op == FilterOperator::equal || term.op == FilterOperator::oneOf) {
      for (const FilterValue& value : term.values) {
        if (const auto slot = records_.find(textOf(value))) keep(*slot);
      }
      return;
    }
    forEachBit(base_, [&](Slot slot) {
      if (textHolds(term, records_.texts(slot).id())) keep(slot);
    });
  }

  // Which texts of a table hold, each compared once; the flag behind the last is of those absent.
  void flagTexts(const FilterTerm& term, const NameTable& table) {
    const bool exists = term.op == FilterOperator::exists;
    flags_.assign(table.size() + 1, exists ? 1 : 0);
    flags_.back() = 0;
    if (term.op == FilterOperator::equal || term.op == FilterOperator::oneOf) {
      for (const FilterValue& value : term.values) {
        if (const auto text = table.find(textOf(value))) flags_[*text] = 1;
      }
    } else if (!exists) {
      for (std::uint32_t text = 0; text < table.size(); ++text) {
        flags_[text] = textHolds(term, table[text]) ? 1 : 0;
      }
    }
  }

  void compareTexts(const FilterTerm& term, const std::vector<std::uint32_t>& column,
                    const NameTable& table, Bits& bits) {
    const std::span<const std::uint32_t> numbers(column);
    if (term.op == FilterOperator::equal) {
      // A number that no text has is that of none.
      const std::uint32_t wanted = table.find(textOf(term.values[0])).value_or(kNoName - 1);
      return selectBits(numbers, base_, bits, [=](std::uint32_t n) { return n == wanted; });
    }
    flagTexts(term, table);
    const std::uint8_t* flags = flags_.data();
    const auto none = static_cast<std::uint32_t>(table.size());
    selectBits(numbers, base_, bits,
               [=](std::uint32_t n) { return flags[std::min(n, none)] != 0; });
  }

  void compareVerdicts(const FilterTerm& term, Bits& bits) {
    std::uint32_t wanted = 0;  // one bit per verdict
    for (const FilterValue& value : term.values) {
      wanted |= 1u << static_cast<unsigned>(*parseVerdict(textOf(value)));
    }
    if (term.op == FilterOperator::exists) wanted = ~0u;
    if (term.op == FilterOperator::notEqual) wanted = ~wanted;
    selectBits(std::span(columns_.verdicts), base_, bits, [=](std::uint8_t verdict) {
      return ((verdict != 0) & (wanted >> (verdict & 31) & 1)) != 0;
    });
  }

  // `present` is 0 for what every pattern has.
  template <typename Number>
  void compareNumbers(const FilterTerm& term, Record::Present present,
                      const std::vector<Number>& column, Bits& bits) {
    const Bits* among = &base_;
    if (present != 0) {
      present_.resize(base_.size());
      selectBits(std::span(columns_.present), base_, present_,
                 [=](std::uint8_t it) { return (it & present) != 0; });
      among = &present_;
    }
    if (term.op == FilterOperator::exists) {
      bits = *among;
      return;
    }
    selectNumbers(term, column, *among, bits);
  }

  template <typename Number>
  void selectNumbers(const FilterTerm& term, const std::vector<Number>& column, const Bits& among,
                     Bits& bits) {
    const auto select = [&](const FilterValue& value, Bits& selected) {
      const auto range = rangeOf<Number>(term.op, *std::get_if<double>(&value));
      selectRange(std::span<const Number>(column), range.low, range.high, among, selected);
      if (range.inverted) {
        for (std::size_t i = 0; i < among.size(); ++i) selected[i] = among[i] & ~selected[i];
      }
    };
    select(term.values[0], bits);
    if (term.values.size() == 1) return;
    Bits& more = push();  // may move `bits`
    --depth_;
    for (std::size_t i = 1; i < term.values.size(); ++i) {
      select(term.values[i], more);
      Bits& all = stack_[depth_ - 1];
      std::transform(all.begin(), all.end(), more.begin(), all.begin(), std::bit_or<>());
    }
  }

  void compareMetadata(const FilterTerm& term, Bits& bits) {
    const auto fields = records_.metadataFields();
    const auto field = std::find_if(fields.begin(), fields.end(),
                                    [&](const MetadataField& it) { return it.name == term.key; });
    const MetadataColumns& metadata = records_.metadata();
    const auto& column = metadata.column(static_cast<std::size_t>(field - fields.begin()));
    switch (column.kind) {
      case MetadataKind::string:
        return compareTexts(term, column.strings, metadata.texts(), bits);
      case MetadataKind::stringList:
        return compareLists(term, column, bits);
      case MetadataKind::boolean:
        return compareBooleans(term, column.booleans, bits);
      case MetadataKind::number:
        return compareNumbers(term, column.numbers, bits);
    }
  }

  // Absent ones are no numbers, and outside of every range.
  void compareNumbers(const FilterTerm& term, const std::vector<double>& column, Bits& bits) {
    const bool exists = term.op == FilterOperator::exists;
    if (!exists && term.op != FilterOperator::notEqual) {
      return selectNumbers(term, column, base_, bits);
    }
    Bits& present = exists ? bits : present_;
    present.resize(base_.size());
    selectBits(std::span(column), base_, present, [](double value) { return value == value; });
    if (!exists) selectNumbers(term, column, present, bits);
  }

  void compareBooleans(const FilterTerm& term, const std::vector<std::uint8_t>& column,
                       Bits& bits) {
    std::uint32_t wanted = 0;  // one bit for false, one for true
    for (const FilterValue& value : term.values)
      wanted |= 1u << (*std::get_if<bool>(&value) ? 1 : 0);
    if (term.op == FilterOperator::exists) wanted = 3;
    if (term.op == FilterOperator::notEqual) wanted = ~wanted & 3;
    selectBits(std::span(column), base_, bits,
               [=](std::uint8_t value) { return (wanted >> value & 1) != 0; });
  }

  // Of a list, one string that holds is enough; for notEqual all must.
  void compareLists(const FilterTerm& term, const MetadataColumns::Column& column, Bits& bits) {
    const bool none = term.op == FilterOperator::notEqual;
    FilterTerm asked = term;
    if (none) asked.op = FilterOperator::equal;
    const NameTable& texts = records_.metadata().texts();
    flagTexts(asked, texts);
    const auto absent = static_cast<std::uint32_t>(texts.size());
    std::fill(bits.begin(), bits.end(), 0);
    forEachBit(base_, [&](Slot slot) {
      const std::uint64_t begin = slot == 0 ? 0 : column.ends[slot - 1];
      const std::uint64_t end = column.ends[slot];
      if (begin == end) return;
      bool some = term.op == FilterOperator::exists;
      for (std::uint64_t i = begin; i < end; ++i) {
        some |= flags_[std::min(column.strings[i], absent)] != 0;
      }
      if (some != none) bits[slot / 64] |= std::uint64_t{1} << (slot % 64);
    });
  }

  const Records& records_;
  const RecordColumns& columns_;
  const Bits& base_;
  std::vector<Bits>& stack_;
  std::vector<std::uint8_t>& flags_;
  Bits& present_;
  std::size_t depth_ = 0;
};

}  // namespace

const FilterMatches& matchRecords(const Records& records, const SearchOptions& options,
                                  SearchScratch& scratch) {
  FilterMemory& memory = scratch.filters;
  const auto known = std::find_if(memory.begin(), memory.end(), [&](const FilterMatches& it) {
    return it.version == records.version() && it.domain == options.domain &&
           it.type == options.type && it.framework == options.framework &&
           it.filter == options.filter;
  });
  const bool found = known != memory.end();
  std::rotate(memory.begin(), found ? known : memory.end() - 1, found ? known + 1 : memory.end());
  FilterMatches& matches = memory.front();
  if (found) return matches;
  matches.version = 0;
  matches.bits = records.live();
  Matcher matcher(records, matches.bits, scratch);
  const RecordColumns& columns = records.columns();
  if (options.domain) matcher.keepNames(columns.domains, *options.domain, matches.bits);
  if (options.type) matcher.keepNames(columns.types, *options.type, matches.bits);
  if (options.framework) matcher.keepNames(columns.frameworks, *options.framework, matches.bits);
  if (options.filter) matches.bits = matcher.run(*options.filter);
  matches.count = 0;
  for (const std::uint64_t word : matches.bits) {
    matches.count += static_cast<std::size_t>(std::popcount(word));
  }
  matches.domain = options.domain;
  matches.type = options.type;
  matches.framework = options.framework;
  matches.filter = options.filter;
  matches.version = records.version();
  return matches;
}

}  // namespace damask
