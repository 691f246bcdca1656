#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace damask::wire {

/// Memory for a reply that JavaScript can read, as a binding has it.
class ReplyMemory {
 public:
  /// Replaces the memory by at least `bytes` bytes that begin with the first `kept` of the old
  /// ones. Throws std::bad_alloc, and then the old memory stays.
  virtual std::span<std::byte> resize(std::size_t bytes, std::size_t kept) = 0;
  /// Where the memory starts in what JavaScript sees: an address in WebAssembly's memory, 0 when
  /// JavaScript has the memory as a buffer of its own.
  virtual std::uint32_t start() const noexcept = 0;

 protected:
  ~ReplyMemory() = default;
};

/// Fields one after another, little-endian and unaligned: numbers as they lie in memory, a text as
/// its byte count (32 bits) and its UTF-8, an optional as one byte and the value when that is 1.
/// js/src/wire/wire.ts is the other side.
class WireWriter {
 public:
  explicit WireWriter(ReplyMemory& memory) noexcept : memory_(memory) {}

  /// Forgets what was written; keeps the memory, unless it was a large one.
  void clear();
  /// Bytes written.
  std::size_t size() const noexcept { return size_; }
  std::uint32_t start() const noexcept { return memory_.start(); }

  template <typename T>
  void number(T value) {
    static_assert(std::is_arithmetic_v<T>);
    raw(std::as_bytes(std::span(&value, 1)));
  }
  void flag(bool value) { number<std::uint8_t>(value ? 1 : 0); }
  void text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    raw(std::as_bytes(std::span(value.data(), value.size())));
  }
  /// The texts `at(0)` to `at(count - 1)`: all their byte counts, then all their bytes.
  template <typename At>
  void texts(std::size_t count, const At& at) {
    for (std::size_t i = 0; i < count; ++i) number(static_cast<std::uint32_t>(at(i).size()));
    for (std::size_t i = 0; i < count; ++i) raw(std::as_bytes(std::span(std::string_view(at(i)))));
  }
  void optionalText(const std::optional<std::string>& value) {
    flag(value.has_value());
    if (value) text(*value);
  }
  void raw(std::span<const std::byte> value) {
    if (value.empty()) return;
    if (value.size() > bytes_.size() - size_) grow(value.size());
    std::memcpy(bytes_.data() + size_, value.data(), value.size());
    size_ += value.size();
  }

 private:
  void grow(std::size_t more);

  ReplyMemory& memory_;
  std::span<std::byte> bytes_;
  std::size_t size_ = 0;
};

/// Reads what js/src/wire/wire.ts wrote. Reading past the end gives zeros and makes ok() false.
class WireReader {
 public:
  explicit WireReader(std::span<const std::byte> bytes) noexcept : bytes_(bytes) {}
  bool ok() const noexcept { return ok_; }

  template <typename T>
  T number() noexcept {
    static_assert(std::is_arithmetic_v<T>);
    T value{};
    const auto source = take(sizeof(T));
    if (source.size() == sizeof(T)) std::memcpy(&value, source.data(), sizeof(T));
    return value;
  }
  bool flag() noexcept { return number<std::uint8_t>() != 0; }
  /// Valid as long as the bytes that are read.
  std::string_view text() noexcept {
    const auto source = take(number<std::uint32_t>());
    return {reinterpret_cast<const char*>(source.data()), source.size()};
  }
  std::optional<std::string> optionalText() {
    if (!flag()) return std::nullopt;
    return std::string(text());
  }
  template <typename T>
  std::optional<T> optionalNumber() noexcept {
    if (!flag()) return std::nullopt;
    return number<T>();
  }
  /// `count` floats; the position must be a multiple of 4, as the start is.
  std::span<const float> floats(std::uint32_t count) noexcept {
    if (count > bytes_.size() / sizeof(float)) {
      ok_ = false;
      return {};
    }
    const auto source = take(count * sizeof(float));
    return {reinterpret_cast<const float*>(source.data()), source.size() / sizeof(float)};
  }

 private:
  std::span<const std::byte> take(std::size_t count) noexcept {
    if (count > bytes_.size()) {
      ok_ = false;
      bytes_ = {};
      return {};
    }
    const auto taken = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return taken;
  }

  std::span<const std::byte> bytes_;
  bool ok_ = true;
};

}  // namespace damask::wire
