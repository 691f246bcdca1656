#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "arguments.hpp"
#include "damask/pattern_store.hpp"
#include "import_source.hpp"
#include "progress.hpp"
#include "store_file.hpp"

namespace damask::cli {
namespace {

constexpr const char* kImportExamples = R"(  damask import tests.damask --patterns tests.jsonl
      One pattern per line: {"id":"t1","type":"unit","domain":"auth","content":"...",
      "embedding":[0.1,...]}, and optionally framework, coverage, flakinessScore, verdict
      (success, failure, flaky), createdAt, lastUsed (milliseconds since 1970), usageCount and
      metadata (any JSON object). The first line tells the dimension.
  damask import tests.damask --vectors rows.npy --patterns records.jsonl
      Records and vectors row by row; the records then have no embedding.
  damask import tests.damask --vectors rows.f16 --dimension 512 --metric dot --limit 1000
      Vectors alone: the ids are the row numbers 0, 1, ...
  damask import tests.damask --patterns more.jsonl --append
      Into a store that exists; patterns of the same id are replaced.
  damask import tests/ --patterns tests.jsonl
      Into a directory, as JavaScript's storagePath keeps a store: the slash makes one where there
      is none. What is added later is written to its journal.
  damask import tests.damask --patterns tests.jsonl --field priority:number --field tags:string-list
      With metadata that filters can look at: --filter '{"eq":["metadata.tags","slow"]}'
  damask export old.damask | damask import new.damask --patterns - --m 16

Nothing is written unless everything was imported.
)";

struct ImportArguments {
  std::string store;
  ImportSource::Files files;
  std::optional<std::uint32_t> dimension;
  std::optional<std::string> metric;
  std::optional<std::string> precision;
  std::optional<std::uint32_t> m;
  std::optional<std::uint32_t> efConstruction;
  std::optional<std::uint32_t> efSearch;
  std::optional<std::uint64_t> seed;
  std::optional<std::uint32_t> indexingThreshold;
  std::vector<std::string> fields;
  std::optional<std::uint32_t> threads;
  std::optional<std::uint64_t> limit;
  bool append = false;
  bool force = false;
};

struct Counts {
  std::uint64_t added = 0;
  std::uint64_t replaced = 0;
};

/// The options given, but for the dimension, which the input may tell later.
Outcome<StoreOptions> storeOptions(const ImportArguments& arguments) {
  StoreOptions options;
  if (arguments.metric) {
    const auto metric = parseMetric(*arguments.metric);
    if (!metric) return failure(metric.error());
    options.metric = *metric;
  }
  if (arguments.precision) {
    const auto precision = parsePrecision(*arguments.precision);
    if (!precision) return failure(precision.error());
    options.precision = *precision;
  }
  options.hnsw.m = arguments.m.value_or(options.hnsw.m);
  options.hnsw.efConstruction = arguments.efConstruction.value_or(options.hnsw.efConstruction);
  options.hnsw.efSearch = arguments.efSearch.value_or(options.hnsw.efSearch);
  options.seed = arguments.seed.value_or(options.seed);
  options.indexingThreshold = arguments.indexingThreshold.value_or(options.indexingThreshold);
  for (const std::string& text : arguments.fields) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos) {
      return usageError(fmt::format("--field is '{}': must be a name, a colon and a kind", text));
    }
    const auto kind = parseMetadataKind(std::string_view(text).substr(colon + 1));
    if (!kind) return usageError("--field: " + kind.error().message);
    options.metadataFields.push_back({text.substr(0, colon), *kind});
  }
  if (const auto valid = validate(options); !valid) return failure(valid.error());
  return options;
}

Outcome<PatternStore> createStore(StoreOptions options, std::optional<std::uint32_t> dimension) {
  if (!dimension) return usageError("--dimension is required: there is no pattern that tells it");
  options.dimension = *dimension;
  auto store = PatternStore::create(options);
  if (!store) return failure(store.error(), ExitCode::badData);
  return std::move(*store);
}

Outcome<void> upsertItem(PatternStore& store, const ImportSource::Item& item, Counts& counts) {
  if (item.embedding.size() != store.options().dimension) {
    return badData(fmt::format("{}: 'embedding' has {} components: must be {}", item.position,
                               item.embedding.size(), store.options().dimension));
  }
  const bool known = store.contains(item.pattern.id);
  const auto stored = store.upsert(item.pattern, item.embedding);
  if (!stored) return failure(stored.error(), ExitCode::badData, item.position);
  ++(known ? counts.replaced : counts.added);
  return {};
}

Outcome<void> printResult(Console& console, const ImportArguments& arguments,
                          const PatternStore& store, const Counts& counts, double seconds) {
  const std::uint64_t imported = counts.added + counts.replaced;
  if (console.json()) {
    return console.printJson(Json{{"store", arguments.store},
                                  {"imported", imported},
                                  {"added", counts.added},
                                  {"replaced", counts.replaced},
                                  {"count", store.size()},
                                  {"dimension", store.options().dimension},
                                  {"seconds", seconds}});
  }
  return console.print(fmt::format(
      "imported {} patterns ({} new, {} replaced) into {} in {:.2f} s; it holds {} of {} "
      "components\n",
      imported, counts.added, counts.replaced, arguments.store, seconds, store.size(),
      store.options().dimension));
}

Outcome<Counts> importItems(PatternStore& store, ImportSource& source, std::uint64_t count) {
  Counts counts;
  Progress progress("importing", count);
  ImportSource::Item item;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (auto read = source.next(item); !read) return tl::make_unexpected(read.error());
    if (auto stored = upsertItem(store, item, counts); !stored) {
      return tl::make_unexpected(stored.error());
    }
    progress.update(i + 1);
  }
  return counts;
}

