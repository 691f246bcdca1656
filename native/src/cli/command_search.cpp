#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <unordered_set>

#include "arguments.hpp"
#include "damask/pattern_store.hpp"
#include "embedding_json.hpp"
#include "filter_options.hpp"
#include "progress.hpp"
#include "search_print.hpp"
#include "store_file.hpp"
#include "vector_file.hpp"

namespace damask::cli {
namespace {

constexpr const char* kSearchExamples = R"(  damask search tests.damask --id login-timeout -k 5
      More like this one. The pattern itself is part of the answer, first unless a filter drops it
      or an older one is as similar.
  damask search tests.damask --vector '[0.12, -0.07, 0.31]' --domain auth --threshold 0.6
  damask search tests.damask --id login-timeout --filter '{"gt":["coverage",0.5]}'
      A filter as JavaScript has it: eq, ne, in, lt, le, gt, ge, prefix, exists, and, or, not.
  damask search tests.damask --queries queries.f16 -k 10 --ef 40 --repeat 5 --recall --json
      {"queries":[{"hits":[{"id":"t1","score":0.93,"scoreBits":1064178811},...],
      "microseconds":41.2,"plan":"graph","exact":false,"distanceComputations":913},...],
      "instructionSet":"avx2","recallAtK":0.95}

scoreBits are the bits of the 32-bit score, the same on every platform. microseconds is the median
over the repeats. recallAtK is measured: the share of exact search's results that were found, over
all queries.
)";

struct SearchArguments {
  std::string store;
  std::optional<std::string> vector;
  std::optional<std::string> queries;
  std::optional<std::string> format;
  std::optional<std::string> id;
  std::optional<std::uint64_t> k;
  std::optional<std::uint64_t> repeat;
  std::optional<std::uint64_t> limit;
  bool recall = false;
  FilterArguments filter;
  SearchOptions options;
};

using Vectors = std::vector<std::vector<float>>;

Outcome<Vectors> readQueryFile(const SearchArguments& arguments, std::uint32_t dimension) {
  const auto file = VectorFile::open(*arguments.queries, arguments.format, dimension);
  if (!file) return tl::make_unexpected(file.error());
  if (file->rows() == 0) return badData(*arguments.queries + " has no vectors");
  Vectors queries(std::min(file->rows(), arguments.limit.value_or(file->rows())));
  for (std::size_t i = 0; i < queries.size(); ++i) {
    queries[i].resize(dimension);
    file->read(i, queries[i]);
  }
  return queries;
}

Outcome<Vectors> readQueries(const SearchArguments& arguments, const PatternStore& store) {
  const std::uint32_t dimension = store.options().dimension;
  if (arguments.queries) return readQueryFile(arguments, dimension);
  if (arguments.id) {
    auto embedding = store.embedding(*arguments.id);
    if (!embedding) return failure(embedding.error());
    if (!*embedding) {
      return notFound(fmt::format("{} has no pattern '{}'", arguments.store, *arguments.id));
    }
    return Vectors{std::move(**embedding)};
  }
  auto query = parseEmbedding(*arguments.vector);
  if (!query) return usageError("--vector: " + query.error().message);
  if (query->size() != dimension) {
    return usageError(fmt::format("--vector has {} components: must be {}, the dimension of {}",
                                  query->size(), dimension, arguments.store));
  }
  return Vectors{std::move(*query)};
}

Outcome<Answer> answerQuery(const PatternStore& store, const std::vector<float>& query,
                            const SearchOptions& options, std::uint64_t repeats) {
  using Clock = std::chrono::steady_clock;
  Answer answer;
  std::vector<double> times;
  for (std::uint64_t i = 0; i < repeats; ++i) {
    const auto start = Clock::now();
    auto hits = store.search(query, options, &answer.report);
    const std::chrono::duration<double, std::micro> elapsed = Clock::now() - start;
    if (!hits) return failure(hits.error(), ExitCode::badData);
    answer.hits = std::move(*hits);
    times.push_back(elapsed.count());
  }
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  answer.microseconds = *middle;
  return answer;
}

/// Of all that exact search gives, the share that was found; none when it gives nothing.
Outcome<std::optional<double>> measureRecall(const PatternStore& store, const Vectors& queries,
                                             const Answers& answers, SearchOptions options) {
  options.exact = true;
  std::uint64_t wanted = 0;
  std::uint64_t found = 0;
  Progress progress("measuring recall", queries.size());
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const auto exact = store.search(queries[i], options);
    if (!exact) return failure(exact.error(), ExitCode::badData);
    std::unordered_set<std::string> ids;
    for (const SearchHit& hit : answers.queries[i].hits) ids.insert(hit.id);
    for (const SearchHit& hit : *exact) found += ids.count(hit.id);
    wanted += exact->size();
    progress.update(i + 1);
  }
  if (wanted == 0) return std::nullopt;
  return static_cast<double>(found) / static_cast<double>(wanted);
}

