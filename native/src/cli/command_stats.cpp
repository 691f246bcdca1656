#include <fmt/format.h>

#include <memory>

#include "arguments.hpp"
#include "damask/pattern_store.hpp"
#include "store_file.hpp"

namespace damask::cli {
namespace {

constexpr const char* kStatsExamples = R"(  damask stats tests.damask
  damask stats tests.damask --json

Bytes are what the structures of the opened store hold allocated.
)";

struct StatsArguments {
  std::string store;
};

Json fieldsJson(const StoreOptions& options) {
  Json fields = Json::object();
  for (const MetadataField& field : options.metadataFields) {
    fields[field.name] = metadataKindName(field.kind);
  }
  return fields;
}

Json statsJson(const std::string& path, const PatternStore& store) {
  const StoreOptions& options = store.options();
  const StoreStats stats = store.stats();
  return Json{{"store", path},
              {"count", stats.count},
              {"slots", stats.slots},
              {"sequence", stats.sequence},
              {"dimension", options.dimension},
              {"metric", metricName(options.metric)},
              {"precision", precisionName(options.precision)},
              {"m", options.hnsw.m},
              {"efConstruction", options.hnsw.efConstruction},
              {"efSearch", options.hnsw.efSearch},
              {"seed", options.seed},
              {"indexingThreshold", options.indexingThreshold},
              {"metadataFields", fieldsJson(options)},
              {"maxLevel", stats.maxLevel},
              {"graphBytes", stats.graphBytes},
              {"codeBytes", stats.codeBytes},
              {"recordBytes", stats.recordBytes},
              {"instructionSet", stats.instructionSet}};
}

Outcome<ExitCode> printStats(const StatsArguments& arguments, Console& console) {
  const auto store = loadStore(arguments.store);
  if (!store) return tl::make_unexpected(store.error());
  const Json stats = statsJson(arguments.store, *store);
  std::string text;
  for (const auto& [name, value] : stats.items()) {
    text += fmt::format("{:<15} {}\n", name,
                        value.is_string() ? value.get<std::string>() : jsonText(value));
  }
  const auto printed = console.json() ? console.printJson(stats) : console.print(text);
  return finished(printed);
}

}  // namespace

void addStatsCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* command = addCommand(app, invocation, "stats", "Print the options and sizes of a store",
                                 kStatsExamples);
  auto arguments = std::make_shared<StatsArguments>();
  addStore(command, arguments->store);
  onCommand(command, invocation, arguments, printStats);
}

}  // namespace damask::cli
