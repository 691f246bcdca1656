#include "store.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "marshal.hpp"

namespace damask::wire {
namespace {

tl::unexpected<Error> failed(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

Result<std::string_view> readId(std::span<const std::byte> input) {
  WireReader in(input);
  const std::string_view id = in.text();
  if (!in.ok()) return misread("the id");
  return id;
}

Result<double> done(Result<void> result) {
  if (!result) return failed(std::move(result.error()));
  return kDone;
}

Result<double> asNumber(Result<bool> result) {
  if (!result) return failed(std::move(result.error()));
  return *result ? 1 : 0;
}

Result<double> reply(WireWriter& out, const Result<std::optional<Pattern>>& pattern) {
  if (!pattern) return failed(pattern.error());
  if (!*pattern) return kAbsent;
  return done(write(out, std::span(&**pattern, 1)));
}

Result<double> reply(WireWriter& out, const Result<std::optional<std::vector<float>>>& floats) {
  if (!floats) return failed(floats.error());
  if (!*floats) return kAbsent;
  out.raw(std::as_bytes(std::span(**floats)));
  return kDone;
}

Result<double> reply(WireWriter& out, const Result<std::vector<std::byte>>& bytes) {
  if (!bytes) return failed(bytes.error());
  out.raw(*bytes);
  return kDone;
}

}  // namespace

double Store::options() const {
  return exchange_.run([&](WireWriter& out) -> Result<double> {
    write(out, store_.options());
    return kDone;
  });
}

double Store::size() const {
  return static_cast<double>(store_.size());
}

double Store::contains() const {
  return exchange_.run([&](WireWriter&) -> Result<double> {
    return readId(exchange_.input()).map([&](std::string_view id) {
      return store_.contains(id) ? 1.0 : 0.0;
    });
  });
}

double Store::stats() const {
  return exchange_.run([&](WireWriter& out) { return done(write(out, store_.stats())); });
}

template <auto Method, typename Self>
double Store::take(Self& self, double components) {
  return self.exchange_.run([&](WireWriter&) -> Result<double> {
    WireReader in(self.exchange_.input());
    const std::span<const float> embedding = in.floats(static_cast<std::uint32_t>(components));
    const Result<Pattern> pattern = readPattern(in);
    if (!pattern) return failed(pattern.error());
    return done((self.store_.*Method)(*pattern, embedding));
  });
}

double Store::check(double components) const {
  return take<&PatternStore::check>(*this, components);
}

double Store::upsert(double components) {
  return take<&PatternStore::upsert>(*this, components);
}

double Store::remove() {
  return exchange_.run([&](WireWriter&) -> Result<double> {
    return readId(exchange_.input()).and_then([&](std::string_view id) {
      return asNumber(store_.remove(id));
    });
  });
}

double Store::recordUsage() {
  return exchange_.run([&](WireWriter&) -> Result<double> {
    WireReader in(exchange_.input());
    return readUsage(in).and_then([&](const Usage& usage) {
      return asNumber(store_.recordUsage(usage.id, usage.outcome, usage.nowMs));
    });
  });
}

double Store::clear() {
  return exchange_.run([&](WireWriter&) { return done(store_.clear()); });
}

double Store::stage(double components) {
  return take<&PatternStore::stage>(*this, components);
}

double Store::commitStaged() {
  store_.commitStaged();
  return kDone;
}

double Store::discardStaged() {
  store_.discardStaged();
  return kDone;
}

double Store::stagedCount() const {
  return static_cast<double>(store_.stagedCount());
}

double Store::setBuildThreads(double threads) {
  return exchange_.run([&](WireWriter&) {
    return done(store_.setBuildThreads(static_cast<std::uint32_t>(threads)));
  });
}

double Store::beginRebuild(double kind) {
  return exchange_.run(
      [&](WireWriter&) { return done(store_.beginRebuild(static_cast<RebuildKind>(kind))); });
}

double Store::stepRebuild(double maxPatterns) {
  return exchange_.run([&](WireWriter&) {
    return asNumber(store_.stepRebuild(static_cast<std::uint32_t>(maxPatterns)));
  });
}

double Store::finishRebuild() {
  return exchange_.run([&](WireWriter&) { return done(store_.finishRebuild()); });
}

double Store::cancelRebuild() {
  store_.cancelRebuild();
  return kDone;
}

double Store::rebuildProgress() const {
  return exchange_.run([&](WireWriter& out) -> Result<double> {
    const std::optional<RebuildProgress> progress = store_.rebuildProgress();
    if (!progress) return kAbsent;
    out.number(static_cast<double>(progress->done));
    out.number(static_cast<double>(progress->total));
    out.flag(progress->prepared);
    return kDone;
  });
}

double Store::beginCensus() {
  return exchange_.run([&](WireWriter&) { return done(store_.beginCensus()); });
}

double Store::stepCensus(double maxNodes) {
  return exchange_.run([&](WireWriter& out) -> Result<double> {
    const auto census = store_.stepCensus(static_cast<std::uint32_t>(maxNodes));
    if (!census) return failed(census.error());
    if (!*census) return kAbsent;
    write(out, **census);
    return kDone;
  });
}

double Store::stepRepair(double maxNodes) {
  return exchange_.run([&](WireWriter& out) -> Result<double> {
    const auto report = store_.stepRepair(static_cast<std::uint32_t>(maxNodes));
    if (!report) return failed(report.error());
    if (!*report) return kAbsent;
    out.number(static_cast<double>((*report)->nodes));
    out.number(static_cast<double>((*report)->linked));
    return kDone;
  });
}

double Store::cancelCensus() {
  store_.cancelCensus();
  return kDone;
}

double Store::get() const {
  return exchange_.run([&](WireWriter& out) -> Result<double> {
    return readId(exchange_.input()).and_then([&](std::string_view id) {
      return reply(out, store_.get(id));
    });
  });
}

double Store::embedding() const {
  return exchange_.run([&](WireWriter& out) -> Result<double> {
    return readId(exchange_.input()).and_then([&](std::string_view id) {
      return reply(out, store_.embedding(id));
    });
  });
}

double Store::search(double components) const {
  return searchInto(components, true);
}

double Store::searchSlots(double components) const {
  return searchInto(components, false);
}

double Store::searchInto(double components, bool withIds) const {
  return exchange_.run([&](WireWriter& out) -> Result<double> {
    WireReader in(exchange_.input());
    const std::span<const float> query = in.floats(static_cast<std::uint32_t>(components));
    const Result<SearchOptions> options = readSearchOptions(in);
    if (!options) return failed(options.error());
    if (Result<void> valid = validate(*options); !valid) return failed(std::move(valid.error()));
    std::vector<SlotHit> hits(options->k);
    SearchReport report;
    const Result<std::size_t> found = store_.searchSlots(query, *options, hits, &report);
    if (!found) return failed(found.error());
    hits.resize(*found);
    out.number(static_cast<std::uint32_t>(hits.size()));
    if (!withIds)
      for (const SlotHit& hit : hits) out.number(hit.slot);
    for (const SlotHit& hit : hits) out.number(hit.score);
    out.flag(report.exact);
    out.number(static_cast<double>(report.distanceComputations));
    const auto text = [&](std::size_t i) {
      return i == 0 ? searchPlanName(report.plan) : store_.idOf(hits[i - 1].slot);
    };
    out.texts(withIds ? 1 + hits.size() : 1, text);
    return kDone;
  });
}

double Store::count() const {
  return exchange_.run([&](WireWriter&) -> Result<double> {
    WireReader in(exchange_.input());
    return readSearchOptions(in)
        .and_then([&](const SearchOptions& options) { return store_.count(options); })
        .map([](std::size_t matches) { return static_cast<double>(matches); });
  });
}

double Store::matches() const {
  return exchange_.run([&](WireWriter& out) -> Result<double> {
    WireReader in(exchange_.input());
    const auto slots = readSearchOptions(in).and_then(
        [&](const SearchOptions& options) { return store_.matches(options); });
    if (!slots) return failed(slots.error());
    out.raw(std::as_bytes(std::span(*slots)));
    return static_cast<double>(slots->size());
  });
}

double Store::nextSlot(double from) const {
  const std::optional<std::uint32_t> slot = store_.nextSlot(static_cast<std::uint32_t>(from));
  return slot ? *slot : kAbsent;
}

double Store::idOf(double slot) const {
  return exchange_.run([&](WireWriter& out) -> Result<double> {
    const std::string_view id = store_.idOf(static_cast<std::uint32_t>(slot));
    if (id.empty()) return kAbsent;
    out.text(id);
    return kDone;
  });
}

double Store::patternAt(double slot) const {
  return exchange_.run([&](WireWriter& out) {
    return reply(out, store_.patternAt(static_cast<std::uint32_t>(slot)));
  });
}

double Store::patternsAt(double count) const {
  return exchange_.run([&](WireWriter& out) -> Result<double> {
    WireReader in(exchange_.input());
    const bool withContent = in.flag();
    std::vector<Pattern> patterns;
    for (double i = 0; i < count; ++i) {
      const auto slot = in.number<std::uint32_t>();
      if (!in.ok()) return misread("the slots");
      Result<std::optional<Pattern>> pattern = store_.patternAt(slot);
      if (!pattern) return failed(pattern.error());
      if (!*pattern) {
        return fail(ErrorCode::invalidArgument,
                    "slot " + std::to_string(slot) + " holds no pattern any more");
      }
      if (!withContent) (*pattern)->content.clear();
      patterns.push_back(std::move(**pattern));
    }
    return done(write(out, std::span<const Pattern>(patterns)));
  });
}

double Store::embeddingAt(double slot) const {
  return exchange_.run([&](WireWriter& out) {
    return reply(out, store_.embeddingAt(static_cast<std::uint32_t>(slot)));
  });
}

double Store::save(const ByteSink& sink) {
  return exchange_.run([&](WireWriter&) -> Result<double> {
    const Result<void> saved = store_.save(sink);
    if (!saved) return failed(saved.error());
    return kDone;
  });
}

double Store::beginSnapshot() {
  return exchange_.run([&](WireWriter&) { return done(store_.beginSnapshot()); });
}

double Store::stepSnapshot(double maxBytes) {
  return exchange_.run([&](WireWriter& out) -> Result<double> {
    const auto sink = [&out](std::span<const std::byte> chunk) -> Result<void> {
      out.raw(chunk);
      return {};
    };
    const Result<bool> finished = store_.stepSnapshot(static_cast<std::size_t>(maxBytes), sink);
    if (!finished) return failed(finished.error());
    return *finished ? 1.0 : 0.0;
  });
}

double Store::cancelSnapshot() {
  return exchange_.run([&](WireWriter&) -> Result<double> {
    store_.cancelSnapshot();
    return kDone;
  });
}

double Store::beginJournal() {
  return exchange_.run([&](WireWriter& out) { return reply(out, store_.beginJournal()); });
}

double Store::takeJournal(double synced) {
  return exchange_.run([&](WireWriter& out) {
    return reply(out, store_.takeJournal(static_cast<std::uint64_t>(synced)));
  });
}

double Store::replay() {
  return exchange_.run([&](WireWriter& out) -> Result<double> {
    const Result<ReplayReport> report = store_.replay(exchange_.input());
    if (!report) return failed(report.error());
    out.number(static_cast<double>(report->frames));
    out.number(static_cast<double>(report->changes));
    out.number(static_cast<double>(report->sequence));
    out.number(static_cast<double>(report->tornBytes));
    return kDone;
  });
}

}  // namespace damask::wire
