#include "conformance/replay.hpp"

#include "conformance/shown.hpp"

namespace damask::conformance {
namespace {

constexpr std::size_t kSlice = 7;  // of a rebuild, whose result must not depend on it

tl::unexpected<Error> refusal(const Error& error) {
  return tl::unexpected<Error>(error);
}

/// What is left to say of a call that gives nothing.
Result<Json> ok(const Result<void>& done) {
  if (!done) return refusal(done.error());
  return "ok";
}

std::vector<std::byte> damaged(std::vector<std::byte> bytes, const Json& damage) {
  if (damage.contains("write")) {
    const auto text = damage["write"].get<std::string>();
    const auto written = std::as_bytes(std::span(text));
    return {written.begin(), written.end()};
  }
  if (damage.contains("cut"))
    bytes.resize(std::min(bytes.size(), damage["cut"].get<std::size_t>()));
  if (damage.contains("flip")) bytes.at(damage["flip"].get<std::size_t>()) ^= std::byte{1};
  return bytes;
}

}  // namespace

Json Replayer::run(const Json& step) {
  const auto result = answer(step);
  return result ? *result : shown(result.error());
}

Result<Json> Replayer::answer(const Json& step) {
  const auto op = step["op"].get<std::string>();
  if (op == "open") return open(step["config"]);
  const auto dimension = store_->options().dimension;
  if (op == "store") {
    const auto entry = entryOf(step["pattern"], dimension, step.value("set", Json::object()));
    if (!entry) return refusal(entry.error());
    return ok(store_->upsert(entry->pattern, entry->embedding));
  }
  if (op == "batch") return batch(step);
  if (op == "delete") {
    const auto removed = store_->remove(step["id"].get<std::string>());
    if (!removed) return refusal(removed.error());
    return *removed;
  }
  if (op == "usage") return usage(step);
  if (op == "search") {
    const auto query = vectorOf(step["vector"], step.value("dimension", dimension));
    const auto options = searchOptionsOf(step["options"]);
    if (!options) return refusal(options.error());
    const auto hits = store_->search(query, *options);
    if (!hits) return refusal(hits.error());
    return shown(*hits);
  }
  if (op == "get") return get(step["id"]);
  if (op == "count") {
    const auto filter = searchOptionsOf(step["filter"]);
    if (!filter) return refusal(filter.error());
    const auto matches = store_->count(*filter);
    if (!matches) return refusal(matches.error());
    return *matches;
  }
  if (op == "stats") {
    const auto stats = store_->stats();
    return Json{{"count", stats.count}, {"slots", stats.slots}, {"sequence", stats.sequence}};
  }
  if (op == "clear") return ok(store_->clear());
  if (op == "build") return build();
  if (op == "reopen") return reopen(step);
  if (op != "snapshot") return fail(ErrorCode::internal, "there is no step " + op);
  const auto bytes = store_->saveToBytes();
  if (!bytes) return refusal(bytes.error());
  return Json{{"bytes", bytes->size()}, {"sha256", sha256(*bytes)}};
}

Result<Json> Replayer::open(const Json& config) {
  store_.reset();
  const auto options = storeOptionsOf(config);
  if (!options) return refusal(options.error());
  auto created = PatternStore::create(*options);
  if (!created) return refusal(created.error());
  store_ = std::move(*created);
  return "ok";
}

Result<Json> Replayer::batch(const Json& step) {
  const auto entries = batchOf(step, store_->options().dimension);
  if (!entries) return refusal(entries.error());
  // As the package does: a batch that would be refused is not begun.
  for (const auto& [pattern, embedding] : *entries) {
    if (const auto checked = store_->check(pattern, embedding); !checked) return ok(checked);
  }
  for (const auto& [pattern, embedding] : *entries) {
    if (const auto staged = store_->stage(pattern, embedding); !staged) {
      store_->discardStaged();
      return refusal(staged.error());
    }
  }
  store_->commitStaged();
  return "ok";
}

Result<Json> Replayer::usage(const Json& step) {
  std::optional<Verdict> outcome;
  if (step.contains("outcome")) {
    const auto verdict = parseVerdict(step["outcome"].get<std::string>());
    if (!verdict) return refusal(verdict.error());
    outcome = *verdict;
  }
  const auto found = store_->recordUsage(step["id"].get<std::string>(), outcome, step["at"]);
  if (!found) return refusal(found.error());
  // The package has an error of its own for an id that is not there.
  return *found ? Json("ok") : Json{{"error", "NOT_FOUND"}};
}

Result<Json> Replayer::get(const std::string& id) {
  const auto pattern = store_->get(id);
  if (!pattern) return refusal(pattern.error());
  const auto embedding = store_->embedding(id);
  if (!embedding) return refusal(embedding.error());
  return *pattern && *embedding ? shown(**pattern, **embedding) : Json(nullptr);
}

Result<Json> Replayer::build() {
  if (const auto begun = store_->beginRebuild(); !begun) return refusal(begun.error());
  for (bool done = false; !done;) {
    const auto stepped = store_->stepRebuild(kSlice);
    if (!stepped) return refusal(stepped.error());
    done = *stepped;
  }
  return ok(store_->finishRebuild());
}

Result<Json> Replayer::reopen(const Json& damage) {
  const auto bytes = store_->saveToBytes();
  if (!bytes) return refusal(bytes.error());
  auto opened = PatternStore::open(damaged(*bytes, damage));
  if (!opened) return refusal(opened.error());
  store_ = std::move(*opened);
  return "ok";
}

}  // namespace damask::conformance
