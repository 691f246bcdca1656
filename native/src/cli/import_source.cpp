#include "import_source.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "pattern_json.hpp"

namespace damask::cli {
namespace {

std::string_view textOf(const posix::FileBytes& file) {
  const auto bytes = file.bytes();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

JsonLines::JsonLines(posix::FileBytes file, std::string name)
    : file_(std::move(file)), name_(std::move(name)) {
  const std::string_view text = textOf(file_);
  count_ = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
  if (!text.empty() && text.back() != '\n') ++count_;
}

Outcome<JsonLines> JsonLines::open(const std::string& path) {
  const bool standardInput = path == "-";
  const std::string name = standardInput ? "standard input" : path;
  auto file = standardInput ? posix::FileBytes::drain(STDIN_FILENO, name)
                            : posix::FileBytes::read(path, posix::FileBytes::Accept::stream);
  if (!file) return failure(file.error());
  return JsonLines(std::move(*file), name);
}

std::string_view JsonLines::next() {
  const std::string_view text = textOf(file_);
  const std::size_t end = std::min(text.find('\n', offset_), text.size());
  const std::string_view line = text.substr(offset_, end - offset_);
  offset_ = end + 1;
  ++line_;
  return line;
}

void JsonLines::rewind() noexcept {
  line_ = 0;
  offset_ = 0;
}

std::string JsonLines::position() const {
  return fmt::format("{}:{}", name_, line_);
}

Outcome<ImportSource> ImportSource::open(const Files& files,
                                         std::optional<std::uint32_t> dimension) {
  std::optional<VectorFile> vectors;
  if (files.vectors) {
    auto opened = VectorFile::open(*files.vectors, files.format, dimension);
    if (!opened) return tl::make_unexpected(opened.error());
    vectors = std::move(*opened);
  }
  std::optional<JsonLines> lines;
  if (files.patterns) {
    auto opened = JsonLines::open(*files.patterns);
    if (!opened) return tl::make_unexpected(opened.error());
    lines = std::move(*opened);
  }
  return make(std::move(lines), std::move(vectors));
}

Outcome<ImportSource> ImportSource::make(std::optional<JsonLines> lines,
                                         std::optional<VectorFile> vectors) {
  ImportSource source;
  source.lines_ = std::move(lines);
  source.vectors_ = std::move(vectors);
  if (source.vectors_ && source.lines_ && source.vectors_->rows() != source.lines_->count()) {
    return badData(fmt::format("{} has {} vectors but {} has {} patterns: must be as many",
                               source.vectors_->name(), source.vectors_->rows(),
                               source.lines_->name(), source.lines_->count()));
  }
  if (source.vectors_) {
    source.dimension_ = source.vectors_->dimension();
  } else if (source.count() > 0) {
    Item first;
    if (auto read = source.readLine(first); !read) return tl::make_unexpected(read.error());
    source.dimension_ = static_cast<std::uint32_t>(first.embedding.size());
    source.lines_->rewind();
  }
  return source;
}

std::uint64_t ImportSource::count() const noexcept {
  return vectors_ ? vectors_->rows() : lines_->count();
}

Outcome<void> ImportSource::readLine(Item& item) {
  const std::string_view text = lines_->next();
  item.position = lines_->position();
  auto line = parsePattern(text);
  if (!line) {
    line.error().message = item.position + ": " + line.error().message;
    return tl::make_unexpected(line.error());
  }
  if (vectors_ && line->embedding) {
    return badData(item.position + ": has an 'embedding', but the vectors come from " +
                   vectors_->name());
  }
  if (!vectors_ && !line->embedding) return badData(item.position + ": key 'embedding' is missing");
  item.pattern = std::move(line->pattern);
  if (line->embedding) item.embedding = std::move(*line->embedding);
  return {};
}

Outcome<void> ImportSource::next(Item& item) {
  item.pattern = {};
  if (vectors_) item.position = fmt::format("{} row {}", vectors_->name(), row_);
  if (!lines_) {
    item.pattern.id = std::to_string(row_);
  } else if (auto read = readLine(item); !read) {
    return read;
  }
  if (vectors_) {
    item.embedding.resize(vectors_->dimension());
    vectors_->read(row_, item.embedding);
  }
  ++row_;
  return {};
}

}  // namespace damask::cli
