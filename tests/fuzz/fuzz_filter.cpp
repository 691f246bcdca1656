// Reads whatever bytes there are as search options with a filter, as the JavaScript bindings send
// them. What is accepted splits the patterns in two, those it lets through and those its negation
// does, and a search finds as many as were counted.

#include <cmath>

#include "bounded_memory.hpp"
#include "filter_store.hpp"
#include "marshal.hpp"

namespace damask::testing {
namespace {

/// Of the filter: what was read, its negation, and those that are remembered.
constexpr std::size_t kCopies = 8;
/// What 40 patterns take to be filtered and found, and an error.
constexpr std::size_t kOtherBytes = 48u << 10;
/// More hits than there are patterns; room for them is made before they are counted.
constexpr std::size_t kMostHits = 64;

std::size_t counted(const PatternStore& store, const SearchOptions& options) {
  return must(store.count(options), "a valid filter counts");
}

void checkNegation(const PatternStore& store, SearchOptions options) {
  const std::size_t through = counted(store, options);
  const Filter negation = Filter::negation(*options.filter);
  options.filter.reset();
  const std::size_t all = counted(store, options);
  options.filter = negation;
  // One term and one level more may be too many.
  const auto others = store.count(options);
  require(!others || through + *others == all, "a filter or its negation lets a pattern through");
}

void checkSearch(const PatternStore& store, const SearchOptions& options) {
  const auto hits = store.search(smallVector(77, store.options().dimension), options);
  require(hits.has_value(), "valid options search");
  const std::size_t matches = counted(store, options);
  require(hits->size() <= std::min(options.k, matches), "no more come back than were counted");
  const bool mayBeFewer = options.threshold || options.minK || options.slotRange;
  require(mayBeFewer || hits->size() == std::min(options.k, matches), "nor fewer");
}

void use(const PatternStore& store, std::span<const std::byte> bytes) {
  const BoundedMemory bounded(kCopies * bytes.size() + kOtherBytes);
  wire::WireReader in(bytes);
  auto options = wire::readSearchOptions(in);
  if (!options) {
    require(!options.error().message.empty(), "an error has a sentence");
    return;
  }
  const auto& fields = store.options().metadataFields;
  const bool valid = !options->filter || validate(*options->filter, fields).has_value();
  if (!valid) require(!store.count(*options), "an invalid filter does not count");
  if (options->filter && valid) checkNegation(store, *options);
  if (valid && validate(*options) && options->k <= kMostHits) checkSearch(store, *options);
}

}  // namespace
}  // namespace damask::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const damask::PatternStore store = damask::testing::filterStore();
  damask::testing::use(store, std::as_bytes(std::span(data, size)));
  return 0;
}
