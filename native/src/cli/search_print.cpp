#include "search_print.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

namespace damask::cli {
namespace {

constexpr std::size_t kIdWidth = 32;
constexpr std::size_t kNameWidth = 16;
constexpr std::size_t kContentWidth = 72;

/// A row of the table, ready for a terminal.
struct Row {
  std::string id, type, domain, content;
};

Outcome<std::string> tableText(const Answer& answer, const PatternStore& store) {
  std::vector<Row> rows{{"id", "type", "domain", "content"}};
  for (const SearchHit& hit : answer.hits) {
    const auto pattern = store.get(hit.id);
    if (!pattern) return failure(pattern.error());
    rows.push_back({displayLine(hit.id, kIdWidth), displayLine((*pattern)->type, kNameWidth),
                    displayLine((*pattern)->domain, kNameWidth),
                    displayLine((*pattern)->content, kContentWidth)});
  }
  std::size_t idWidth = 0, typeWidth = 0, domainWidth = 0;
  for (const Row& row : rows) {
    idWidth = std::max(idWidth, characterCount(row.id));
    typeWidth = std::max(typeWidth, characterCount(row.type));
    domainWidth = std::max(domainWidth, characterCount(row.domain));
  }
  std::string text;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string rank = i == 0 ? "rank" : fmt::format("{}", i);
    const std::string score = i == 0 ? "score" : fmt::format("{:.6f}", answer.hits[i - 1].score);
    std::string line = fmt::format("{:>4}  {:>9}  {}  {}  {}  {}", rank, score,
                                   padded(rows[i].id, idWidth), padded(rows[i].type, typeWidth),
                                   padded(rows[i].domain, domainWidth), rows[i].content);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

/// The smallest of `sorted` that at least `share` of them do not exceed.
double quantile(const std::vector<double>& sorted, double share) {
  const double rank = std::ceil(share * static_cast<double>(sorted.size()));
  return sorted[std::max(static_cast<std::size_t>(rank), std::size_t{1}) - 1];
}

std::string measuredText(const Answers& answers, const PatternStore& store) {
  std::vector<double> times;
  for (const Answer& answer : answers.queries) times.push_back(answer.microseconds);
  std::sort(times.begin(), times.end());
  std::string text;
  if (times.size() == 1) {
    const SearchReport& report = answers.queries.front().report;
    text = fmt::format("{:.1f} us, {}{}, {} distances", times.front(), searchPlanName(report.plan),
                       report.exact ? " (exact)" : "", report.distanceComputations);
  } else {
    text = fmt::format("{} queries, p50 {:.1f} us, p99 {:.1f} us", times.size(),
                       quantile(times, 0.5), quantile(times, 0.99));
  }
  text += fmt::format(", {}", store.stats().instructionSet);
  if (answers.recall) text += fmt::format(", recall@{} {:.4f}", answers.k, *answers.recall);
  return text + "\n";
}

}  // namespace

Json answersJson(const Answers& answers, const PatternStore& store) {
  Json queries = Json::array();
  for (const Answer& answer : answers.queries) {
    Json hits = Json::array();
    for (const SearchHit& hit : answer.hits) {
      hits.push_back({{"id", hit.id},
                      {"score", hit.score},
                      {"scoreBits", std::bit_cast<std::uint32_t>(hit.score)}});
    }
    queries.push_back({{"hits", std::move(hits)},
                       {"microseconds", answer.microseconds},
                       {"plan", searchPlanName(answer.report.plan)},
                       {"exact", answer.report.exact},
                       {"distanceComputations", answer.report.distanceComputations}});
  }
  Json result{{"queries", std::move(queries)}, {"instructionSet", store.stats().instructionSet}};
  if (answers.recall) result["recallAtK"] = *answers.recall;
  return result;
}

Outcome<std::string> answersText(const Answers& answers, const PatternStore& store) {
  std::string text;
  for (std::size_t i = 0; i < answers.queries.size(); ++i) {
    if (answers.queries.size() > 1) text += fmt::format("query {}\n", i);
    const auto table = tableText(answers.queries[i], store);
    if (!table) return table;
    text += *table + "\n";
  }
  return text + measuredText(answers, store);
}

}  // namespace damask::cli
