// The names of enumerators, as users write them.

#include <array>
#include <string>

#include "damask/error.hpp"
#include "damask/filter.hpp"
#include "damask/options.hpp"
#include "damask/pattern.hpp"
#include "damask/pattern_store.hpp"

namespace damask {
namespace {

template <typename T, std::size_t N>
struct Names {
  const char* what;
  std::array<std::pair<T, std::string_view>, N> entries;

  constexpr std::string_view name(T value) const noexcept {
    for (const auto& [v, text] : entries) {
      if (v == value) return text;
    }
    return "unknown";
  }

  Result<T> parse(std::string_view text) const {
    std::string known;
    for (const auto& [value, entry] : entries) {
      if (entry == text) return value;
      known += known.empty() ? "" : ", ";
      known += entry;
    }
    return fail(ErrorCode::invalidArgument, std::string(what) + " is \"" + std::string(text) +
                                                "\", but must be one of: " + known);
  }
};

constexpr Names<Metric, 3> kMetrics{
    "metric",
    {{{Metric::cosine, "cosine"}, {Metric::euclidean, "euclidean"}, {Metric::dot, "dot"}}}};
constexpr Names<Precision, 2> kPrecisions{
    "precision", {{{Precision::fixed16, "fixed16"}, {Precision::float32, "float32"}}}};
constexpr Names<Verdict, 3> kVerdicts{
    "verdict",
    {{{Verdict::success, "success"}, {Verdict::failure, "failure"}, {Verdict::flaky, "flaky"}}}};
constexpr Names<MetadataKind, 4> kMetadataKinds{"kind of a metadata field",
                                                {{{MetadataKind::string, "string"},
                                                  {MetadataKind::number, "number"},
                                                  {MetadataKind::boolean, "boolean"},
                                                  {MetadataKind::stringList, "string-list"}}}};
constexpr Names<SearchPlan, 5> kPlans{"plan",
                                      {{{SearchPlan::none, "none"},
                                        {SearchPlan::graph, "graph"},
                                        {SearchPlan::scan, "scan"},
                                        {SearchPlan::graphThenScan, "graph-then-scan"},
                                        {SearchPlan::twoHop, "two-hop"}}}};
constexpr Names<FilterField, 11> kFilterFields{"filter field",
                                               {{{FilterField::id, "id"},
                                                 {FilterField::type, "type"},
                                                 {FilterField::domain, "domain"},
                                                 {FilterField::framework, "framework"},
                                                 {FilterField::verdict, "verdict"},
                                                 {FilterField::coverage, "coverage"},
                                                 {FilterField::flakinessScore, "flakinessScore"},
                                                 {FilterField::createdAt, "createdAt"},
                                                 {FilterField::lastUsed, "lastUsed"},
                                                 {FilterField::usageCount, "usageCount"},
                                                 {FilterField::metadata, "metadata"}}}};
constexpr Names<FilterOperator, 12> kFilterOperators{"filter operator",
                                                     {{{FilterOperator::equal, "eq"},
                                                       {FilterOperator::notEqual, "ne"},
                                                       {FilterOperator::oneOf, "in"},
                                                       {FilterOperator::less, "lt"},
                                                       {FilterOperator::lessOrEqual, "le"},
                                                       {FilterOperator::greater, "gt"},
                                                       {FilterOperator::greaterOrEqual, "ge"},
                                                       {FilterOperator::prefix, "prefix"},
                                                       {FilterOperator::exists, "exists"},
                                                       {FilterOperator::all, "and"},
                                                       {FilterOperator::any, "or"},
                                                       {FilterOperator::negation, "not"}}}};
constexpr Names<ErrorCode, 14> kErrorCodes{"code",
                                           {{{ErrorCode::invalidArgument, "INVALID_ARGUMENT"},
                                             {ErrorCode::invalidState, "INVALID_STATE"},
                                             {ErrorCode::outOfMemory, "OUT_OF_MEMORY"},
                                             {ErrorCode::notASnapshot, "NOT_A_SNAPSHOT"},
                                             {ErrorCode::snapshotTruncated, "SNAPSHOT_TRUNCATED"},
                                             {ErrorCode::snapshotCorrupt, "SNAPSHOT_CORRUPT"},
                                             {ErrorCode::snapshotTooNew, "SNAPSHOT_TOO_NEW"},
                                             {ErrorCode::journalCorrupt, "JOURNAL_CORRUPT"},
                                             {ErrorCode::journalMismatch, "JOURNAL_MISMATCH"},
                                             {ErrorCode::unsupported, "UNSUPPORTED"},
                                             {ErrorCode::io, "IO"},
                                             {ErrorCode::conflict, "CONFLICT"},
                                             {ErrorCode::locked, "LOCKED"},
                                             {ErrorCode::internal, "INTERNAL"}}}};

}  // namespace

std::string_view errorCodeName(ErrorCode code) noexcept {
  return kErrorCodes.name(code);
}
std::string_view metricName(Metric metric) noexcept {
  return kMetrics.name(metric);
}
Result<Metric> parseMetric(std::string_view name) {
  return kMetrics.parse(name);
}
std::string_view precisionName(Precision precision) noexcept {
  return kPrecisions.name(precision);
}
Result<Precision> parsePrecision(std::string_view name) {
  return kPrecisions.parse(name);
}
std::string_view verdictName(Verdict verdict) noexcept {
  return kVerdicts.name(verdict);
}
Result<Verdict> parseVerdict(std::string_view name) {
  return kVerdicts.parse(name);
}
std::string_view metadataKindName(MetadataKind kind) noexcept {
  return kMetadataKinds.name(kind);
}
Result<MetadataKind> parseMetadataKind(std::string_view name) {
  return kMetadataKinds.parse(name);
}
std::string_view filterFieldName(FilterField field) noexcept {
  return kFilterFields.name(field);
}
Result<FilterField> parseFilterField(std::string_view name) {
  return kFilterFields.parse(name);
}
std::string_view filterOperatorName(FilterOperator op) noexcept {
  return kFilterOperators.name(op);
}
Result<FilterOperator> parseFilterOperator(std::string_view name) {
  return kFilterOperators.parse(name);
}
std::string_view searchPlanName(SearchPlan plan) noexcept {
  return kPlans.name(plan);
}

}  // namespace damask
