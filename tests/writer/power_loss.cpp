#include "power_loss.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include "store_name.hpp"

namespace damask::testing {
namespace {

constexpr std::uint64_t kSector = 512, kPage = 4096;
/// At most so many places are tried at which the writes of one moment end.
constexpr std::uint32_t kTears = 8;
constexpr int kRandomImages = 4;

enum class Fate { keep, skip, zero, rubbish };
using FateOf = std::function<Fate(std::uint64_t offset)>;

/// What becomes of the sectors of each write, and of each change of an entry or a length.
struct Policy {
  std::function<FateOf()> sectors;
  std::function<bool()> entry;
};

Bytes written(Bytes bytes, const MemoryFile::Change& change, const FateOf& fateOf) {
  const std::uint64_t last = change.offset + change.bytes.size();
  for (std::uint64_t at = change.offset; at < last;) {
    const std::uint64_t end = std::min((at / kSector + 1) * kSector, last);
    const Fate fate = fateOf(at);
    if (fate != Fate::skip) {
      if (bytes.size() < end) bytes.resize(end);
      for (std::uint64_t i = at; i < end; ++i) {
        bytes[i] = fate == Fate::keep   ? change.bytes[i - change.offset]
                   : fate == Fate::zero ? std::byte{0}
                                        : static_cast<std::byte>((i * 167 + 13) ^ (i >> 8));
      }
    }
    at = end;
  }
  return bytes;
}

Bytes imageOf(const MemoryFile& file, const Policy& policy) {
  Bytes bytes = file.durable;
  const FateOf keep = [](std::uint64_t) { return Fate::keep; };
  for (const auto& change : file.pending) {
    if (!change.size) {
      bytes = written(std::move(bytes), change, change.durable ? keep : policy.sectors());
    } else if (change.durable || policy.entry()) {
      bytes.resize(*change.size);
    }
  }
  return bytes;
}

Image imageOf(const Disk& disk, const Policy& policy) {
  auto entries = disk.durable;
  for (const Disk::Change& change : disk.pending) {
    if (!policy.entry()) continue;
    if (change.file == nullptr) {
      entries.erase(change.name);
    } else {
      entries[change.name] = change.file;
    }
  }
  Image image;
  for (const auto& [name, file] : entries) {
    if (name == posix::kLockFile || posix::StoreName::parse(name)) {
      image[name] = imageOf(*file, policy);
    }
  }
  return image;
}

Policy all(Fate fate, bool entries) {
  return {[fate] { return [fate](std::uint64_t) { return fate; }; }, [entries] { return entries; }};
}

/// The first so many sectors of what is written and not synced, and no more.
Policy tornAfter(std::uint32_t count) {
  const auto left = std::make_shared<std::uint32_t>(count);
  const FateOf fateOf = [left](std::uint64_t) {
    if (*left == 0) return Fate::skip;
    --*left;
    return Fate::keep;
  };
  return {[fateOf] { return fateOf; }, [] { return true; }};
}

Policy randomPolicy(Random& random) {
  const auto sectors = [&random] {
    struct Page {
      Fate fate;
      std::uint64_t sectors;
    };
    const auto pages = std::make_shared<std::map<std::uint64_t, Page>>();
    return [&random, pages](std::uint64_t at) {
      constexpr Fate kFates[] = {Fate::keep, Fate::keep, Fate::skip,
                                 Fate::skip, Fate::zero, Fate::rubbish};
      const auto [page, isNew] = pages->try_emplace(at / kPage);
      if (isNew) {
        page->second = {kFates[random.below(6)], random.below(3) == 0 ? random.below(8) : 8};
      }
      return at % kPage / kSector < page->second.sectors ? page->second.fate : Fate::skip;
    };
  };
  return {sectors, [&random] { return random.below(2) == 0; }};
}

std::uint32_t pendingSectors(const Disk& disk) {
  std::set<FilePointer> files;
  for (const auto& [name, file] : disk.entries) files.insert(file);
  std::uint64_t count = 0;
  for (const FilePointer& file : files) {
    for (const auto& change : file->pending) {
      if (change.size || change.durable || change.bytes.empty()) continue;
      const std::uint64_t last = change.offset + change.bytes.size();
      count += (last + kSector - 1) / kSector - change.offset / kSector;
    }
  }
  return static_cast<std::uint32_t>(count);
}

}  // namespace

std::vector<Image> crashImages(const Disk& disk, Random& random) {
  const std::uint32_t sectors = pendingSectors(disk);
  std::vector<Policy> policies = {all(Fate::skip, false), all(Fate::keep, true),
                                  all(Fate::skip, true), all(Fate::keep, false)};
  if (sectors > 0) {
    policies.push_back(all(Fate::zero, true));
    policies.push_back(all(Fate::rubbish, true));
  }
  for (std::uint32_t i = 0; i < std::min(sectors, kTears); ++i) {
    policies.push_back(tornAfter(sectors <= kTears ? i : random.below(sectors)));
  }
  for (int i = 0; i < kRandomImages; ++i) policies.push_back(randomPolicy(random));
  std::set<Image> images;
  for (const Policy& policy : policies) images.insert(imageOf(disk, policy));
  return {images.begin(), images.end()};
}

Image leastImage(const Disk& disk) {
  return imageOf(disk, all(Fate::skip, false));
}

}  // namespace damask::testing
