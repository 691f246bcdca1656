#include <fmt/format.h>
#include <unistd.h>

#include <memory>

#include "arguments.hpp"
#include "damask/pattern_store.hpp"
#include "filter_options.hpp"
#include "pattern_json.hpp"
#include "progress.hpp"
#include "store_file.hpp"

namespace damask::cli {
namespace {

constexpr const char* kExportExamples = R"(  damask export tests.damask --out tests.jsonl
  damask export tests.damask --no-embedding | head -3
  damask export tests.damask --filter '{"eq":["verdict","flaky"]}'

Writes one line of JSON per pattern, in the order of insertion, as import --patterns reads it. A
store of --precision float32 comes back bit for bit, one of fixed16 with the decoded vectors.
With --out nothing appears under that name until all is written; --json then prints a summary.
The options of the store are not part of it: see damask stats.

  damask export tests/ --sequence 120
      A directory's store as it was after 120 changes, or after the last write before.
)";

struct ExportArguments {
  std::string store;
  std::optional<std::string> out;
  std::optional<std::uint64_t> sequence;
  FilterArguments filter;
  bool noEmbedding = false;
  bool force = false;
};

constexpr std::size_t kChunkBytes = 1u << 20;

using Sink = std::function<Outcome<void>(std::string_view)>;

Outcome<std::string> lineAt(const PatternStore& store, std::uint32_t slot, bool withEmbedding) {
  const auto pattern = store.patternAt(slot);
  if (!pattern) return failure(pattern.error());
  std::optional<std::vector<float>> embedding;
  if (withEmbedding) {
    auto found = store.embeddingAt(slot);
    if (!found) return failure(found.error());
    embedding = std::move(*found);
  }
  return patternText(**pattern, embedding) + "\n";
}

Outcome<void> exportLines(const PatternStore& store, const std::vector<std::uint32_t>& slots,
                          bool withEmbedding, const Sink& sink) {
  Progress progress("exporting", slots.size());
  std::uint64_t done = 0;
  std::string chunk;
  for (const std::uint32_t slot : slots) {
    const auto line = lineAt(store, slot, withEmbedding);
    if (!line) return tl::make_unexpected(line.error());
    chunk += *line;
    if (chunk.size() >= kChunkBytes) {
      if (auto written = sink(chunk); !written) return written;
      chunk.clear();
    }
    progress.update(++done);
  }
  return sink(chunk);
}

Outcome<ExitCode> exportPatterns(const ExportArguments& arguments, Console& console) {
  const auto existing = arguments.force ? posix::Existing::replace : posix::Existing::refuse;
  SearchOptions options;
  if (auto used = useFilter(arguments.filter, options); !used) {
    return tl::make_unexpected(used.error());
  }
  const auto store = loadStoreAt(arguments.store, arguments.sequence);
  if (!store) return tl::make_unexpected(store.error());
  const auto slots = store->matches(options);
  if (!slots) return failure(slots.error());
  if (!arguments.out) {
    return finished(exportLines(*store, *slots, !arguments.noEmbedding,
                                [&console](std::string_view text) { return console.print(text); }));
  }
  auto file = posix::ReplacementFile::create(*arguments.out, existing);
  if (!file) return failure(file.error());
  const auto written = exportLines(
      *store, *slots, !arguments.noEmbedding, [&file](std::string_view text) -> Outcome<void> {
        const auto result = file->write(std::as_bytes(std::span(text)));
        if (!result) return failure(result.error());
        return {};
      });
  if (!written) return tl::make_unexpected(written.error());
  if (auto committed = file->commit(); !committed) return failure(committed.error());
  const auto printed =
      console.json() ? console.printJson(Json{{"exported", slots->size()}, {"out", *arguments.out}})
                     : console.print(fmt::format("exported {} patterns to {}\n", slots->size(),
                                                 *arguments.out));
  return finished(printed);
}

}  // namespace

void addExportCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* command =
      addCommand(app, invocation, "export", "Write the patterns as JSON lines", kExportExamples);
  auto arguments = std::make_shared<ExportArguments>();
  addStore(command, arguments->store);
  CLI::Option* const out =
      addText(command, "--out", arguments->out, "FILE", "Write to a file, not standard output");
  command->add_flag("--no-embedding", arguments->noEmbedding, "Leave the embeddings out");
  addSequence(command, arguments->sequence);
  addFilter(command, arguments->filter);
  command->add_flag("--force", arguments->force, "Replace the file when it exists")->needs(out);
  onCommand(command, invocation, arguments, exportPatterns);
}

}  // namespace damask::cli
