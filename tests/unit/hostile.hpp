#pragma once

#include <catch2/catch.hpp>
#include <functional>
#include <string>

#include "support/small_store.hpp"
#include "support/snapshot_builder.hpp"

namespace damask::testing {

inline constexpr std::uint32_t kDimension = 3;
inline constexpr std::size_t kRow0 = 4 * (1 + 2 * 4);  // one list of LNK0 at m = 4
inline constexpr std::size_t kRowUpper = 4 * (1 + 4);  // one list of LNKU

/// A store of 40 small patterns, 44 slots, euclidean and float32, to be patched.
const SnapshotParts& validParts();

/// Slots of that store which the tests aim at.
struct Places {
  std::uint32_t slots = 0;
  std::uint32_t linked = 0;  ///< Fewer.
  std::uint32_t live = 0;
  std::uint32_t dead = 0;
  std::uint32_t low = 0;      ///< At level 0 only.
  std::uint32_t upper = 0;    ///< With two links or more at level 1.
  std::size_t upperList = 0;  ///< Where those links begin in LNKU.
};
const Places& places();

/// The file must be refused as corrupt, in a sentence with these words.
void requireRefused(std::span<const std::byte> file, const std::string& message);

/// Patches a copy of the valid parts; the refusal must name this section and this place in it.
/// An empty section stands for any.
void refused(const std::string& section, const std::string& place,
             const std::function<void(SnapshotParts&)>& patch);

/// The same with one value written at an offset of a section; `blamed` is the section named.
template <typename T>
void refusedValue(const std::string& section, std::size_t offset, T value,
                  const std::string& blamed, const std::string& place) {
  CAPTURE(section, offset, +value);
  refused(blamed, place, [&](SnapshotParts& p) { p.put<T>(section, offset, value); });
}

/// "slot 3:".
std::string slotText(std::uint32_t slot);

/// What is accepted must be usable: searched, changed, saved to the same bytes, and opened again.
void requireUsable(const SnapshotParts& parts);

}  // namespace damask::testing
