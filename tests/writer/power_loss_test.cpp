// The command line's writer on a disk that loses power around every call that it makes.

#include <catch2/catch.hpp>
#include <iostream>
#include <set>

#include "support/random.hpp"
#include "writer/power_loss.hpp"
#include "writer/session.hpp"

namespace {

using namespace damask;
using namespace damask::testing;

constexpr std::uint64_t kSeed = 0x706f776572, kRuns = 60;

Step randomStep(Random& random) {
  Step step;
  const auto id = [&] { return std::string(1, static_cast<char>('a' + random.below(6))); };
  for (std::uint32_t i = 0; i <= random.below(3); ++i) step.stored.push_back(id());
  if (random.below(3) == 0) step.removed.push_back(id());
  step.contentBytes = 8 + (random.below(3) == 0 ? random.below(1200) : 0);
  return step;
}

struct Counts {
  std::size_t sessions = 0, kills = 0, moments = 0, images = 0;
};

/// Sessions one after the other on a disk, some of them killed, and every image around every call.
void runSessions(std::uint64_t seed, Counts& counts) {
  Random random(seed);
  Disk disk;
  History history;
  std::set<std::pair<Image, std::vector<std::string>>> checked;
  std::string problem;  // Calls are made by destructors, too: nothing is thrown from one.
  for (int session = 0; session < 5; ++session) {
    MemorySystem system(disk);
    if (random.below(2) == 0) system.killAt = 1 + random.below(90);
    system.onBoundary = [&] {
      ++counts.moments;
      for (const Image& image : crashImages(disk, random)) {
        const std::vector<std::string> allowed(
            history.states.begin() + static_cast<std::ptrdiff_t>(history.acknowledged),
            history.states.end());
        if (!checked.emplace(image, allowed).second) continue;
        ++counts.images;
        if (problem.empty()) {
          problem = wrongWith(image, history);
          if (!problem.empty()) problem = "at " + system.calls.back() + ": " + problem;
        }
      }
    };
    std::vector<Step> steps(1 + random.below(4));
    for (Step& step : steps) step = randomStep(random);
    const auto done = run(system, history, steps);
    INFO((done ? "" : done.error().message));
    REQUIRE(problem == "");
    REQUIRE((done.has_value() || system.isKilled()));
    ++counts.sessions;
    counts.kills += system.isKilled() ? 1 : 0;
  }
}

}  // namespace

TEST_CASE("a power failure around any call loses nothing that was acknowledged", "[power]") {
  Counts counts;
  for (std::uint64_t seed = kSeed; seed < kSeed + kRuns; ++seed) {
    INFO("seed " << seed);
    runSessions(seed, counts);
  }
  std::cout << counts.images << " different images at " << counts.moments << " moments of "
            << counts.sessions << " sessions, " << counts.kills << " of them killed (seed " << kSeed
            << "): nothing acknowledged lost\n";
  REQUIRE(counts.kills > 0);
}
