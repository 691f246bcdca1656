// No damage to a file goes unnoticed, wherever it is.

#include <catch2/catch.hpp>
#include <cstring>

#include "support/small_store.hpp"

namespace damask::testing {
namespace {

using Bytes = std::vector<std::byte>;

constexpr std::size_t kVersion = 8;
constexpr std::size_t kSectionCount = 12;
constexpr std::size_t kFileBytes = 16;

const Bytes& snapshot() {
  static const Bytes bytes =
      *smallStore(smallOptions(3, Metric::euclidean, Precision::float32), 36).saveToBytes();
  return bytes;
}

// What opening and inspecting say about the bytes; they must agree.
ErrorCode codeOf(std::span<const std::byte> bytes) {
  const auto opened = PatternStore::open(bytes);
  const auto inspected = inspectSnapshot(bytes);
  if (opened || inspected) {
    FAIL("damaged bytes were accepted");
    return ErrorCode::internal;
  }
  if (opened.error().message.empty()) FAIL("an error without a sentence");
  if (opened.error().code != inspected.error().code) FAIL("open and inspect disagree");
  return opened.error().code;
}

TEST_CASE("the undamaged file opens", "[corruption]") {
  REQUIRE(PatternStore::open(snapshot()));
  REQUIRE(inspectSnapshot(snapshot()));
}

TEST_CASE("a file that ends early is refused, wherever it ends", "[corruption]") {
  const std::span<const std::byte> bytes = snapshot();
  REQUIRE(codeOf({}) == ErrorCode::notASnapshot);
  for (std::size_t length = 1; length < bytes.size(); ++length) {
    const ErrorCode code = codeOf(bytes.first(length));
    if (code != ErrorCode::snapshotTruncated) {
      FAIL("cut after " << length << " bytes: " << errorCodeName(code));
    }
  }
}

TEST_CASE("a flip of any bit is refused", "[corruption]") {
  Bytes bytes = snapshot();
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      bytes[at] ^= std::byte(1u << bit);
      const ErrorCode code = codeOf(bytes);
      bytes[at] ^= std::byte(1u << bit);
      ErrorCode expected = ErrorCode::snapshotCorrupt;
      if (at < kVersion) expected = ErrorCode::notASnapshot;
      // Version 0 never was; any other is newer.
      if (at >= kVersion && at < kSectionCount && !(at == kVersion && bit == 0)) {
        expected = ErrorCode::snapshotTooNew;
      }
      // A few sections more than the bytes hold look like a cut.
      const bool cut = code == ErrorCode::snapshotTruncated && at == kSectionCount;
      if (code != expected && !cut) {
        FAIL("byte " << at << ", bit " << bit << ": " << errorCodeName(code));
      }
    }
  }
}

TEST_CASE("a stretch of zeros or of ones is refused, wherever it lies", "[corruption]") {
  const auto filler = GENERATE(std::byte{0}, std::byte{0xff});
  for (std::size_t at = 0; at + 8 <= snapshot().size(); at += 5) {
    Bytes bytes = snapshot();
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), 8, filler);
    if (bytes != snapshot()) codeOf(bytes);
  }
}

TEST_CASE("bytes behind the end are refused", "[corruption]") {
  for (const std::size_t more : {1u, 7u, 8u, 4096u}) {
    Bytes bytes = snapshot();
    bytes.resize(bytes.size() + more);
    REQUIRE(codeOf(bytes) == ErrorCode::snapshotCorrupt);
  }
}

TEST_CASE("two files in a row are refused", "[corruption]") {
  Bytes bytes = snapshot();
  bytes.insert(bytes.end(), snapshot().begin(), snapshot().end());
  REQUIRE(codeOf(bytes) == ErrorCode::snapshotCorrupt);
}

TEST_CASE("a newer version is named as such before anything else is read", "[corruption]") {
  for (const std::uint32_t version : {2u, 3u, 256u, 0xffffffffu}) {
    Bytes bytes = snapshot();
    std::memcpy(&bytes[kVersion], &version, sizeof version);
    std::fill(bytes.begin() + kSectionCount, bytes.end(), std::byte{0xa5});
    const auto opened = PatternStore::open(bytes);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == ErrorCode::snapshotTooNew);
    CHECK(opened.error().message.find(std::to_string(version)) != std::string::npos);
    CHECK(codeOf(bytes) == ErrorCode::snapshotTooNew);
  }
}

TEST_CASE("bytes of another kind are not a snapshot", "[corruption]") {
  const auto codeOfText = [](std::string_view text) {
    return codeOf(std::as_bytes(std::span(text.data(), text.size())));
  };
  CHECK(codeOfText("{\"id\":\"p0\"}") == ErrorCode::notASnapshot);
  CHECK(codeOfText("D4MASK") == ErrorCode::notASnapshot);
  CHECK(codeOfText("DAMASK\r\n") == ErrorCode::notASnapshot);
  CHECK(codeOfText(std::string(4096, '\0')) == ErrorCode::notASnapshot);
  CHECK(codeOfText("DAMASK") == ErrorCode::snapshotTruncated);
}

TEST_CASE("a length that does not fit is told before it is used", "[corruption]") {
  Bytes bytes = snapshot();
  const std::uint64_t huge = UINT64_MAX;
  std::memcpy(&bytes[kFileBytes], &huge, sizeof huge);
  REQUIRE(codeOf(bytes) == ErrorCode::snapshotCorrupt);
}

}  // namespace
}  // namespace damask::testing
