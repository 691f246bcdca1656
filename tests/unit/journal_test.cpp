// A journal replayed on its snapshot gives the store that wrote it, to the byte; whatever is done
// to its bytes is found out or harmless.

#include <catch2/catch.hpp>
#include <cstring>
#include <string>
#include <vector>

#include "damask/damask.hpp"
#include "support/random.hpp"

namespace damask {
namespace {

using testing::Random;

using Bytes = std::vector<std::byte>;

constexpr std::uint32_t kDimension = 8;

Bytes saved(const PatternStore& store) {
  Bytes bytes;
  const auto result = store.save([&](std::span<const std::byte> chunk) -> Result<void> {
    bytes.insert(bytes.end(), chunk.begin(), chunk.end());
    return {};
  });
  REQUIRE(result);
  return bytes;
}

PatternStore opened(const Bytes& snapshot) {
  auto store = PatternStore::open(snapshot);
  REQUIRE(store);
  return std::move(*store);
}

PatternStore created() {
  StoreOptions options;
  options.dimension = kDimension;
  options.hnsw = {4, 16, 16};
  options.indexingThreshold = 0;
  auto store = PatternStore::create(options);
  REQUIRE(store);
  return std::move(*store);
}

std::string idOf(Random& random, std::uint32_t ids) {
  std::string id = "p";
  id += std::to_string(random.below(ids));
  return id;
}

std::vector<float> vectorOf(Random& random) {
  std::vector<float> v(kDimension);
  for (float& x : v) x = static_cast<float>(random.between(-1000, 1000)) / 1000;
  return v;
}

Pattern fullPattern(Random& random, std::uint32_t ids) {
  Pattern p;
  p.id = idOf(random, ids);
  p.type = "unit";
  p.domain = random.below(2) ? "domain" : "other";
  p.content = std::string(random.below(40), 'c');
  if (random.below(2)) p.framework = "catch2";
  if (random.below(2)) p.coverage = -0.25;
  if (random.below(2)) p.flakinessScore = 0.0;
  if (random.below(2)) p.verdict = Verdict::flaky;
  if (random.below(2)) p.createdAt = -1;
  if (random.below(2)) p.lastUsed = 1;
  p.usageCount = random.below(5);
  if (random.below(2)) p.metadata = R"({"a":1})";
  return p;
}

/// One random change; some are refused or change nothing, which a journal must not hold.
void change(PatternStore& store, Random& random) {
  const std::string id = idOf(random, 40);
  switch (random.below(8)) {
    case 0:
      REQUIRE(store.remove(id));
      break;
    case 1:
      REQUIRE(store.recordUsage(id, Verdict::success, 1234));
      break;
    case 2:
      REQUIRE_FALSE(store.upsert({}, vectorOf(random)));
      break;
    case 3:
      for (int i = 0; i < 3; ++i) REQUIRE(store.stage(fullPattern(random, 40), vectorOf(random)));
      random.below(2) ? store.commitStaged() : store.discardStaged();
      break;
    case 4:
      if (random.below(10) == 0) REQUIRE(store.clear());
      break;
    default:
      REQUIRE(store.upsert(fullPattern(random, 40), vectorOf(random)));
  }
}

void append(Bytes& journal, const Bytes& bytes) {
  journal.insert(journal.end(), bytes.begin(), bytes.end());
}

/// A snapshot, and the journal of what was done after it, every frame durable before the next.
struct Written {
  Bytes snapshot, journal;
  std::vector<std::size_t> ends;  ///< Of each frame, the header's first.
  std::vector<std::uint64_t> sequences;
  PatternStore store = created();
};

Written write(std::uint64_t seed, int frames, int changesPerFrame) {
  INFO("seed " << seed);
  Random random(seed);
  Written w;
  for (int i = 0; i < 20; ++i) REQUIRE(w.store.upsert(fullPattern(random, 40), vectorOf(random)));
  w.snapshot = saved(w.store);
  w.journal = *w.store.beginJournal();
  w.ends.push_back(w.journal.size());
  w.sequences.push_back(w.store.stats().sequence);
  while (static_cast<int>(w.ends.size()) <= frames) {
    for (int i = 0; i < changesPerFrame; ++i) change(w.store, random);
    const Bytes frame = *w.store.takeJournal(w.journal.size());
    if (frame.empty()) continue;
    append(w.journal, frame);
    w.ends.push_back(w.journal.size());
    w.sequences.push_back(w.store.stats().sequence);
  }
  return w;
}

/// What all observers of a store can see: patterns, embeddings, exact answers.
std::string seen(const PatternStore& store) {
  std::string all;
  for (auto slot = store.nextSlot(0); slot; slot = store.nextSlot(*slot + 1)) {
    const Pattern p = **store.patternAt(*slot);
    all += p.id + p.type + p.domain + p.content + p.framework.value_or("-") +
           p.metadata.value_or("-") + std::to_string(p.usageCount) +
           std::to_string(p.lastUsed.value_or(-7)) + std::to_string(p.createdAt.value_or(-7));
    const std::vector<float> embedding = **store.embeddingAt(*slot);
    for (const float x : embedding) all += std::to_string(x);
  }
  return all;
}

}  // namespace

TEST_CASE("a replayed journal gives the same store", "[journal]") {
  const Written w = write(31, 40, 3);
  PatternStore store = opened(w.snapshot);
  const auto report = store.replay(w.journal);
  REQUIRE(report);
  CHECK(report->frames == 40);
  CHECK(report->tornBytes == 0);
  CHECK(report->sequence == w.store.stats().sequence);
  CHECK(seen(store) == seen(w.store));
}

TEST_CASE("without discarded batches the replayed store is the same to the byte", "[journal]") {
  Random random(32);
  PatternStore writer = created();
  const Bytes snapshot = saved(writer);
  Bytes journal = *writer.beginJournal();
  for (int i = 0; i < 60; ++i) {
    REQUIRE(writer.stage(fullPattern(random, 30), vectorOf(random)));
    if (i % 7 == 6) writer.commitStaged();
    REQUIRE(writer.remove(idOf(random, 30)));
    append(journal, *writer.takeJournal(journal.size()));
  }
  writer.commitStaged();
  append(journal, *writer.takeJournal(journal.size()));
  PatternStore reader = opened(snapshot);
  REQUIRE(reader.replay(journal));
  CHECK(saved(reader) == saved(writer));
}

TEST_CASE("a journal is continued after a replay, and by the next snapshot's journal",
          "[journal]") {
  Written w = write(33, 5, 2);
  Random random(7);
  PatternStore second = opened(w.snapshot);
  REQUIRE(second.replay(w.journal));
  REQUIRE(second.upsert(fullPattern(random, 40), vectorOf(random)));
  Bytes longer = w.journal;
  append(longer, *second.takeJournal(longer.size()));

  const Bytes next = saved(second);
  Bytes nextJournal = *second.beginJournal();
  REQUIRE(second.upsert(fullPattern(random, 40), vectorOf(random)));
  append(nextJournal, *second.takeJournal(nextJournal.size()));

  PatternStore fromNext = opened(next);
  REQUIRE(fromNext.replay(nextJournal));
  CHECK(seen(fromNext) == seen(second));

  PatternStore chained = opened(w.snapshot);
  REQUIRE(chained.replay(longer));
  REQUIRE(chained.replay(nextJournal));
  CHECK(seen(chained) == seen(second));
}

TEST_CASE("a journal is refused by every store that it does not continue", "[journal]") {
  Written w = write(34, 3, 2);
  const Written other = write(35, 3, 2);
  const auto codeOf = [&](PatternStore store, const Bytes& journal) {
    const std::uint64_t before = store.stats().sequence;
    const auto report = store.replay(journal);
    REQUIRE_FALSE(report);
    CHECK(store.stats().sequence == before);
    return report.error().code;
  };
  CHECK(codeOf(opened(other.snapshot), w.journal) == ErrorCode::journalMismatch);
  CHECK(codeOf(created(), w.journal) == ErrorCode::journalMismatch);
  PatternStore changed = opened(w.snapshot);
  REQUIRE(changed.remove("p1"));
  Random random(8);
  REQUIRE(changed.upsert(fullPattern(random, 40), vectorOf(random)));
  CHECK(codeOf(std::move(changed), w.journal) == ErrorCode::journalMismatch);
  PatternStore beyond = opened(saved(w.store));
  CHECK(codeOf(std::move(beyond), w.journal) == ErrorCode::journalMismatch);
}

TEST_CASE("a journal cut anywhere gives the changes of its whole frames", "[journal]") {
  const Written w = write(36, 6, 2);
  std::size_t frames = 0;
  for (std::size_t cut = w.ends[0]; cut <= w.journal.size(); ++cut) {
    CAPTURE(cut);
    while (frames + 1 < w.ends.size() && w.ends[frames + 1] <= cut) ++frames;
    PatternStore store = opened(w.snapshot);
    const auto report = store.replay(std::span(w.journal).first(cut));
    REQUIRE(report);
    CHECK(report->frames == frames);
    CHECK(report->sequence == w.sequences[frames]);
    CHECK(report->tornBytes == cut - w.ends[frames]);
    CHECK(store.takeJournal(0).has_value() == (report->tornBytes == 0));
  }
  for (std::size_t cut = 0; cut < w.ends[0]; ++cut) {
    CHECK(opened(w.snapshot).replay(std::span(w.journal).first(cut)).error().code ==
          ErrorCode::journalCorrupt);
  }
}

TEST_CASE("a journal is replayed up to the frame of any sequence", "[journal]") {
  const Written w = write(41, 6, 3);
  std::size_t frames = 0;
  for (std::uint64_t upTo = w.sequences[0]; upTo <= w.sequences.back() + 1; ++upTo) {
    CAPTURE(upTo);
    while (frames + 1 < w.ends.size() && w.sequences[frames + 1] <= upTo) ++frames;
    PatternStore store = opened(w.snapshot);
    const auto report = store.replay(w.journal, {upTo});
    REQUIRE(report);
    CHECK(report->frames == frames);
    CHECK(report->sequence == w.sequences[frames]);
    CHECK(report->leftOut == (frames + 1 < w.ends.size()));
    CHECK(store.takeJournal(0).has_value() != report->leftOut);
    PatternStore cut = opened(w.snapshot);
    REQUIRE(cut.replay(std::span(w.journal).first(w.ends[frames])));
    CHECK(seen(store) == seen(cut));
  }
}

TEST_CASE("of a damaged journal the frames before the damage can be had", "[journal]") {
  Written w = write(42, 5, 2);
  w.journal[w.ends[2] + 40] ^= std::byte{1};
  CHECK(opened(w.snapshot).replay(w.journal).error().code == ErrorCode::journalCorrupt);
  PatternStore store = opened(w.snapshot);
  ReplayOptions options;
  options.untilDamage = true;
  const auto report = store.replay(w.journal, options);
  REQUIRE(report);
  CHECK(report->frames == 2);
  CHECK(report->sequence == w.sequences[2]);
  CHECK(report->tornBytes == w.journal.size() - w.ends[2]);
  CHECK_FALSE(store.takeJournal(0));
}

TEST_CASE("every flipped bit of a journal is found out", "[journal]") {
  const Written w = write(37, 4, 2);
  const std::size_t last = w.ends[w.ends.size() - 2];
  for (std::size_t at = 0; at < w.journal.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      Bytes journal = w.journal;
      journal[at] ^= static_cast<std::byte>(1 << bit);
      PatternStore store = opened(w.snapshot);
      const auto report = store.replay(journal);
      CAPTURE(at, bit);
      if (at < last) {
        REQUIRE_FALSE(report);
      } else {
        // In the last frame damage and a torn end are one: it is told, and not replayed.
        REQUIRE(report);
        CHECK(report->tornBytes == w.journal.size() - last);
      }
    }
  }
}