Outcome<void> checkUsage(const SearchArguments& arguments) {
  const int sources =
      arguments.vector.has_value() + arguments.queries.has_value() + arguments.id.has_value();
  if (sources != 1) return usageError("one of --vector, --queries and --id is required");
  if (const auto valid = validate(arguments.options); !valid) return failure(valid.error());
  return {};
}

Outcome<ExitCode> search(const SearchArguments& arguments, Console& console) {
  SearchArguments checked = arguments;
  if (arguments.k) checked.options.k = *arguments.k;
  if (auto used = useFilter(arguments.filter, checked.options); !used) {
    return tl::make_unexpected(used.error());
  }
  const SearchOptions& options = checked.options;
  if (auto usage = checkUsage(checked); !usage) return tl::make_unexpected(usage.error());
  const auto store = loadStore(arguments.store);
  if (!store) return tl::make_unexpected(store.error());
  if (auto fits = checkFilter(options, *store); !fits) return tl::make_unexpected(fits.error());
  const auto queries = readQueries(arguments, *store);
  if (!queries) return tl::make_unexpected(queries.error());

  Answers answers;
  answers.k = options.k;
  {
    Progress progress("searching", queries->size());
    for (const std::vector<float>& query : *queries) {
      auto answer = answerQuery(*store, query, options, arguments.repeat.value_or(1));
      if (!answer) return tl::make_unexpected(answer.error());
      answers.queries.push_back(std::move(*answer));
      progress.update(answers.queries.size());
    }
  }
  if (arguments.recall) {
    const auto recall = measureRecall(*store, *queries, answers, options);
    if (!recall) return tl::make_unexpected(recall.error());
    answers.recall = *recall;
  }
  if (console.json()) return finished(console.printJson(answersJson(answers, *store)));
  const auto text = answersText(answers, *store);
  if (!text) return tl::make_unexpected(text.error());
  return finished(console.print(*text));
}

}  // namespace

void addSearchCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* command =
      addCommand(app, invocation, "search", "Find the most similar patterns", kSearchExamples);
  auto arguments = std::make_shared<SearchArguments>();
  SearchOptions& options = arguments->options;
  addStore(command, arguments->store);
  addText(command, "--vector", arguments->vector, "JSON", "The query, as a JSON array of numbers");
  CLI::Option* const queries = addText(command, "--queries", arguments->queries, "FILE",
                                       "Queries, one per row: f32, f16 or .npy");
  addText(command, "--id", arguments->id, "ID", "The query is the embedding of this pattern");
  addText(command, "--format", arguments->format, "NAME",
          "f32, f16 or npy; without it the file's extension tells")
      ->needs(queries);
  addInteger(command, "--limit", arguments->limit, 1, UINT64_MAX, "Ask the first N queries only")
      ->needs(queries);
  addInteger(command, "-k,--k", arguments->k, 1, limits::kMaxK,
             fmt::format("Results per query ({})", options.k));
  addInteger(command, "--min-k", options.minK, 1, limits::kMaxK,
             "End before the largest drop of the score, after at least so many results");
  CLI::Option* const ef =
      addInteger(command, "--ef", options.ef, 1, limits::kMaxEf,
                 "Candidates kept while walking, at least k (the store's efSearch)");
  CLI::Option* const exact =
      command->add_flag("--exact", options.exact, "Score every pattern that matches");
  exact->excludes(ef);
  addFloat(command, "--threshold", options.threshold, "Drop results that score below this");
  addFilter(command, arguments->filter);
  addInteger(command, "--repeat", arguments->repeat, 1, 1000000,
             "Ask each query N times; the median time counts (1)");
  command->add_flag("--recall", arguments->recall, "Measure recall against exact search too")
      ->excludes(exact);
  onCommand(command, invocation, arguments, search);
}

}  // namespace damask::cli
