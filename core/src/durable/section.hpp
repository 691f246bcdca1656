#pragma once

#include <xxhash.h>

#include <cereal/archives/portable_binary.hpp>
#include <cereal/types/common.hpp>
#include <cstddef>
#include <istream>
#include <memory>
#include <ostream>
#include <span>
#include <streambuf>
#include <vector>

#include "damask/error.hpp"
#include "damask/snapshot.hpp"

namespace damask {

/// Where an archive's bytes go while a section is measured: counted and hashed, not kept.
class HashingBuffer final : public std::streambuf {
 public:
  HashingBuffer();
  std::uint64_t count() const noexcept { return count_; }
  std::uint64_t checksum() const noexcept { return XXH3_64bits_digest(state_.get()); }

 protected:
  std::streamsize xsputn(const char* bytes, std::streamsize n) override;
  int_type overflow(int_type c) override;

 private:
  struct Free {
    void operator()(XXH3_state_t* state) const noexcept { XXH3_freeState(state); }
  };
  std::unique_ptr<XXH3_state_t, Free> state_;
  std::uint64_t count_ = 0;
};

/// Where they go while a section is written: into memory, until they are handed over.
class ChunkBuffer final : public std::streambuf {
 public:
  std::span<const std::byte> bytes() const noexcept { return std::as_bytes(std::span(chunk_)); }
  std::uint64_t count() const noexcept { return cleared_ + chunk_.size(); }  ///< Since the begin.
  void put(std::span<const std::byte> bytes);
  void clear() noexcept;

 protected:
  std::streamsize xsputn(const char* bytes, std::streamsize n) override;
  int_type overflow(int_type c) override;

 private:
  std::vector<char> chunk_;
  std::uint64_t cleared_ = 0;
};

/// Reads one section's archive from bounded memory. cereal throws on a short read; the caller
/// knows the section's length beforehand, so none happens.
class SectionReader {
 public:
  explicit SectionReader(std::span<const std::byte> bytes);
  cereal::PortableBinaryInputArchive& archive() noexcept { return archive_; }
  template <typename T>
  void values(T* out, std::size_t count) {
    archive_(cereal::binary_data(out, count * sizeof(T)));
  }

 private:
  class MemoryBuffer final : public std::streambuf {
   public:
    explicit MemoryBuffer(std::span<const std::byte> bytes);
  };
  MemoryBuffer buffer_;
  std::istream stream_;
  cereal::PortableBinaryInputArchive archive_;
};

}  // namespace damask
