#include "store/filter_match.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <compare>
#include <limits>

namespace damask {
namespace {

using Bits = std::vector<std::uint64_t>;

/// A whole number beside a finite double, exactly.
template <typename Integer>
std::partial_ordering compareExactly(Integer a, double b) noexcept {
  const double whole = std::floor(b);
  // The largest Integer plus one, a power of two, and the smallest are exact as doubles.
  constexpr Integer kHalf = Integer{1} << (std::numeric_limits<Integer>::digits - 1);
  if (whole >= 2.0 * static_cast<double>(kHalf)) {
    return std::partial_ordering::less;
  }
  if (whole < static_cast<double>(std::numeric_limits<Integer>::min())) {
    return std::partial_ordering::greater;
  }
  const auto integer = static_cast<Integer>(whole);
  if (a != integer)
    return a < integer ? std::partial_ordering::less : std::partial_ordering::greater;
  return b > whole ? std::partial_ordering::less : std::partial_ordering::equivalent;
}

bool holds(FilterOperator op, std::partial_ordering order) noexcept {
  switch (op) {
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
}

bool textHolds(const FilterTerm& term, std::string_view text) noexcept {
  return std::any_of(term.values.begin(), term.values.end(), [&](const FilterValue& value) {
    const std::string_view wanted = *std::get_if<std::string>(&value);
    if (term.op == FilterOperator::prefix) return text.starts_with(wanted);
    return holds(term.op, text.compare(wanted) <=> 0);
  });
}

// Evaluates the terms in order on a stack of bit sets, each a part of `base`.
class Matcher {
 public:
  Matcher(const Records& records, const Bits& base, SearchScratch& scratch)
      : records_(records), base_(base), stack_(scratch.filterBits), names_(scratch.filterNames) {}

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
          if (depth_ == stack_.size()) stack_.emplace_back();
          stack_[depth_++].assign(base_.size(), 0);
          compare(term);
      }
    }
    return stack_[0];
  }

 private:
  template <typename Join>
  void join(std::uint32_t operands, Join bothOf) {
    for (std::uint32_t n = 1; n < operands; ++n) {
      --depth_;
      std::transform(stack_[depth_ - 1].begin(), stack_[depth_ - 1].end(), stack_[depth_].begin(),
                     stack_[depth_ - 1].begin(), bothOf);
    }
  }

  template <typename Keep>
  void each(Keep keep) {
    Bits& bits = stack_[depth_ - 1];
    for (std::size_t word = 0; word < base_.size(); ++word) {
      for (std::uint64_t left = base_[word]; left != 0; left &= left - 1) {
        const auto bit = static_cast<unsigned>(std::countr_zero(left));
        if (keep(static_cast<Slot>(word * 64 + bit))) bits[word] |= std::uint64_t{1} << bit;
      }
    }
  }

  void compare(const FilterTerm& term) {
    switch (term.field) {
      case FilterField::id:
        return compareIds(term);
      case FilterField::type:
        return compareNames(term, [](RecordNames names) { return names.type; });
      case FilterField::domain:
        return compareNames(term, [](RecordNames names) { return names.domain; });
      case FilterField::framework:
        return compareNames(term, [](RecordNames names) { return names.framework; });
      case FilterField::verdict:
        return compareVerdicts(term);
      case FilterField::coverage:
        return compareNumbers(term, Record::kCoverage, &Record::coverage);
      case FilterField::flakinessScore:
        return compareNumbers(term, Record::kFlakiness, &Record::flakiness);
      case FilterField::createdAt:
        return compareNumbers(term, Record::kCreatedAt, &Record::createdAt);
      case FilterField::lastUsed:
        return compareNumbers(term, Record::kLastUsed, &Record::lastUsed);
      case FilterField::usageCount:
        return compareNumbers(term, std::nullopt, &Record::usageCount);
    }
  }

  void compareIds(const FilterTerm& term) {
    if (term.op == FilterOperator::exists) return each([](Slot) { return true; });
    if (term.op != FilterOperator::equal && term.op != FilterOperator::oneOf) {
      return each([&](Slot slot) { return textHolds(term, records_.row(slot).id()); });
    }
    for (const FilterValue& value : term.values) {
      if (const auto slot = records_.find(*std::get_if<std::string>(&value))) {
        stack_[depth_ - 1][*slot / 64] |= base_[*slot / 64] & std::uint64_t{1} << (*slot % 64);
      }
    }
  }

  // Each name is compared once, and the rows by number.
  template <typename Column>
  void compareNames(const FilterTerm& term, Column column) {
    const NameTable& table = records_.nameTable();
    const bool exists = term.op == FilterOperator::exists;
    names_.assign(table.size(), exists ? 1 : 0);
    if (term.op == FilterOperator::equal || term.op == FilterOperator::oneOf) {
      for (const FilterValue& value : term.values) {
        if (const auto name = table.find(*std::get_if<std::string>(&value))) names_[*name] = 1;
      }
    } else if (!exists) {
      for (std::uint32_t name = 0; name < table.size(); ++name) {
        names_[name] = textHolds(term, table[name]) ? 1 : 0;
      }
    }
    each([&](Slot slot) {
      const std::uint32_t name = column(records_.names(slot));
      return name != kNoName && names_[name] != 0;
    });
  }

  void compareVerdicts(const FilterTerm& term) {
    std::uint32_t wanted = 0;  // one bit per verdict
    for (const FilterValue& value : term.values) {
      wanted |= 1u << static_cast<unsigned>(*parseVerdict(*std::get_if<std::string>(&value)));
    }
    if (term.op == FilterOperator::exists) wanted = ~0u;
    if (term.op == FilterOperator::notEqual) wanted = ~wanted;
    each([&](Slot slot) {
      const unsigned verdict = records_.row(slot).verdict;
      return verdict != 0 && (wanted >> verdict & 1) != 0;
    });
  }

  template <typename Number>
  void compareNumbers(const FilterTerm& term, std::optional<Record::Present> present,
                      Number Record::*field) {
    const auto order = [](Number a, double b) -> std::partial_ordering {
      if constexpr (std::is_floating_point_v<Number>) {
        return a <=> b;
      } else {
        return compareExactly(a, b);
      }
    };
    each([&](Slot slot) {
      const Record& r = records_.row(slot);
      if (present && !r.has(*present)) return false;
      if (term.op == FilterOperator::exists) return true;
      return std::any_of(term.values.begin(), term.values.end(), [&](const FilterValue& value) {
        return holds(term.op, order(r.*field, *std::get_if<double>(&value)));
      });
    });
  }

  const Records& records_;
  const Bits& base_;
  std::vector<Bits>& stack_;
  std::vector<std::uint8_t>& names_;
  std::size_t depth_ = 0;
};

}  // namespace

std::size_t matchRecords(const Records& records, const SearchOptions& options,
                         SearchScratch& scratch) {
  Bits& bits = scratch.matches;
  const std::size_t count = records.match(options, bits);
  if (!options.filter || count == 0) return count;
  const Bits& kept = Matcher(records, bits, scratch).run(*options.filter);
  bits.assign(kept.begin(), kept.end());
  std::size_t matches = 0;
  for (const std::uint64_t word : bits) matches += static_cast<std::size_t>(std::popcount(word));
  return matches;
}

}  // namespace damask
