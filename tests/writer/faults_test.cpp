// Every call of the command line's writer fails in turn.

#include <catch2/catch.hpp>
#include <cerrno>
#include <cstring>
#include <iostream>

#include "writer/power_loss.hpp"
#include "writer/session.hpp"

namespace {

using namespace damask;
using namespace damask::testing;

constexpr std::uint64_t kSeed = 0x6661756c74;

const std::vector<Step> kSteps = {
    {{"a", "b"}, {}}, {{"c"}, {"a"}, 1300}, {{"d", "b"}, {}}, {{"e"}, {}}};

/// A disk with a store whose journal has two parts, of two sessions.
Disk preparedDisk(History& history) {
  Disk disk;
  for (const char* id : {"x", "y", "z"}) {
    MemorySystem system(disk);
    REQUIRE(run(system, history, {{{id}, {}}}));
  }
  return disk;
}

/// What the calls of a session without faults are.
std::vector<std::string> callsOf() {
  History history;
  Disk disk = preparedDisk(history);
  MemorySystem system(disk);
  REQUIRE(run(system, history, kSteps));
  return system.calls;
}

bool isWrite(const std::string& call) {
  return call == "write";
}
bool isRetried(const std::string& call) {
  return call != "lstat" && call != "read" && call != "list";
}

}  // namespace

TEST_CASE("a call that fails is a typed error, and nothing acknowledged is lost", "[faults]") {
  const std::vector<std::string> calls = callsOf();
  Random random(kSeed);
  std::size_t faults = 0, refused = 0, images = 0;
  for (std::size_t at = 1; at <= calls.size(); ++at) {
    for (const int error : {ENOSPC, EIO}) {
      for (const Fault fault : {Fault::before, Fault::after, Fault::shortWrite}) {
        if (fault == Fault::shortWrite && !isWrite(calls[at - 1])) continue;
        INFO(calls[at - 1] << ", call " << at << ", " << std::strerror(error) << ", way "
                           << static_cast<int>(fault));
        History history;
        Disk disk = preparedDisk(history);
        {
          MemorySystem system(disk);
          system.faultAt = at;
          system.fault = fault;
          system.faultError = error;
          const auto done = run(system, history, kSteps);
          if (!done) {
            ++refused;
            REQUIRE(done.error().code == ErrorCode::io);
            REQUIRE_FALSE(done.error().message.empty());
          }
        }
        ++faults;
        REQUIRE(history.allows(found(disk).value()));
        for (const Image& image : crashImages(disk, random)) {
          ++images;
          REQUIRE(wrongWith(image, history) == "");
        }
        {
          MemorySystem next(disk);
          REQUIRE(run(next, history, {{{"next"}, {}}}));
        }
        // Nor does what comes after it lie behind bytes that the system never wrote.
        Disk least(leastImage(disk));
        REQUIRE(found(least).value() == history.states.back());
      }
    }
  }
  std::cout << faults << " faults at " << calls.size() << " calls, " << refused
            << " of them told, the rest of no matter, and " << images
            << " images of a power failure after them (seed " << kSeed
            << "): nothing acknowledged lost\n";
  REQUIRE(refused > 50);
}

TEST_CASE("a call that a signal interrupts is made again, and a short write goes on", "[faults]") {
  const std::vector<std::string> calls = callsOf();
  std::size_t interrupted = 0, shortened = 0;
  for (std::size_t at = 1; at <= calls.size(); ++at) {
    for (const int error : {EINTR, 0}) {
      if (error == 0 ? !isWrite(calls[at - 1]) : !isRetried(calls[at - 1])) continue;
      INFO(calls[at - 1] << ", call " << at);
      History history;
      Disk disk = preparedDisk(history);
      MemorySystem system(disk);
      system.faultAt = at;
      system.fault = error == 0 ? Fault::shortWrite : Fault::before;
      system.faultError = error;
      const auto done = run(system, history, kSteps);
      INFO((done ? "" : done.error().message));
      REQUIRE(done.has_value());
      REQUIRE(history.acknowledged == history.states.size() - 1);
      REQUIRE(found(disk).value() == history.states.back());
      ++(error == 0 ? shortened : interrupted);
    }
  }
  std::cout << interrupted << " calls interrupted and " << shortened
            << " writes cut short: all went on\n";
  REQUIRE((interrupted > 20 && shortened > 5));
}
