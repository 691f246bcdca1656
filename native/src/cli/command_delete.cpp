#include <fmt/format.h>

#include <memory>

#include "arguments.hpp"
#include "damask/pattern_store.hpp"
#include "store_file.hpp"

namespace damask::cli {
namespace {

constexpr const char* kDeleteExamples = R"(  damask delete tests.damask login-timeout
  damask delete tests.damask a b c --json
      {"deleted":["a","c"],"missing":["b"],"count":98}, and exit code 1.
  damask delete tests.damask -- -ids -that -begin -with -a -dash

Ids that are there are deleted even when others are missing; then the exit code is 1.
)";

struct DeleteArguments {
  std::string store;
  std::vector<std::string> ids;
};

/// The ids among the words of a command line that has been parsed: CLI11 itself takes an id such as
/// "[a,b]" apart, into ids that were not meant. The words are "delete", flags, the store, the ids.
std::vector<std::string> idsOf(const std::vector<std::string>& words) {
  std::vector<std::string> plain;
  bool flags = true;
  for (const std::string& word : words) {
    if (flags && word == "--") {
      flags = false;
    } else if (!flags || !word.starts_with('-') || word == "-") {
      plain.push_back(word);
    }
  }
  plain.erase(plain.begin(), plain.begin() + 2);
  return plain;
}

Outcome<ExitCode> deletePatterns(const DeleteArguments& arguments, Console& console) {
  auto opened = WritableStore::open(arguments.store);
  if (!opened) return tl::make_unexpected(opened.error());
  PatternStore& store = opened->store();
  Json deleted = Json::array();
  Json missing = Json::array();
  std::string text;
  for (const std::string& id : arguments.ids) {
    const auto removed = store.remove(id);
    if (!removed) return failure(removed.error());
    (*removed ? deleted : missing).push_back(id);
    text += fmt::format("{} {}\n", *removed ? "deleted" : "not found:", displayLine(id, 80));
  }
  if (!deleted.empty()) {
    const auto saved = opened->save();
    if (!saved) return tl::make_unexpected(saved.error());
  }
  const auto printed =
      console.json() ? console.printJson(Json{
                           {"deleted", deleted}, {"missing", missing}, {"count", store.size()}})
                     : console.print(text);
  return finished(printed, missing.empty() ? ExitCode::ok : ExitCode::notFound);
}

}  // namespace

void addDeleteCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* command =
      addCommand(app, invocation, "delete", "Delete patterns by id", kDeleteExamples);
  auto arguments = std::make_shared<DeleteArguments>();
  addStore(command, arguments->store);
  auto parsedIds = std::make_shared<std::vector<std::string>>();
  command->add_option("ID", *parsedIds, "The patterns' ids")->required()->type_name("");
  command->callback([&invocation, arguments, parsedIds] {
    arguments->ids = idsOf(invocation.words);
    invocation.run = [arguments](Console& console) { return deletePatterns(*arguments, console); };
  });
}

}  // namespace damask::cli
