#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "damask/pattern.hpp"
#include "failure.hpp"
#include "posix_file.hpp"
#include "vector_file.hpp"

namespace damask::cli {

/// A file of one JSON object per line, its lines counted when opened. An empty line is an error
/// when reached; the line break after the last line may be missing.
class JsonLines {
 public:
  /// `path` may be "-" for standard input.
  static Outcome<JsonLines> open(const std::string& path);
  /// The lines of a file that was read; `name` is for messages.
  JsonLines(posix::FileBytes file, std::string name);

  std::uint64_t count() const noexcept { return count_; }
  /// The next line; call at most count() times.
  std::string_view next();
  void rewind() noexcept;
  const std::string& name() const noexcept { return name_; }
  /// "file:line" of the line that next() gave last.
  std::string position() const;

 private:
  posix::FileBytes file_;
  std::string name_;
  std::uint64_t count_ = 0;
  std::uint64_t line_ = 0;
  std::size_t offset_ = 0;
};

/// Where an import reads from: patterns with embeddings, vectors alone, or vectors with their
/// records row by row.
class ImportSource {
 public:
  struct Files {
    std::optional<std::string> patterns;
    std::optional<std::string> vectors;
    std::optional<std::string> format;
  };
  struct Item {
    Pattern pattern;
    std::vector<float> embedding;
    std::string position;  ///< For messages, such as "tests.jsonl:7".
  };

  /// `dimension` as VectorFile::open() takes it. Checks that patterns and vectors are as many.
  static Outcome<ImportSource> open(const Files& files, std::optional<std::uint32_t> dimension);

  /// The same of what was read; at least one of the two.
  static Outcome<ImportSource> make(std::optional<JsonLines> lines,
                                    std::optional<VectorFile> vectors);

  std::uint64_t count() const noexcept;
  /// The dimension of the vector file or the first pattern; none when there is neither.
  std::optional<std::uint32_t> dimension() const noexcept { return dimension_; }
  /// Reads the next item; call at most count() times.
  Outcome<void> next(Item& item);

 private:
  Outcome<void> readLine(Item& item);

  std::optional<JsonLines> lines_;
  std::optional<VectorFile> vectors_;
  std::optional<std::uint32_t> dimension_;
  std::uint64_t row_ = 0;
};

}  // namespace damask::cli
