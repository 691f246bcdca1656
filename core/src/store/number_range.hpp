#pragma once

#include <cmath>
#include <limits>
#include <type_traits>

#include "damask/filter.hpp"

namespace damask {

/// The numbers of a column that compare with a value as an operator asks: those from low to high,
/// or, when inverted, all others. Whole numbers are compared exactly, as nothing is rounded.
template <typename Number>
struct NumberRange {
  Number low{}, high{};  ///< None when low is above high.
  bool inverted = false;
};

template <typename Number>
NumberRange<Number> rangeOf(FilterOperator op, double value) noexcept {
  using Limits = std::numeric_limits<Number>;
  NumberRange<Number> range;
  const bool below = op == FilterOperator::less || op == FilterOperator::lessOrEqual;
  const bool above = op == FilterOperator::greater || op == FilterOperator::greaterOrEqual;
  const bool strict = op == FilterOperator::less || op == FilterOperator::greater;
  range.inverted = op == FilterOperator::notEqual;
  if constexpr (std::is_floating_point_v<Number>) {
    range.low = range.high = value;
    if (below) range.low = -Limits::max();
    if (above) range.high = Limits::max();
    // The next double below or above: finite, or beyond all that columns hold.
    if (strict && below) range.high = std::nextafter(value, -HUGE_VAL);
    if (strict && above) range.low = std::nextafter(value, HUGE_VAL);
  } else {
    // The largest Number plus one, a power of two, and the smallest are exact as doubles.
    constexpr double kEnd = 2.0 * static_cast<double>(Number{1} << (Limits::digits - 1));
    constexpr double kBegin = static_cast<double>(Limits::min());
    // The first and the last whole number of the range.
    const double up = std::ceil(value), down = std::floor(value);
    const double first = strict && above ? down : up;
    const double last = strict && below ? up : down;
    bool empty = (!below && first >= kEnd) || (!above && last < kBegin);
    range.low = below || empty || first < kBegin ? Limits::min() : static_cast<Number>(first);
    range.high = above || empty || last >= kEnd ? Limits::max() : static_cast<Number>(last);
    if (strict && above && first >= kBegin) {
      empty = empty || range.low == Limits::max();
      if (!empty) ++range.low;
    }
    if (strict && below && last < kEnd) {
      empty = empty || range.high == Limits::min();
      if (!empty) --range.high;
    }
    if (empty) {
      range.low = Limits::max();
      range.high = Limits::min();
    }
  }
  return range;
}

}  // namespace damask
