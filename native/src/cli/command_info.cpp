#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "arguments.hpp"
#include "damask/isa.hpp"

namespace damask::cli {
namespace {

constexpr const char* kInfoExamples = R"(  damask info
  DAMASK_ISA=scalar damask info --json

The instruction sets compiled into this build, those that this machine can run, and the active one:
the fastest, or the one that the environment variable DAMASK_ISA names. An unknown or unavailable
name is an error (exit code 2).
)";

struct InfoArguments {};

Outcome<ExitCode> printInfo(const InfoArguments&, Console& console) {
  const auto active = activeInstructionSet();
  if (!active) return failure(active.error());
  const auto compiled = compiledInstructionSets();
  const auto detected = detectedInstructionSets();
  const auto printed =
      console.json() ? console.printJson(Json{
                           {"version", version()},
                           {"target", targetName()},
                           {"instructionSets",
                            {{"compiled", compiled}, {"detected", detected}, {"active", *active}}}})
                     : console.print(fmt::format("damask {} for {}\ninstruction sets\n"
                                                 "  compiled  {}\n  detected  {}\n  active    {}\n",
                                                 version(), targetName(), fmt::join(compiled, " "),
                                                 fmt::join(detected, " "), *active));
  return finished(printed);
}

}  // namespace

void addInfoCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* command = addCommand(app, invocation, "info",
                                 "Print the version and the instruction sets", kInfoExamples);
  onCommand(command, invocation, std::make_shared<InfoArguments>(), printInfo);
}

}  // namespace damask::cli
