#pragma once

#include "damask/filter.hpp"

namespace damask::testing {

/// What a filter's comparison says of two values; any other operator asks whether they are equal.
template <typename T>
bool ordered(FilterOperator op, const T& a, const T& b) {
  switch (op) {
    case FilterOperator::notEqual:
      return a != b;
    case FilterOperator::less:
      return a < b;
    case FilterOperator::lessOrEqual:
      return a <= b;
    case FilterOperator::greater:
      return a > b;
    case FilterOperator::greaterOrEqual:
      return a >= b;
    default:
      return a == b;
  }
}

}  // namespace damask::testing
