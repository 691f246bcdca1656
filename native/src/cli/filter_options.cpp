#include "filter_options.hpp"

#include "filter_json.hpp"

namespace damask::cli {

void addFilter(CLI::App* command, FilterArguments& arguments) {
  addText(command, "--domain", arguments.domain, "NAME", "Only patterns of this domain");
  addText(command, "--type", arguments.type, "NAME", "Only patterns of this type");
  addText(command, "--framework", arguments.framework, "NAME", "Only patterns of this framework");
  addText(command, "--filter", arguments.filter, "JSON",
          "Only patterns that it lets through, such as {\"gt\":[\"coverage\",0.5]}");
}

Outcome<void> useFilter(const FilterArguments& arguments, SearchOptions& options) {
  options.domain = arguments.domain;
  options.type = arguments.type;
  options.framework = arguments.framework;
  if (!arguments.filter) return {};
  auto filter = parseFilter(*arguments.filter);
  if (!filter) return tl::make_unexpected(filter.error());
  options.filter = std::move(*filter);
  return {};
}

Outcome<void> checkFilter(const SearchOptions& options, const PatternStore& store) {
  if (!options.filter) return {};
  const auto valid = validate(*options.filter, store.options().metadataFields);
  if (!valid) return failure(valid.error());
  return {};
}

}  // namespace damask::cli
