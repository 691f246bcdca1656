// Two writers at the same moment, where the lock of the first was removed by force: whatever the
// second does in the middle of any call of the first, one is told, and nothing that was
// acknowledged to either is lost.

#include <catch2/catch.hpp>
#include <iostream>

#include "writer/session.hpp"

namespace {

using namespace damask;
using namespace damask::testing;

struct Written {
  std::vector<std::string> ids;
  bool acknowledged = false;
};

/// Writes of one process, until one of them fails.
struct Writer {
  std::vector<Written> writes;
  std::optional<Error> error;

  void work(MemorySystem& system, const std::string& name, std::size_t contentBytes) {
    auto session = Session::open(system);
    if (!session) {
      error = session.error();
      return;
    }
    for (int i = 0; i < 3; ++i) {
      const std::string id = name + std::to_string(i);
      writes.push_back({{id + "-one", id + "-two"}, false});
      const auto written = session->write({writes.back().ids, {}, contentBytes}, i + 1);
      if (!written) {
        error = written.error();
        return;
      }
      writes.back().acknowledged = !system.isKilled();
    }
  }
};

void unlockByForce(Disk& disk) {
  MemorySystem system(disk);
  const auto directory = posix::Directory::open(kPlace, system).value();
  REQUIRE(posix::unlock(directory, true, system.machine()));
}

void requireWhole(const std::string& content, const Writer& writer) {
  for (const Written& written : writer.writes) {
    const bool one = content.find(written.ids[0] + "=") != std::string::npos;
    const bool two = content.find(written.ids[1] + "=") != std::string::npos;
    INFO(written.ids[0] << (written.acknowledged ? " acknowledged" : "") << " in " << content);
    REQUIRE(one == two);
    if (written.acknowledged) REQUIRE(one);
  }
}

struct Counts {
  std::size_t runs = 0, told = 0;
};

/// The second writer works before call `at` of the first; false when that makes fewer calls.
bool intervene(std::size_t at, std::size_t firstBytes, std::size_t secondBytes, Counts& counts) {
  Disk disk;
  History history;
  {
    MemorySystem system(disk);
    REQUIRE(run(system, history, {{{"base"}, {}}}));
  }
  MemorySystem first(disk);
  Writer one, two;
  bool intervened = false;
  first.onBoundary = [&] {
    if (intervened || first.calls.size() < at) return;
    intervened = true;
    unlockByForce(disk);
    MemorySystem second(disk);
    two.work(second, "second", secondBytes);
  };
  one.work(first, "first", firstBytes);
  if (!intervened) return false;
  const auto content = found(disk);
  INFO((content ? "" : content.error().message));
  REQUIRE(content.has_value());
  REQUIRE(content->find("base=") != std::string::npos);
  requireWhole(*content, one);
  requireWhole(*content, two);
  for (const Writer* writer : {&one, &two}) {
    if (!writer->error) continue;
    REQUIRE((writer->error->code == ErrorCode::conflict ||
             writer->error->code == ErrorCode::locked || writer->error->code == ErrorCode::io));
  }
  // Whoever comes next goes on from there.
  MemorySystem next(disk);
  History after{{*content}, 0};
  REQUIRE(run(next, after, {{{"next"}, {}}}));
  ++counts.runs;
  counts.told += one.error || two.error ? 1 : 0;
  return true;
}

}  // namespace

TEST_CASE("of two writers one is told, whenever the other comes", "[writers]") {
  Counts counts;
  for (const std::size_t firstBytes : {8u, 700u}) {
    for (const std::size_t secondBytes : {8u, 700u}) {
      for (std::size_t at = 1;; ++at) {
        INFO("the second comes before call " << at << ", contents " << firstBytes << " and "
                                             << secondBytes);
        if (!intervene(at, firstBytes, secondBytes, counts)) break;
      }
    }
  }
  std::cout << counts.runs << " places of a second writer, " << counts.told
            << " of them with one that was told: nothing acknowledged to either lost\n";
  REQUIRE(counts.told > 100);
}
