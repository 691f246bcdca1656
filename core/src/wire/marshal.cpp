#include "marshal.hpp"

#include <optional>
#include <string>
#include <utility>

namespace damask::wire {
namespace {

/// JavaScript's Number.MAX_SAFE_INTEGER.
constexpr std::int64_t kMaxSafeInteger = (std::int64_t{1} << 53) - 1;

/// Writes whole numbers as the doubles that JavaScript has, and remembers the first that is beyond
/// what a double holds exactly.
class SafeIntegers {
 public:
  explicit SafeIntegers(WireWriter& out) : out_(out) {}

  void put(std::string_view field, std::uint64_t value) {
    if (value > static_cast<std::uint64_t>(kMaxSafeInteger)) refuse(field, std::to_string(value));
    out_.number(static_cast<double>(value));
  }
  void put(std::string_view field, std::int64_t value) {
    if (value > kMaxSafeInteger || value < -kMaxSafeInteger) refuse(field, std::to_string(value));
    out_.number(static_cast<double>(value));
  }
  void put(std::string_view field, const std::optional<std::int64_t>& value) {
    out_.flag(value.has_value());
    if (value) put(field, *value);
  }
  Result<void> result() const {
    if (error_) return tl::unexpected<Error>(*error_);
    return {};
  }

 private:
  void refuse(std::string_view field, const std::string& value) {
    if (error_) return;
    error_ = Error{ErrorCode::unsupported,
                   std::string(field) + " " + value +
                       " is beyond 9007199254740991, the largest integer of JavaScript"};
  }

