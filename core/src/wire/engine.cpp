#include "engine.hpp"

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "marshal.hpp"

namespace damask::wire {
namespace {

double replyText(Exchange& exchange, std::string_view text) noexcept {
  return exchange.run([&](WireWriter& out) -> Result<double> {
    out.text(text);
    return kDone;
  });
}

double replyNames(Exchange& exchange, std::vector<std::string_view> (*list)()) noexcept {
  return exchange.run([&](WireWriter& out) -> Result<double> {
    const std::vector<std::string_view> names = list();
    out.number(static_cast<std::uint32_t>(names.size()));
    for (const std::string_view name : names) out.text(name);
    return kDone;
  });
}

/// Keeps the store of `open`, which gives a Result<PatternStore>.
template <typename Open>
std::unique_ptr<Store> keep(Exchange& exchange, const Open& open) noexcept {
  std::unique_ptr<Store> kept;
  exchange.run([&](WireWriter&) -> Result<double> {
    Result<PatternStore> store = open();
    if (!store) return tl::unexpected<Error>(std::move(store.error()));
    kept = std::make_unique<Store>(exchange, std::move(*store));
    return kDone;
  });
  return kept;
}

}  // namespace

double version(Exchange& exchange) noexcept {
  return replyText(exchange, damask::version());
}

double targetName(Exchange& exchange) noexcept {
  return replyText(exchange, damask::targetName());
}

double compiledInstructionSets(Exchange& exchange) noexcept {
  return replyNames(exchange, &damask::compiledInstructionSets);
}

double detectedInstructionSets(Exchange& exchange) noexcept {
  return replyNames(exchange, &damask::detectedInstructionSets);
}

double activeInstructionSet(Exchange& exchange) noexcept {
  return exchange.run([](WireWriter& out) {
    return damask::activeInstructionSet().map([&](std::string_view name) {
      out.text(name);
      return kDone;
    });
  });
}

double inspectSnapshot(Exchange& exchange) noexcept {
  return exchange.run([&](WireWriter& out) -> Result<double> {
    const Result<SnapshotInfo> info = damask::inspectSnapshot(exchange.input());
    if (!info) return tl::unexpected<Error>(info.error());
    return write(out, *info).map([] { return kDone; });
  });
}

std::unique_ptr<Store> createStore(Exchange& exchange) noexcept {
  return keep(exchange, [&] {
    WireReader in(exchange.input());
    return readStoreOptions(in).and_then(
        [](const StoreOptions& options) { return PatternStore::create(options); });
  });
}

std::unique_ptr<Store> openStore(Exchange& exchange) noexcept {
  return keep(exchange, [&] { return PatternStore::open(exchange.input()); });
}

}  // namespace damask::wire
