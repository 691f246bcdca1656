#include <fmt/format.h>

#include <memory>

#include "arguments.hpp"
#include "damask/pattern_store.hpp"
#include "pattern_json.hpp"
#include "store_file.hpp"

namespace damask::cli {
namespace {

constexpr const char* kGetExamples = R"(  damask get tests.damask login-timeout
  damask get tests.damask login-timeout --json --no-embedding
  damask get tests.damask -- -an-id-that-begins-with-a-dash
)";

struct GetArguments {
  std::string store;
  std::string id;
  bool noEmbedding = false;
};

/// Components of the embedding that the text output shows.
constexpr std::size_t kShownComponents = 6;

std::string embeddingText(const std::vector<float>& embedding) {
  std::string text = fmt::format("{} components: ", embedding.size());
  for (std::size_t i = 0; i < embedding.size() && i < kShownComponents; ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : ", ", embedding[i]);
  }
  return text + (embedding.size() > kShownComponents ? ", ..." : "");
}

std::string patternTable(const Pattern& pattern,
                         const std::optional<std::vector<float>>& embedding) {
  std::string text;
  const auto add = [&text](const char* name, const std::string& value) {
    text += fmt::format("{:<15} {}\n", name, value);
  };
  const auto addLine = [&add](const char* name, const std::string& value) {
    add(name, displayLine(value, std::string::npos));
  };
  const auto addNumber = [&add](const char* name, const auto& value) {
    if (value) add(name, fmt::format("{}", *value));
  };
  addLine("id", pattern.id);
  addLine("type", pattern.type);
  addLine("domain", pattern.domain);
  if (pattern.framework) addLine("framework", *pattern.framework);
  addNumber("coverage", pattern.coverage);
  addNumber("flakinessScore", pattern.flakinessScore);
  if (pattern.verdict) add("verdict", std::string(verdictName(*pattern.verdict)));
  addNumber("createdAt", pattern.createdAt);
  addNumber("lastUsed", pattern.lastUsed);
  add("usageCount", fmt::format("{}", pattern.usageCount));
  if (pattern.metadata) add("metadata", displayText(*pattern.metadata));
  if (embedding) add("embedding", embeddingText(*embedding));
  add("content", displayText(pattern.content));
  return text;
}

Outcome<ExitCode> getPattern(const GetArguments& arguments, Console& console) {
  const auto store = loadStore(arguments.store);
  if (!store) return tl::make_unexpected(store.error());
  const auto pattern = store->get(arguments.id);
  if (!pattern) return failure(pattern.error());
  if (!*pattern) {
    return notFound(fmt::format("{} has no pattern '{}'", arguments.store, arguments.id));
  }
  std::optional<std::vector<float>> embedding;
  if (!arguments.noEmbedding) {
    auto found = store->embedding(arguments.id);
    if (!found) return failure(found.error());
    embedding = std::move(*found);
  }
  if (!console.json()) {
    return finished(console.print(patternTable(**pattern, embedding)));
  }
  return finished(console.print(patternText(**pattern, embedding) + "\n"));
}

}  // namespace

void addGetCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* command =
      addCommand(app, invocation, "get", "Print the pattern of an id", kGetExamples);
  auto arguments = std::make_shared<GetArguments>();
  addStore(command, arguments->store);
  command->add_option("ID", arguments->id, "The pattern's id")->required()->type_name("");
  command->add_flag("--no-embedding", arguments->noEmbedding, "Leave the embedding out");
  onCommand(command, invocation, arguments, getPattern);
}

}  // namespace damask::cli