TEST_CASE("a journal that lacks bytes which a later frame calls durable is corrupt", "[journal]") {
  const Written w = write(43, 4, 2);
  const auto part = w.journal.begin() + static_cast<std::ptrdiff_t>(w.ends[w.ends.size() - 2]);
  for (auto cut = w.journal.begin() + 65; cut < part; ++cut) {
    Bytes journal(w.journal.begin(), cut);
    journal.insert(journal.end(), part, w.journal.end());
    CAPTURE(cut - w.journal.begin());
    CHECK(opened(w.snapshot).replay(journal).error().code == ErrorCode::journalCorrupt);
  }
}

TEST_CASE("a torn write of several frames is no corruption", "[journal]") {
  Random random(38);
  PatternStore writer = created();
  const Bytes snapshot = saved(writer);
  Bytes journal = *writer.beginJournal();
  const std::size_t synced = journal.size();
  std::vector<std::size_t> ends;
  for (int i = 0; i < 4; ++i) {
    REQUIRE(writer.upsert(fullPattern(random, 40), vectorOf(random)));
    append(journal, *writer.takeJournal(synced));
    ends.push_back(journal.size());
  }
  // The second frame's bytes never reached the disk, those after it did.
  std::fill(journal.begin() + static_cast<std::ptrdiff_t>(ends[0]),
            journal.begin() + static_cast<std::ptrdiff_t>(ends[1]), std::byte{0});
  PatternStore store = opened(snapshot);
  const auto report = store.replay(journal);
  REQUIRE(report);
  CHECK(report->frames == 1);
  CHECK(report->tornBytes == journal.size() - ends[0]);
}

