#include "session.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "support/small_store.hpp"
#include "writer/power_loss.hpp"

namespace damask::testing {
namespace {

constexpr std::uint32_t kDimension = 3;

bool isEmptyPlace(const Error& error) {
  return error.code == ErrorCode::notASnapshot;
}

}  // namespace

std::string contentOf(const PatternStore& store) {
  std::map<std::string, std::string> contents;
  for (auto slot = store.nextSlot(0); slot; slot = store.nextSlot(*slot + 1)) {
    const Pattern pattern = *store.patternAt(*slot).value();
    contents[pattern.id] = pattern.content.substr(0, 8);
  }
  std::string text;
  for (const auto& [id, content] : contents) text += id + "=" + content + " ";
  return text;
}

void make(PatternStore& store, const Step& step, int version) {
  for (const std::string& id : step.stored) {
    Pattern pattern;
    pattern.id = id;
    pattern.content = std::to_string(version);
    pattern.content.resize(step.contentBytes, '.');
    const auto vector = smallVector(static_cast<std::size_t>(version), kDimension);
    REQUIRE(store.upsert(pattern, vector));
  }
  for (const std::string& id : step.removed) REQUIRE(store.remove(id));
}

bool History::allows(const std::string& content) const {
  return std::find(states.begin() + static_cast<std::ptrdiff_t>(acknowledged), states.end(),
                   content) != states.end();
}

void History::goOnFrom(const std::string& content) {
  INFO("found " << content);
  REQUIRE(allows(content));
  while (states.back() != content) states.pop_back();
}

Result<Session> Session::open(MemorySystem& system) {
  auto directory = posix::Directory::open(kPlace, system);
  if (!directory) return tl::make_unexpected(directory.error());
  auto lock = posix::DirectoryLock::acquire(*directory, system.machine());
  if (!lock) return tl::make_unexpected(lock.error());
  directory->removeAbandoned();
  auto loaded = posix::loadStore(*directory);
  if (!loaded && !isEmptyPlace(loaded.error())) return tl::make_unexpected(loaded.error());
  if (!loaded) {
    auto store = PatternStore::create(smallOptions(kDimension)).value();
    return Session(std::move(*lock), std::move(store),
                   posix::StoreWriter(*directory, kShortJournals));
  }
  posix::StoreWriter writer(*directory, *loaded, kShortJournals);
  return Session(std::move(*lock), std::move(loaded->store), std::move(writer));
}

Result<void> Session::write(const Step& step, int version) {
  make(store_, step, version);
  return writer_.write(store_);
}

Result<void> run(MemorySystem& system, History& history, const std::vector<Step>& steps) {
  auto session = Session::open(system);
  if (!session) return tl::make_unexpected(session.error());
  history.goOnFrom(contentOf(session->store()));
  for (const Step& step : steps) {
    PatternStore next = PatternStore::open(session->store().saveToBytes().value()).value();
    const int version = static_cast<int>(history.states.size());
    make(next, step, version);
    history.states.push_back(contentOf(next));
    const auto written = session->write(step, version);
    if (!written) {
      // A writer that has failed stays so.
      const auto again = session->write({{"again"}, {}}, 0);
      REQUIRE_FALSE(again.has_value());
      REQUIRE(again.error().message == written.error().message);
      return written;
    }
    if (system.isKilled()) return {};
    history.acknowledged = history.states.size() - 1;
  }
  return {};
}

Result<std::string> found(Disk& disk) {
  MemorySystem reader(disk);
  const auto directory = posix::Directory::open(kPlace, reader).value();
  const auto loaded = posix::loadStore(directory);
  if (loaded) return contentOf(loaded->store);
  if (isEmptyPlace(loaded.error())) return std::string();
  return tl::make_unexpected(loaded.error());
}

std::string wrongWith(const Image& image, const History& history) {
  Disk disk(image);
  const auto before = found(disk);
  if (!before) return before.error().message;
  if (!history.allows(*before)) {
    std::string text = "found " + *before + "but allowed is";
    for (std::size_t i = history.acknowledged; i < history.states.size(); ++i) {
      text += "\n  " + history.states[i];
    }
    return text;
  }
  MemorySystem system(disk, 2);
  History after{{*before}, 0};
  const auto written = run(system, after, {{{"afterwards"}, {}}});
  if (!written) return "writing on: " + written.error().message;
  Disk least(leastImage(disk));
  const auto kept = found(least);
  if (!kept) return "after writing on: " + kept.error().message;
  return *kept == after.states.back() ? "" : "after writing on, found " + *kept;
}

}  // namespace damask::testing