  WireWriter& out_;
  std::optional<Error> error_;
};

void putOptional(WireWriter& out, const std::optional<double>& value) {
  out.flag(value.has_value());
  if (value) out.number(*value);
}

/// What JavaScript leaves out keeps the default that the facade declares.
template <typename T>
void readIfPresent(WireReader& in, T& field) {
  if (in.flag()) field = in.number<T>();
}

/// A double that JavaScript has checked to be a safe integer.
std::optional<std::int64_t> readOptionalInteger(WireReader& in) {
  const std::optional<double> value = in.optionalNumber<double>();
  if (!value) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

Result<std::optional<Verdict>> readVerdict(WireReader& in) {
  if (!in.flag()) return std::nullopt;
  return parseVerdict(in.text()).map([](Verdict verdict) { return std::optional(verdict); });
}

/// Before they are read: the rest of a filter is checked by what it is given to.
tl::unexpected<Error> tooMany(const char* what, std::uint32_t count, std::size_t limit) {
  return fail(ErrorCode::invalidArgument, "filter has " + std::to_string(count) + " " + what +
                                              ", but must have at most " + std::to_string(limit));
}

Result<FilterTerm> readFilterTerm(WireReader& in) {
  FilterTerm term;
  const Result<FilterOperator> op = parseFilterOperator(in.text());
  if (!op) return tl::unexpected<Error>(op.error());
  term.op = *op;
  if (in.flag()) {
    Result<FilterSubject> subject = parseFilterSubject(in.text());
    if (!subject) return tl::unexpected<Error>(std::move(subject.error()));
    term.field = subject->field;
    term.key = std::move(subject->key);
  }
  term.operands = in.number<std::uint32_t>();
  const auto values = in.number<std::uint32_t>();
  if (values > limits::kMaxFilterValues) return tooMany("values", values, limits::kMaxFilterValues);
  for (std::uint32_t i = 0; i < values && in.ok(); ++i) {
    if (in.flag()) {
      term.values.emplace_back(in.number<double>());
    } else if (in.flag()) {
      term.values.emplace_back(in.flag());
    } else {
      term.values.emplace_back(std::string(in.text()));
    }
  }
  return term;
}

Result<std::vector<MetadataField>> readMetadataFields(WireReader& in) {
  std::vector<MetadataField> fields;
  const auto count = in.number<std::uint32_t>();
  if (count > limits::kMaxMetadataFields) {
    return fail(ErrorCode::invalidArgument, "metadataFields are " + std::to_string(count) +
                                                ", but may be at most " +
                                                std::to_string(limits::kMaxMetadataFields));
  }
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    std::string name(in.text());
    const Result<MetadataKind> kind = parseMetadataKind(in.text());
    if (!kind) return tl::unexpected<Error>(kind.error());
    fields.push_back({std::move(name), *kind});
  }
  return fields;
}

Result<std::optional<Filter>> readFilter(WireReader& in) {
  if (!in.flag()) return std::nullopt;
  Filter filter;
  const auto terms = in.number<std::uint32_t>();
  if (terms > limits::kMaxFilterTerms) return tooMany("terms", terms, limits::kMaxFilterTerms);
  for (std::uint32_t i = 0; i < terms && in.ok(); ++i) {
    Result<FilterTerm> term = readFilterTerm(in);
    if (!term) return tl::unexpected<Error>(std::move(term.error()));
    filter.terms.push_back(std::move(*term));
  }
  return filter;
}

}  // namespace

Result<StoreOptions> readStoreOptions(WireReader& in) {
  StoreOptions options;
  readIfPresent(in, options.dimension);
  if (in.flag()) {
    const Result<Metric> metric = parseMetric(in.text());
    if (!metric) return tl::unexpected<Error>(metric.error());
    options.metric = *metric;
  }
  if (in.flag()) {
    const Result<Precision> precision = parsePrecision(in.text());
    if (!precision) return tl::unexpected<Error>(precision.error());
    options.precision = *precision;
  }
  readIfPresent(in, options.hnsw.m);
  readIfPresent(in, options.hnsw.efConstruction);
  readIfPresent(in, options.hnsw.efSearch);
  readIfPresent(in, options.seed);
  readIfPresent(in, options.indexingThreshold);
  Result<std::vector<MetadataField>> fields = readMetadataFields(in);
  if (!fields) return tl::unexpected<Error>(std::move(fields.error()));
  options.metadataFields = std::move(*fields);
  if (!in.ok()) return misread("the store options");
  return options;
}

Result<SearchOptions> readSearchOptions(WireReader& in) {
  SearchOptions options;
  if (in.flag()) options.k = in.number<std::uint32_t>();
  options.ef = in.optionalNumber<std::uint32_t>();
  options.exact = in.flag();
  options.threshold = in.optionalNumber<float>();
  options.mmrLambda = in.optionalNumber<double>();
  options.mmrPool = in.optionalNumber<std::uint32_t>();
  options.minK = in.optionalNumber<std::uint32_t>();
  if (in.flag()) {
    const auto from = in.number<std::uint32_t>();
    options.slotRange = SlotRange{from, in.number<std::uint32_t>()};
  }
  options.domain = in.optionalText();
  options.type = in.optionalText();
  options.framework = in.optionalText();
  Result<std::optional<Filter>> filter = readFilter(in);
  if (!filter) return tl::unexpected<Error>(std::move(filter.error()));
  options.filter = std::move(*filter);
  if (!in.ok()) return misread("the search options");
  return options;
}

Result<Pattern> readPattern(WireReader& in) {
  Pattern pattern;
  pattern.id = in.text();
  pattern.type = in.text();
  pattern.domain = in.text();
  pattern.content = in.text();
  pattern.framework = in.optionalText();
  pattern.coverage = in.optionalNumber<double>();
  pattern.flakinessScore = in.optionalNumber<double>();
  Result<std::optional<Verdict>> verdict = readVerdict(in);
  if (!verdict) return tl::unexpected<Error>(std::move(verdict.error()));
  pattern.verdict = *verdict;
  pattern.createdAt = readOptionalInteger(in);
  pattern.lastUsed = readOptionalInteger(in);
  pattern.usageCount = static_cast<std::uint64_t>(in.number<double>());
  pattern.metadata = in.optionalText();
  if (!in.ok()) return misread("the pattern");
  return pattern;
}

Result<Usage> readUsage(WireReader& in) {
  Usage usage;
  usage.id = in.text();
  Result<std::optional<Verdict>> outcome = readVerdict(in);
  if (!outcome) return tl::unexpected<Error>(std::move(outcome.error()));
  usage.outcome = *outcome;
  usage.nowMs = static_cast<std::int64_t>(in.number<double>());
  if (!in.ok()) return misread("the usage");
  return usage;
}

void write(WireWriter& out, const StoreOptions& options) {
  out.number(options.dimension);
  out.text(metricName(options.metric));
  out.text(precisionName(options.precision));
  out.number(options.hnsw.m);
  out.number(options.hnsw.efConstruction);
  out.number(options.hnsw.efSearch);
  out.number(options.seed);
  out.number(options.indexingThreshold);
  out.number(static_cast<std::uint32_t>(options.metadataFields.size()));
  for (const MetadataField& field : options.metadataFields) {
    out.text(field.name);
    out.text(metadataKindName(field.kind));
  }
}

Result<void> write(WireWriter& out, std::span<const Pattern> patterns) {
  SafeIntegers integers(out);
  for (const Pattern& p : patterns) {
    putOptional(out, p.coverage);
    putOptional(out, p.flakinessScore);
    integers.put("createdAt", p.createdAt);
    integers.put("lastUsed", p.lastUsed);
    integers.put("usageCount", p.usageCount);
    out.flag(p.framework.has_value());
    out.flag(p.verdict.has_value());
    out.flag(p.metadata.has_value());
  }
  constexpr std::size_t kTexts = 7;
  out.texts(kTexts * patterns.size(), [&](std::size_t i) -> std::string_view {
    const Pattern& p = patterns[i / kTexts];
    switch (i % kTexts) {
      case 0:
        return p.id;
      case 1:
        return p.type;
      case 2:
        return p.domain;
      case 3:
        return p.content;
      case 4:
        return p.framework ? *p.framework : std::string_view();
      case 5:
        return p.verdict ? verdictName(*p.verdict) : std::string_view();
      default:
        return p.metadata ? *p.metadata : std::string_view();
    }
  });
  return integers.result();
}

Result<void> write(WireWriter& out, const StoreStats& stats) {
  SafeIntegers integers(out);
  integers.put("count", stats.count);
  integers.put("slots", stats.slots);
  integers.put("linked", stats.linked);
  integers.put("sequence", stats.sequence);
  integers.put("graphBytes", stats.graphBytes);
  integers.put("codeBytes", stats.codeBytes);
  integers.put("recordBytes", stats.recordBytes);
  out.number(stats.maxLevel);
  out.text(stats.instructionSet);
  return integers.result();
}

void write(WireWriter& out, const GraphCensus& census) {
  const auto put = [&out](std::uint64_t count) { out.number(static_cast<double>(count)); };
  put(census.live);
  put(census.tombstones);
  put(census.unreachable);
  put(census.links);
  put(census.linksToTombstones);
  out.number(static_cast<std::uint32_t>(census.lowInDegrees.size()));
  for (const std::uint64_t nodes : census.lowInDegrees) put(nodes);
}

Result<void> write(WireWriter& out, const SnapshotInfo& info) {
  SafeIntegers integers(out);
  out.number(info.formatVersion);
  integers.put("fileBytes", info.fileBytes);
  write(out, info.options);
  integers.put("slots", info.slots);
  integers.put("live", info.live);
  integers.put("sequence", info.sequence);
  out.text(info.contentHash);
  out.number(static_cast<std::uint32_t>(info.sections.size()));
  for (const SnapshotSection& section : info.sections) {
    out.text(section.name);
    integers.put("sections.offset", section.offset);
    integers.put("sections.length", section.length);
    out.number(section.checksum);
  }
  return integers.result();
}

}  // namespace damask::wire
