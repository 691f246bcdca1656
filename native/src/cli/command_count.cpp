#include <fmt/format.h>

#include <memory>

#include "arguments.hpp"
#include "damask/pattern_store.hpp"
#include "filter_options.hpp"
#include "store_file.hpp"

namespace damask::cli {
namespace {

constexpr const char* kCountExamples = R"(  damask count tests.damask
  damask count tests.damask --domain auth --json
      {"count":12}
  damask count tests.damask --filter '{"and":[{"prefix":["id","login"]},{"exists":"coverage"}]}'

Exactly the patterns that a search with the same options would look at.
)";

struct CountArguments {
  std::string store;
  FilterArguments filter;
};

Outcome<ExitCode> countPatterns(const CountArguments& arguments, Console& console) {
  SearchOptions options;
  if (auto used = useFilter(arguments.filter, options); !used) {
    return tl::make_unexpected(used.error());
  }
  const auto store = loadStore(arguments.store);
  if (!store) return tl::make_unexpected(store.error());
  const auto count = store->count(options);
  if (!count) return failure(count.error());
  return finished(console.json() ? console.printJson(Json{{"count", *count}})
                                 : console.print(fmt::format("{}\n", *count)));
}

}  // namespace

void addCountCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* command =
      addCommand(app, invocation, "count", "Count the patterns that match", kCountExamples);
  auto arguments = std::make_shared<CountArguments>();
  addStore(command, arguments->store);
  addFilter(command, arguments->filter);
  onCommand(command, invocation, arguments, countPatterns);
}

}  // namespace damask::cli
