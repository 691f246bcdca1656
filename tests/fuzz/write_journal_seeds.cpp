// Writes the seeds of the journal's fuzz target: every kind of change, in frames of one and of
// many.

#include <cstdio>
#include <fstream>
#include <functional>
#include <string>

#include "journal_base.hpp"

namespace damask::testing {
namespace {

using Change = std::function<void(PatternStore&)>;

void upsert(PatternStore& store, std::size_t number) {
  require(store.upsert(smallPattern(number), smallVector(number, 3)).has_value(), "upsert");
}

void stageSome(PatternStore& store) {
  for (std::size_t number = 20; number < 23; ++number) {
    require(store.stage(smallPattern(number), smallVector(number, 3)).has_value(), "stage");
  }
  store.commitStaged();
}

/// A journal with a frame for each of the changes, with so many zeros more, or bytes fewer.
bool write(const std::string& path, const std::vector<Change>& changes, std::ptrdiff_t more = 0) {
  PatternStore store = smallStore(smallOptions(3), 0);
  std::vector<std::byte> journal = journalBase(&store).header;
  for (const Change& change : changes) {
    change(store);
    const auto frame = must(store.takeJournal(journal.size()), "takeJournal");
    journal.insert(journal.end(), frame.begin(), frame.end());
  }
  journal.resize(static_cast<std::size_t>(std::ssize(journal) + more));
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(journal.data()), std::ssize(journal));
  return file.good();
}

bool writeAll(const std::string& folder) {
  const auto path = [&folder](const char* name) { return folder + "/" + name + ".damask"; };
  const Change add = [](PatternStore& store) { upsert(store, 11); };
  const Change replace = [](PatternStore& store) { upsert(store, 1); };
  const Change fill = [](PatternStore& store) { fillSmall(store, 6, 18); };
  const Change clear = [](PatternStore& store) { require(store.clear().has_value(), "clear"); };
  const Change remove = [](PatternStore& store) {
    require(must(store.remove(smallPattern(1).id), "remove"), "it was there");
  };
  const Change use = [](PatternStore& store) {
    const auto id = smallPattern(2).id;
    require(must(store.recordUsage(id, Verdict::success, 7), "recordUsage"), "it is there");
    require(must(store.recordUsage(id, std::nullopt, -7), "recordUsage"), "it is there");
  };
  return write(path("header"), {}) && write(path("upsert"), {add}) &&
         write(path("replace"), {replace}) && write(path("remove"), {remove}) &&
         write(path("usage"), {use}) && write(path("clear"), {clear}) &&
         write(path("batch"), {stageSome}) && write(path("many-changes"), {fill}) &&
         write(path("many-frames"), {add, replace, use, remove, stageSome, clear, fill}) &&
         write(path("torn"), {add, use, replace}, -9) && write(path("space"), {add, use}, 100);
}

}  // namespace
}  // namespace damask::testing

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: write_journal_seeds FOLDER\n");
    return 2;
  }
  return damask::testing::writeAll(argv[1]) ? 0 : 1;
}
