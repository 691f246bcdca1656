#pragma once

#include <optional>
#include <string>

#include "arguments.hpp"
#include "damask/options.hpp"
#include "damask/pattern_store.hpp"

namespace damask::cli {

/// Which patterns a command looks at.
struct FilterArguments {
  std::optional<std::string> domain;
  std::optional<std::string> type;
  std::optional<std::string> framework;
  std::optional<std::string> filter;
};

/// Adds --domain, --type, --framework and --filter.
void addFilter(CLI::App* command, FilterArguments& arguments);

/// Puts them into the options of a search or count.
Outcome<void> useFilter(const FilterArguments& arguments, SearchOptions& options);

/// Whether the metadata fields that the filter names are those of the store.
Outcome<void> checkFilter(const SearchOptions& options, const PatternStore& store);

}  // namespace damask::cli
