// Files with right checksums and wrong content: live bits, records, names, texts and floats.

#include <limits>
#include <nlohmann/json.hpp>

#include "store/json_text.hpp"
#include "support/random.hpp"
#include "unit/hostile.hpp"

namespace damask::testing {
namespace {

using Limits = std::numeric_limits<double>;

std::string slotOfLive() {
  return slotText(places().live);
}

std::size_t liveField(std::size_t field) {
  return record::at(places().live, field);
}

// A live slot whose record has, or has not, these bits of `present`.
std::uint32_t slotWith(std::uint8_t mask, bool wanted) {
  SnapshotParts parts = validParts();
  for (std::uint32_t slot = 0; slot < places().slots; ++slot) {
    const auto idBytes = parts.get<std::uint32_t>("RECS", record::at(slot, record::kIdBytes));
    const auto present = parts.get<std::uint8_t>("RECS", record::at(slot, record::kPresent));
    if (idBytes != 0 && ((present & mask) != 0) == wanted) return slot;
  }
  FAIL("no such record");
  return 0;
}

// Where a live slot's id begins in TEXT.
std::size_t textOf(std::uint32_t wanted) {
  SnapshotParts parts = validParts();
  std::size_t at = 1;
  for (std::uint32_t slot = 0; slot < wanted; ++slot) {
    for (const std::size_t field :
         {record::kIdBytes, record::kContentBytes, record::kMetadataBytes}) {
      at += parts.get<std::uint32_t>("RECS", record::at(slot, field));
    }
  }
  return at;
}

// Puts other names into the file, used as the old ones were as far as there are as many.
void putNames(SnapshotParts& parts, const std::vector<std::string>& names) {
  auto& section = parts["NAME"];
  section.resize(1);
  for (const auto& name : names) parts.append("NAME", static_cast<std::uint32_t>(name.size()));
  for (const auto& name : names) {
    for (const char c : name) parts.append("NAME", c);
  }
  parts.put("META", meta::kNames, static_cast<std::uint32_t>(names.size()));
}

std::vector<std::string> namesOf(SnapshotParts parts) {
  std::vector<std::string> names(parts.get<std::uint32_t>("META", meta::kNames));
  std::size_t at = 1 + 4 * names.size();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto length = parts.get<std::uint32_t>("NAME", 1 + 4 * i);
    names[i].assign(reinterpret_cast<const char*>(&parts["NAME"][at]), length);
    at += length;
  }
  return names;
}

TEST_CASE("live bits that do not go with the records are refused", "[hostile]") {
  const auto flip = [](std::uint32_t slot) {
    return [slot](SnapshotParts& p) {
      const std::size_t at = 1 + slot / 64 * 8;
      p.put("LIVE", at, p.get<std::uint64_t>("LIVE", at) ^ std::uint64_t{1} << slot % 64);
    };
  };
  refused("RECS", "slot " + std::to_string(places().live) + ": a dead slot is not erased",
          flip(places().live));
  refused("RECS", slotText(places().dead), flip(places().dead));
  for (const std::uint32_t beyond : {places().slots, 63u}) {
    refused("LIVE", "beyond the last slot", flip(beyond));
  }
}

TEST_CASE("records that no pattern has are refused", "[hostile]") {
  const auto u32 = [](std::size_t field, std::uint32_t value, const char* place) {
    refusedValue("RECS", liveField(field), value, "RECS", slotOfLive());
    refusedValue("RECS", liveField(field), value, "RECS", place);
  };
  for (const std::uint32_t value : {0u, 1025u, 0x7fffffffu, 0xffffffffu}) {
    u32(record::kIdBytes, value, "length");
  }
  for (const std::size_t field : {record::kContentBytes, record::kMetadataBytes}) {
    for (const std::uint32_t value : {(16u << 20) + 1, 0x80000000u, 0xffffffffu}) {
      u32(field, value, "length");
    }
  }
  u32(record::kContentBytes, 16u << 20, "texts end beyond");
  u32(record::kIdBytes, 1024, "texts end beyond");

  for (const unsigned value : {64u, 128u, 255u}) {
    refusedValue("RECS", liveField(record::kPresent), static_cast<std::uint8_t>(value), "RECS",
                 slotOfLive());
  }
  for (const unsigned value : {4u, 255u}) {
    refusedValue("RECS", liveField(record::kVerdict), static_cast<std::uint8_t>(value), "RECS",
                 slotOfLive());
  }
  const std::pair<std::uint8_t, std::size_t> doubles[] = {{2, record::kCoverage},
                                                          {4, record::kFlakiness}};
  for (const auto& [mask, field] : doubles) {
    const std::uint32_t with = slotWith(mask, true);
    for (const double value : {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity()}) {
      refusedValue("RECS", record::at(with, field), value, "RECS", slotText(with));
    }
    const std::uint32_t without = slotWith(mask, false);
    for (const double value : {1.0, -0.0, Limits::denorm_min(), Limits::quiet_NaN()}) {
      refusedValue("RECS", record::at(without, field), value, "RECS", slotText(without));
    }
  }
  const std::pair<std::uint8_t, std::size_t> times[] = {{8, record::kCreatedAt},
                                                        {16, record::kLastUsed}};
  for (const auto& [mask, field] : times) {
    const std::uint32_t without = slotWith(mask, false);
    refusedValue("RECS", record::at(without, field), std::int64_t{1}, "RECS", slotText(without));
  }
  // The flag of a field that has no value, and the other way round.
  for (const bool present : {true, false}) {
    const std::uint32_t slot = slotWith(1, present);
    refused("RECS", slotText(slot), [&](SnapshotParts& p) {
      const std::size_t at = record::at(slot, record::kPresent);
      p.put("RECS", at, static_cast<std::uint8_t>(p.get<std::uint8_t>("RECS", at) ^ 1));
    });
  }
  const std::uint32_t metadata = slotWith(32, true);
  refused("RECS", slotText(metadata), [&](SnapshotParts& p) {
    const std::size_t at = record::at(metadata, record::kPresent);
    p.put("RECS", at, static_cast<std::uint8_t>(p.get<std::uint8_t>("RECS", at) ^ 32));
  });
}

TEST_CASE("a dead slot that is not erased is refused", "[hostile]") {
  for (std::size_t i = 0; i < record::kSize; ++i) {
    refusedValue("RECS", record::at(places().dead, i), std::uint8_t{1}, "RECS",
                 slotText(places().dead));
  }
  const std::size_t floats = 1 + std::size_t{4} * kDimension * places().dead;
  for (const float value : {1.0f, -0.0f, std::numeric_limits<float>::quiet_NaN()}) {
    refusedValue("F32V", floats, value, "F32V", slotText(places().dead));
  }
}

TEST_CASE("names out of range or of order are refused", "[hostile]") {
  const auto count = static_cast<std::uint32_t>(namesOf(validParts()).size());
  for (const std::size_t field : {record::kType, record::kDomain, record::kFramework}) {
    for (const std::uint32_t value : {count, 0x7fffffffu, 0xfffffffeu}) {
      refusedValue("RECS", liveField(field), value, "RECS", slotOfLive());
    }
  }
  for (const std::size_t field : {record::kType, record::kDomain}) {
    refusedValue("RECS", liveField(field), 0xffffffffu, "RECS", slotOfLive());
  }
  // The first record names 0 first; beginning with 1 is another numbering of the same names.
  refusedValue("RECS", liveField(record::kType), 1u, "RECS", "out of order");
}

TEST_CASE("names that no table holds are refused", "[hostile]") {
  const auto names = namesOf(validParts());
  REQUIRE(names.size() >= 5);
  const auto refusedNames = [&](std::size_t changed, const std::string& name) {
    refused("NAME", "name " + std::to_string(changed), [&](SnapshotParts& p) {
      auto other = names;
      other[changed] = name;
      putNames(p, other);
    });
  };
  refusedNames(3, names[1]);
  refusedNames(3, names[0]);
  for (const char* text :
       {"\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "a\x80"}) {
    refusedNames(2, text);
  }
  refusedNames(2, std::string(1025, 'n'));
  for (const std::uint32_t length : {1025u, 0x7fffffffu, 0xffffffffu}) {
    refusedValue("NAME", 1 + 4 * 2, length, "NAME", "name 2");
  }
  refused("NAME", "no record uses", [&](SnapshotParts& p) {
    auto more = names;
    more.push_back("unused");
    putNames(p, more);
  });
  refused("NAME", "no name uses", [&](SnapshotParts& p) { p.append("NAME", 'x'); });
  SnapshotParts longest = validParts();
  auto other = names;
  other[2].assign(1024, 'n');
  putNames(longest, other);
  requireUsable(longest);
}

TEST_CASE("texts that no pattern has are refused", "[hostile]") {
  const std::size_t id = textOf(places().live);
  refusedValue("TEXT", id, '\xff', "TEXT", slotOfLive());
  const std::uint32_t withMetadata = slotWith(32, true);
  SnapshotParts parts = validParts();
  const std::size_t content =
      textOf(withMetadata) +
      parts.get<std::uint32_t>("RECS", record::at(withMetadata, record::kIdBytes));
  refusedValue("TEXT", content, '\xc0', "TEXT", slotText(withMetadata));
  const std::size_t metadata =
      content + parts.get<std::uint32_t>("RECS", record::at(withMetadata, record::kContentBytes));
  for (const char c : {'[', ' ', 'x', '\0', '\xff'}) {
    refusedValue("TEXT", metadata, c, "TEXT", slotText(withMetadata));
  }
  refused("TEXT", "no record uses", [](SnapshotParts& p) {
    p.append("TEXT", 'x');
    p.put("META", meta::kTextBytes, std::uint64_t{p["TEXT"].size() - 1});
  });
  // Two ids of one length: the later becomes the earlier.
  const std::uint32_t first = places().live;
  const auto lengthOf = [&](std::uint32_t slot) {
    return parts.get<std::uint32_t>("RECS", record::at(slot, record::kIdBytes));
  };
  std::uint32_t second = first + 1;
  while (lengthOf(second) != lengthOf(first)) ++second;
  refused("TEXT", slotText(second) + " the id is there twice", [&](SnapshotParts& p) {
    auto& text = p["TEXT"];
    const auto* begin = &text[textOf(first)];
    std::copy(begin, begin + lengthOf(first), &text[textOf(second)]);
  });
}

TEST_CASE("floats that do not go with the codes are refused", "[hostile]") {
  const std::size_t at = 1 + std::size_t{4} * kDimension * places().live;
  SnapshotParts parts = validParts();
  const auto value = parts.get<float>("F32V", at);
  using FloatLimits = std::numeric_limits<float>;
  for (const float other : {FloatLimits::quiet_NaN(), FloatLimits::infinity(),
                            -FloatLimits::infinity(), FloatLimits::max(), value + 1, -value}) {
    refusedValue("F32V", at, other, "F32V", slotOfLive());
  }
  refused("F32V", slotOfLive(), [&](SnapshotParts& p) {
    for (std::size_t i = 0; i < kDimension; ++i) p.put("F32V", at + 4 * i, 0.0f);
  });
}

// Texts near to JSON: whole documents, of which some pieces are then replaced, doubled or dropped.
std::string nearlyJson(Random& random) {
  static const std::vector<std::vector<std::string>> documents = {
      {"{", "}"},
      {"{", "\"a\"", ":", "[", "1", ",", "{", "}", ",", "null", "]", "}"},
      {" ", "{", "\"a\"", ":", "-1.5e+3", ",", "\"b\"", ":", "\"\\u00e9\"", "}", "\n"},
      {"{", "\"\"", " ", ":", "\t", "{", "\"x\"", ":", "[", "[", "]", "]", "}", "}"}};
  static const std::vector<std::string> pieces = {"{",
                                                  "}",
                                                  "[",
                                                  "]",
                                                  ",",
                                                  ":",
                                                  "\"a\"",
                                                  "\"",
                                                  "\\",
                                                  "0",
                                                  "01",
                                                  "-",
                                                  "-0",
                                                  "1.",
                                                  ".5",
                                                  "1e",
                                                  "1E-2",
                                                  "2e+",
                                                  "true",
                                                  "nul",
                                                  "false",
                                                  " ",
                                                  "\r",
                                                  "\f",
                                                  "\x01",
                                                  "\x7f",
                                                  "\xff",
                                                  "\xc3\xa9",
                                                  "/",
                                                  "\"\\n\"",
                                                  "\"\\x\"",
                                                  "\"\\u12\"",
                                                  "\"\t\"",
                                                  "\"\\ud83d\\ude00\"",
                                                  "\"\\ud83d\"",
                                                  "\"\\ude00\"",
                                                  "\"\\ud83d\\n\"",
                                                  "\"\\uDBFF\\uDFFF\"",
                                                  "\"\\uFfFf\"",
                                                  "\"\\ud83d\\u0041\"",
                                                  ""};
  auto document = documents[random.below(static_cast<std::uint32_t>(documents.size()))];
  for (std::uint32_t edits = random.below(3); edits != 0; --edits) {
    const std::size_t at = random.below(static_cast<std::uint32_t>(document.size()));
    document[at] = pieces[random.below(static_cast<std::uint32_t>(pieces.size()))];
    if (random.below(2) == 0)
      document.insert(document.begin() + static_cast<std::ptrdiff_t>(at), document[at]);
  }
  std::string text;
  for (const auto& piece : document) text += piece;
  return text;
}

TEST_CASE("metadata is a JSON object when the reference says so", "[hostile]") {
  constexpr std::uint64_t kSeed = 11;
  Random random(kSeed);
  std::size_t objects = 0;
  for (std::size_t i = 0; i < 20000; ++i) {
    const std::string text = nearlyJson(random);
    const auto parsed = nlohmann::json::parse(text, nullptr, false);
    if (isJsonObject(text) != parsed.is_object()) FAIL("seed " << kSeed << ", text " << text);
    objects += parsed.is_object();
  }
  REQUIRE(objects > 2000);
  REQUIRE(objects < 18000);
}

}  // namespace
}  // namespace damask::testing
