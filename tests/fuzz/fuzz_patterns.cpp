// Imports whatever bytes there are as JSON lines. What is accepted is written by the exporter and
// read back as the same; what is not is refused in a sentence that names the line.

#include <cmath>

#include "bounded_memory.hpp"
#include "import_source.hpp"
#include "pattern_json.hpp"
#include "support/small_store.hpp"
#include "use_store.hpp"

namespace damask::testing {
namespace {

/// What an import may hold at one time: the line as a pattern, several times the text of an
/// embedding, which is at most 1 MiB, in the JSON library, and something for errors.
constexpr std::size_t kTimes = 10, kOtherBytes = 16u << 10;

bool same(const std::optional<double>& a, const std::optional<double>& b) {
  return a.has_value() == b.has_value() &&
         (!a || (*a == *b && std::signbit(*a) == std::signbit(*b)));
}

void checkRoundTrip(const Pattern& pattern, const std::vector<float>& embedding) {
  const auto again = cli::parsePattern(cli::patternText(pattern, embedding));
  require(again.has_value(), "what was exported is imported");
  const Pattern& read = again->pattern;
  require(read.id == pattern.id && read.type == pattern.type && read.domain == pattern.domain &&
              read.content == pattern.content && read.framework == pattern.framework,
          "its texts are the same");
  require(same(read.coverage, pattern.coverage) &&
              same(read.flakinessScore, pattern.flakinessScore) &&
              read.verdict == pattern.verdict && read.createdAt == pattern.createdAt &&
              read.lastUsed == pattern.lastUsed && read.usageCount == pattern.usageCount,
          "its numbers are the same");
  require(read.metadata.has_value() == pattern.metadata.has_value(), "its metadata is there");
  require(again->embedding && again->embedding->size() == embedding.size(), "the embedding, too");
  for (std::size_t i = 0; i < embedding.size(); ++i) {
    require((*again->embedding)[i] == embedding[i], "each component is the same");
  }
}

void use(const PatternStore& store, const cli::ImportSource::Item& item) {
  // Only the store says whether metadata is valid JSON.
  if (!store.check(item.pattern, item.embedding)) return;
  checkRoundTrip(item.pattern, item.embedding);
}

void import(const PatternStore& store, std::vector<std::byte> bytes) {
  const std::size_t size = bytes.size();
  const BoundedMemory bounded(kTimes * size + kOtherBytes);
  auto source = cli::ImportSource::make(cli::JsonLines(posix::FileBytes(std::move(bytes)), "input"),
                                        std::nullopt);
  if (!source) {
    require(source.error().message.starts_with("input:1: "), "the first line is named");
    return;
  }
  cli::ImportSource::Item item;
  for (std::uint64_t i = 0; i < source->count(); ++i) {
    if (const auto read = source->next(item); !read) {
      require(read.error().message.starts_with("input:"), "the line is named");
      require(read.error().exit != cli::ExitCode::internal, "no input is an internal error");
      return;
    }
    if (item.embedding.size() == store.options().dimension) use(store, item);
  }
}

}  // namespace
}  // namespace damask::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace damask::testing;
  static const damask::PatternStore store =
      smallStore(smallOptions(2, damask::Metric::dot, damask::Precision::float32), 0);
  const auto bytes = std::as_bytes(std::span(data, size));
  import(store, {bytes.begin(), bytes.end()});
  return 0;
}