TEST_CASE("a journal begins when nothing waits", "[journal]") {
  Random random(39);
  PatternStore store = created();
  CHECK(store.takeJournal(0).error().code == ErrorCode::invalidState);
  REQUIRE(store.stage(fullPattern(random, 40), vectorOf(random)));
  CHECK(store.beginJournal().error().code == ErrorCode::invalidState);
  store.commitStaged();
  REQUIRE(store.beginJournal());
  CHECK(store.takeJournal(0)->empty());
  REQUIRE(store.upsert(fullPattern(random, 40), vectorOf(random)));
  CHECK(store.beginJournal().error().code == ErrorCode::invalidState);
  CHECK_FALSE(store.takeJournal(0)->empty());
  REQUIRE(store.beginJournal());
}

TEST_CASE("a reader follows a journal as it grows, and into the next one", "[journal]") {
  const Written w = write(40, 30, 3);
  PatternStore reader = opened(w.snapshot);
  std::uint64_t changes = 0;
  for (std::size_t i = 0; i < w.ends.size(); ++i) {
    // Every second time the next frame is there in part.
    const std::size_t torn = i % 2 == 1 && i + 1 < w.ends.size() ? 17 : 0;
    const auto report = reader.replay(std::span(w.journal).first(w.ends[i] + torn));
    REQUIRE(report);
    CHECK(report->tornBytes == torn);
    REQUIRE(report->sequence == w.sequences[i]);
    changes += report->changes;
  }
  CHECK(changes == w.sequences.back() - w.sequences.front());
  CHECK(seen(reader) == seen(w.store));

  PatternStore writer = opened(saved(w.store));
  Random random(41);
  Bytes next = *writer.beginJournal();
  change(writer, random);
  REQUIRE(writer.upsert(fullPattern(random, 40), vectorOf(random)));
  append(next, *writer.takeJournal(next.size()));
  REQUIRE(reader.replay(next));
  CHECK(seen(reader) == seen(writer));

  // With a change of its own it is no longer a reader of that journal.
  REQUIRE(reader.upsert(fullPattern(random, 40), vectorOf(random)));
  CHECK(reader.replay(next).error().code == ErrorCode::journalMismatch);
}

TEST_CASE("a journal of another store of as many changes is refused", "[journal]") {
  Random random(42);
  PatternStore a = created(), b = created();
  const Pattern pattern = fullPattern(random, 40);
  const std::vector<float> vector = vectorOf(random);
  REQUIRE(a.upsert(pattern, vector));
  Pattern other = pattern;
  other.usageCount += 1;
  REQUIRE(b.upsert(other, vector));
  CHECK(a.replay(*b.beginJournal()).error().code == ErrorCode::journalMismatch);
  // However it was told the same: staged, or after a snapshot.
  PatternStore staged = created();
  REQUIRE(staged.stage(pattern, vector));
  staged.commitStaged();
  CHECK(opened(saved(staged)).replay(*a.beginJournal()).has_value());
}

}  // namespace damask
