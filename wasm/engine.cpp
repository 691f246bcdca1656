#include "engine.hpp"

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "exchange.hpp"
#include "marshal.hpp"

namespace damask::wasm {
namespace {

double replyText(std::string_view text) noexcept {
  return exchange().run([&](WireWriter& out) -> Result<double> {
    out.text(text);
    return kDone;
  });
}

Result<double> replyNames(WireWriter& out, const std::vector<std::string_view>& names) {
  out.number(static_cast<std::uint32_t>(names.size()));
  for (const std::string_view name : names) out.text(name);
  return kDone;
}

}  // namespace

double replyAddress() noexcept {
  return exchange().replyAddress();
}
double reserveInput(double bytes) noexcept {
  return exchange().reserveInput(bytes);
}
double version() noexcept {
  return replyText(damask::version());
}
double targetName() noexcept {
  return replyText(damask::targetName());
}

double compiledInstructionSets() noexcept {
  return exchange().run(
      [](WireWriter& out) { return replyNames(out, damask::compiledInstructionSets()); });
}

double detectedInstructionSets() noexcept {
  return exchange().run(
      [](WireWriter& out) { return replyNames(out, damask::detectedInstructionSets()); });
}

double activeInstructionSet() noexcept {
  return exchange().run([](WireWriter& out) {
    return damask::activeInstructionSet().map([&](std::string_view name) {
      out.text(name);
      return kDone;
    });
  });
}

double inspectSnapshot(double bytes) noexcept {
  return exchange().run([&](WireWriter& out) -> Result<double> {
    const auto input = exchange().input().first(static_cast<std::size_t>(bytes));
    const Result<SnapshotInfo> info = damask::inspectSnapshot(input);
    exchange().releaseInput();
    if (!info) return tl::unexpected<Error>(info.error());
    return write(out, *info).map([] { return kDone; });
  });
}

}  // namespace damask::wasm
