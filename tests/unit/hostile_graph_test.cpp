// Files with right checksums and wrong content: codes, factors, levels and links.

#include <limits>
#include <tuple>

#include "unit/hostile.hpp"

namespace damask::testing {
namespace {

TEST_CASE("factors that no vector has are refused", "[hostile]") {
  using Limits = std::numeric_limits<double>;
  const auto scaleAt = [](std::uint32_t slot) { return 1 + std::size_t{16} * slot; };
  for (const std::uint32_t slot : {places().live, places().dead}) {
    for (const double scale :
         {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity(), -1.0, -0.0,
          Limits::denorm_min(), Limits::max(), 1e-20 / 30591, 1e16 / 30591, 1.1 / 30591}) {
      refusedValue("FACT", scaleAt(slot), scale, "FACT", slotText(slot));
    }
    refusedValue("FACT", scaleAt(slot), 0.0, "HIGH", slotText(slot));
    SnapshotParts parts = validParts();
    const auto selfDot = parts.get<std::int64_t>("FACT", scaleAt(slot) + 8);
    REQUIRE((selfDot != 0) == (slot == places().live));
    for (const std::int64_t wrong :
         {INT64_MIN, -selfDot - 1, selfDot - 1, selfDot + 1, INT64_MAX}) {
      refusedValue("FACT", scaleAt(slot) + 8, wrong, "FACT", slotText(slot));
    }
  }
  refusedValue("FACT", scaleAt(places().live) + 8, std::int64_t{0}, "FACT", "selfDot");
}

TEST_CASE("codes that no vector has are refused", "[hostile]") {
  for (const std::uint32_t slot : {places().live, places().dead}) {
    const std::size_t at = 1 + std::size_t{kDimension} * slot;
    for (std::size_t i = 0; i < kDimension; ++i) {
      refusedValue("HIGH", at + i, std::int8_t{-128}, "HIGH", slotText(slot));
    }
    refused("HIGH", slotText(slot), [&](SnapshotParts& p) {
      for (std::size_t i = 0; i < kDimension; ++i) p.put<std::int8_t>("HIGH", at + i, 1);
    });
    refused("HIGH", slotText(slot), [&](SnapshotParts& p) {
      for (std::size_t i = 0; i < kDimension; ++i) p.put<std::int8_t>("HIGH", at + i, 0);
      for (std::size_t i = 0; i < kDimension; ++i) p.put<std::int8_t>("LOWP", at + i, 0);
    });
  }
  SnapshotParts parts = validParts();
  const std::size_t live = 1 + std::size_t{kDimension} * places().live;
  for (std::size_t i = 0; i < kDimension; ++i) {
    const auto low = parts.get<std::int8_t>("LOWP", live + i);
    const auto other = static_cast<std::int8_t>(low == 0 ? -1 : low / 2);
    refusedValue("LOWP", live + i, other, "", slotText(places().live));
    const std::size_t dead = 1 + std::size_t{kDimension} * places().dead;
    const auto top = parts.get<std::int8_t>("HIGH", dead + i);
    REQUIRE(top % 16 == 0);
    if (std::abs(top) != 112) {
      refusedValue("HIGH", dead + i, static_cast<std::int8_t>(top + 1), "HIGH", "top nibbles");
    }
    refusedValue("LOWP", dead + i, std::int8_t{1}, "LOWP", slotText(places().dead));
  }
}

TEST_CASE("levels that do not go with the lists are refused", "[hostile]") {
  const std::size_t upper = 1 + std::size_t{places().upper};
  for (const unsigned level : {17u, 255u}) {
    refusedValue("LEVL", upper, static_cast<std::uint8_t>(level), "LEVL", slotText(places().upper));
  }
  refused("LNKU", "", [&](SnapshotParts& p) { p.put<std::uint8_t>("LEVL", upper, 0); });
  refused("LEVL", "above the top level", [&](SnapshotParts& p) {
    std::size_t before = 1;
    for (std::uint32_t slot = 0; slot < places().low; ++slot) {
      before += kRowUpper * p.get<std::uint8_t>("LEVL", 1 + slot);
    }
    const auto level = p.get<std::uint32_t>("META", meta::kMaxLevel) + 1;
    p["LNKU"].insert(p["LNKU"].begin() + static_cast<std::ptrdiff_t>(before), kRowUpper * level,
                     std::byte{0});
    p.put("LEVL", 1 + std::size_t{places().low}, static_cast<std::uint8_t>(level));
  });
}

TEST_CASE("link lists that lead astray are refused", "[hostile]") {
  const Places& at = places();
  const auto lists = {std::tuple{"LNK0", std::size_t{1} + kRow0 * at.upper, 8u},
                      std::tuple{"LNKU", at.upperList, 4u}};
  for (const auto& [name, begin, capacity] : lists) {
    const std::string section = name;
    const std::string place = "slot " + std::to_string(at.upper);
    CAPTURE(section);
    for (const std::uint32_t count : {capacity + 1, 0xffffu, 0x10000u | capacity, 0xffffffffu}) {
      refusedValue(section, begin, count, section, place);
    }
    for (const std::uint32_t id : {at.linked, at.slots, 0x7fffffffu, 0x80000000u, 0xffffffffu}) {
      refusedValue(section, begin + 4, id, section, "links to slot " + std::to_string(id));
    }
    refusedValue(section, begin + 4, at.upper, section, "links to itself");
    SnapshotParts parts = validParts();
    const auto second = parts.get<std::uint32_t>(section, begin + 8);
    refusedValue(section, begin + 4, second, section, "links twice");
    refused(section, "not padded", [&, b = begin, c = capacity](SnapshotParts& p) {
      p.put<std::uint32_t>(section, b, 1);
      p.put<std::uint32_t>(section, b + 4 * c, 1);
    });
  }
  refusedValue("LNKU", at.upperList + 4, at.low, "LNKU", "does not reach that level");
}

TEST_CASE("links that lead nowhere or in circles are legal, and every search ends", "[hostile]") {
  const Places& at = places();
  SECTION("no links at all") {
    SnapshotParts parts = validParts();
    std::fill(parts["LNK0"].begin() + 1, parts["LNK0"].end(), std::byte{0});
    std::fill(parts["LNKU"].begin() + 1, parts["LNKU"].end(), std::byte{0});
    requireUsable(parts);
  }
  SECTION("every upper node leads to one other, in a circle") {
    SnapshotParts parts = validParts();
    std::vector<std::pair<std::uint32_t, std::size_t>> nodes;  // slot, its level-1 list
    std::size_t list = 1;
    for (std::uint32_t slot = 0; slot < at.linked; ++slot) {
      const auto level = parts.get<std::uint8_t>("LEVL", 1 + slot);
      if (level > 0) nodes.push_back({slot, list});
      list += kRowUpper * level;
    }
    REQUIRE(nodes.size() >= 3);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const std::size_t begin = nodes[i].second;
      std::fill_n(parts["LNKU"].begin() + static_cast<std::ptrdiff_t>(begin), kRowUpper,
                  std::byte{0});
      parts.put<std::uint32_t>("LNKU", begin, 1);
      parts.put<std::uint32_t>("LNKU", begin + 4, nodes[(i + 1) % nodes.size()].first);
    }
    requireUsable(parts);
  }
  SECTION("level 0 is one circle") {
    SnapshotParts parts = validParts();
    std::fill(parts["LNK0"].begin() + 1, parts["LNK0"].end(), std::byte{0});
    for (std::uint32_t slot = 0; slot < at.linked; ++slot) {
      parts.put<std::uint32_t>("LNK0", 1 + kRow0 * slot, 1);
      parts.put<std::uint32_t>("LNK0", 1 + kRow0 * slot + 4, (slot + 1) % at.linked);
    }
    requireUsable(parts);
  }
}

}  // namespace
}  // namespace damask::testing