Outcome<void> checkUsage(const ImportArguments& arguments) {
  if (!arguments.files.patterns && !arguments.files.vectors) {
    return usageError("--patterns or --vectors is required");
  }
  if (arguments.files.format && !arguments.files.vectors) {
    return usageError("--format is of --vectors, which is not given");
  }
  if (arguments.append && !arguments.files.patterns) {
    return usageError("--append needs --patterns: rows without ids would replace '0', '1', ...");
  }
  return {};
}

Outcome<ExitCode> importPatterns(const ImportArguments& arguments, Console& console) {
  if (auto usage = checkUsage(arguments); !usage) return tl::make_unexpected(usage.error());
  const auto existing = arguments.force ? posix::Existing::replace : posix::Existing::refuse;
  if (!arguments.append) {
    if (auto free = WritableStore::checkPlace(arguments.store, existing); !free) {
      return tl::make_unexpected(free.error());
    }
  }
  const auto options = storeOptions(arguments);
  if (!options) return tl::make_unexpected(options.error());
  std::optional<WritableStore> target;
  std::optional<std::uint32_t> dimension = arguments.dimension;
  if (arguments.append) {
    auto opened = WritableStore::open(arguments.store);
    if (!opened) return tl::make_unexpected(opened.error());
    target = std::move(*opened);
    dimension = target->store().options().dimension;
  }
  auto source = ImportSource::open(arguments.files, dimension);
  if (!source) return tl::make_unexpected(source.error());
  if (!target) {
    auto store = createStore(*options, dimension ? dimension : source->dimension());
    if (!store) return tl::make_unexpected(store.error());
    auto created = WritableStore::create(arguments.store, existing, std::move(*store));
    if (!created) return tl::make_unexpected(created.error());
    target = std::move(*created);
  }
  const auto threads = target->store().setBuildThreads(arguments.threads.value_or(1));
  if (!threads) return failure(threads.error());
  const auto start = std::chrono::steady_clock::now();
  const auto counts =
      importItems(target->store(), *source,
                  std::min(source->count(), arguments.limit.value_or(source->count())));
  if (!counts) return tl::make_unexpected(counts.error());
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  if (auto saved = target->save(); !saved) return tl::make_unexpected(saved.error());
  return finished(printResult(console, arguments, target->store(), *counts, elapsed.count()));
}

}  // namespace

void addImportCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* command =
      addCommand(app, invocation, "import",
                 "Create a store from patterns or vectors, or add to one", kImportExamples);
  auto arguments = std::make_shared<ImportArguments>();
  addStore(command, arguments->store);
  addText(command, "--patterns", arguments->files.patterns, "FILE",
          "JSON lines, one pattern each; - is standard input");
  addText(command, "--vectors", arguments->files.vectors, "FILE",
          "Vectors: f32 or f16 rows (little-endian), or .npy ('<f4', '<f2')");
  addText(command, "--format", arguments->files.format, "NAME",
          "f32, f16 or npy; without it the file's extension tells");
  const StoreOptions defaults;
  CLI::Option* const append =
      command->add_flag("--append", arguments->append, "Add to a store that exists");
  CLI::Option* const force =
      command->add_flag("--force", arguments->force, "Replace the file when it exists");
  force->excludes(append);
  for (CLI::Option* option : {
           addInteger(command, "--dimension", arguments->dimension, 1, limits::kMaxDimension,
                      "Components of a vector; required with f32 and f16"),
           addText(command, "--metric", arguments->metric, "NAME",
                   fmt::format("cosine, euclidean or dot ({})", metricName(defaults.metric))),
           addText(command, "--precision", arguments->precision, "NAME",
                   fmt::format("fixed16, or float32 to keep the original floats too ({})",
                               precisionName(defaults.precision))),
           addInteger(command, "--m", arguments->m, limits::kMinM, limits::kMaxM,
                      fmt::format("Links per node of the graph ({})", defaults.hnsw.m)),
           addInteger(
               command, "--ef-construction", arguments->efConstruction, 1,
               limits::kMaxEfConstruction,
               fmt::format("Candidates kept while inserting ({})", defaults.hnsw.efConstruction)),
           addInteger(command, "--ef-search", arguments->efSearch, 1, limits::kMaxEf,
                      fmt::format("Candidates kept while searching ({})", defaults.hnsw.efSearch)),
           addInteger(command, "--seed", arguments->seed, 0, UINT64_MAX,
                      fmt::format("Seed of the graph's levels ({})", defaults.seed)),
           command
               ->add_option("--field", arguments->fields,
                            "A member of the metadata that filters can look at as metadata.NAME: "
                            "string, number, boolean or string-list; may be repeated")
               ->type_name("NAME:KIND")
               ->allow_extra_args(false),
           addInteger(command, "--indexing-threshold", arguments->indexingThreshold, 0,
                      limits::kMaxIndexingThreshold,
                      fmt::format("Patterns up to which every search is exact, with no graph ({})",
                                  defaults.indexingThreshold)),
       }) {
    option->excludes(append);
  }
  addInteger(command, "--threads", arguments->threads, 1, limits::kMaxBuildThreads,
             "Threads that link the patterns, to the same bytes (1)");
  addInteger(command, "--limit", arguments->limit, 1, UINT64_MAX, "Import the first N only");
  onCommand(command, invocation, arguments, importPatterns);
}

}  // namespace damask::cli
