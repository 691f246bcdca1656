// Sessions of JavaScript write zeros behind their frames, for those to come; one that was killed
// leaves them. The command line reads what is before them, and goes on behind it.

#include <catch2/catch.hpp>

#include "journal_space.hpp"
#include "writer/session.hpp"

namespace {

using namespace damask;
using namespace damask::testing;

bool isJournal(const std::string& name) {
  return name.starts_with("journal-");
}

void addZeros(Disk& disk, std::size_t count) {
  for (const auto& [name, file] : disk.entries) {
    if (!isJournal(name)) continue;
    file->bytes.resize(file->bytes.size() + count);
    file->durable = file->bytes;
  }
}

}  // namespace

TEST_CASE("zeros behind the frames of any part are no part of the journal", "[space]") {
  for (const std::size_t zeros :
       {std::size_t{1}, std::size_t{8}, std::size_t{40}, std::size_t{5000}}) {
    INFO(zeros << " zeros");
    Disk disk;
    History history;
    for (int session = 0; session < 4; ++session) {
      MemorySystem system(disk);
      const std::string id(1, static_cast<char>('a' + session));
      REQUIRE(run(system, history, {{{id, id + "2"}, {}}, {{}, {id}}}));
      addZeros(disk, zeros);
      REQUIRE(found(disk).value() == history.states.back());
    }
  }
}

TEST_CASE("a part without frames is space alone", "[space]") {
  const Bytes zeros(100);
  REQUIRE(posix::withoutSpace(zeros, false).empty());
  REQUIRE(posix::withoutSpace(zeros, true).size() == 48);
  REQUIRE(posix::withoutSpace(std::span(zeros).first(20), true).size() == 20);
}
