#pragma once

#include <cstdio>
#include <cstdlib>
#include <span>
#include <utility>
#include <vector>

#include "damask/pattern_store.hpp"

// What a fuzz target does with a store that it was let into: what was accepted must be a store like
// any other. Whatever does not hold ends the process.
namespace damask::testing {

void require(bool holds, const char* what);

/// Chooses one input in eight by its bytes, for what takes much longer than all else.
bool isChosen(std::span<const std::byte> input);

template <typename T>
T must(Result<T> result, const char* what) {
  if (!result) std::fprintf(stderr, "%s\n", result.error().message.c_str());
  require(result.has_value(), what);
  return std::move(*result);
}

/// Every kind of search: what is found matches, in order, and k come back whenever k match.
void searchAll(const PatternStore& store);
/// Every pattern and vector.
void readAll(const PatternStore& store);
/// One change of each kind.
void change(PatternStore& store);
/// The file that the store writes; opened again it writes the same.
std::vector<std::byte> saved(const PatternStore& store);

}  // namespace damask::testing
