#include "npy.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace damask::cli {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
/// NumPy itself writes some 118 bytes; version 2.0 would allow 4 GiB.
constexpr std::size_t kMaxHeaderBytes = 64u << 10;

/// Reads the Python dictionary of a header, such as
/// {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
class HeaderParser {
 public:
  explicit HeaderParser(std::string_view text) : rest_(text) {}

  Outcome<NpyMatrix> parse() {
    if (!take('{')) return wrong("a dictionary");
    while (!take('}')) {
      if (auto member = parseMember(); !member) return tl::make_unexpected(member.error());
      if (!take(',') && peek() != '}') return wrong("',' or '}'");
    }
    if (peek() != '\0') return wrong("nothing after the dictionary");
    if (!type_) return missing("descr");
    if (!cOrder_) return missing("fortran_order");
    if (!rows_) return missing("shape");
    return NpyMatrix{*type_, *rows_, columns_, 0};
  }

 private:
  Outcome<void> parseMember() {
    const auto key = takeString();
    if (!key) return wrong("a key");
    if (!take(':')) return wrong("':'");
    if (*key == "descr" && !type_) return parseType();
    if (*key == "fortran_order" && !cOrder_) return parseOrder();
    if (*key == "shape" && !rows_) return parseShape();
    return badData("npy header: key '" + std::string(*key) + "' is unknown or repeated");
  }

  Outcome<void> parseType() {
    const auto type = takeString();
    if (!type) return wrong("a type in quotes");
    if (*type == "<f4") {
      type_ = ElementType::float32;
    } else if (*type == "<f2") {
      type_ = ElementType::float16;
    } else {
      return badData("npy header: descr is '" + std::string(*type) +
                     "': must be '<f4' or '<f2' (little-endian float32 or float16)");
    }
    return {};
  }

  Outcome<void> parseOrder() {
    peek();
    if (!rest_.starts_with("False")) {
      return badData("npy header: fortran_order must be False (save it in C order)");
    }
    rest_.remove_prefix(5);
    cOrder_ = true;
    return {};
  }

  Outcome<void> parseShape() {
    if (!take('(')) return wrong("a shape");
    const auto rows = takeNumber();
    if (!rows || !take(',')) return wrongShape();
    const auto columns = takeNumber();
    if (!columns) return wrongShape();
    take(',');
    if (!take(')')) return wrongShape();
    rows_ = *rows;
    columns_ = *columns;
    return {};
  }

  /// The next character that is not a blank, '\0' at the end.
  char peek() {
    const std::size_t blanks = std::min(rest_.find_first_not_of(" \n"), rest_.size());
    rest_.remove_prefix(blanks);
    return rest_.empty() ? '\0' : rest_.front();
  }

  bool take(char wanted) {
    if (peek() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::optional<std::string_view> takeString() {
    const char quote = peek();
    if (quote != '\'' && quote != '"') return {};
    const std::size_t end = rest_.find(quote, 1);
    if (end == std::string_view::npos) return {};
    const std::string_view text = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return text;
  }

  std::optional<std::uint64_t> takeNumber() {
    peek();
    std::uint64_t value = 0;
    const auto [stop, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc{}) return {};
    rest_.remove_prefix(static_cast<std::size_t>(stop - rest_.data()));
    return value;
  }

  static tl::unexpected<Failure> wrong(const char* expected) {
    return badData(std::string("npy header: expected ") + expected);
  }
  static tl::unexpected<Failure> wrongShape() {
    return badData("npy header: shape must be two numbers, (rows, columns)");
  }
  static tl::unexpected<Failure> missing(const char* key) {
    return badData(std::string("npy header: key '") + key + "' is missing");
  }

  std::string_view rest_;
  std::optional<ElementType> type_;
  std::optional<bool> cOrder_;
  std::optional<std::uint64_t> rows_;
  std::uint64_t columns_ = 0;
};

}  // namespace

Outcome<NpyMatrix> parseNpyHeader(std::span<const std::byte> file) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  if (!text.starts_with(kMagic))
    return badData("not a .npy file: it does not begin with \\x93NUMPY");
  const auto byteAt = [&text](std::size_t at) {
    return static_cast<std::size_t>(static_cast<unsigned char>(text[at]));
  };
  if (text.size() < kMagic.size() + 4) return badData("npy file ends in its header");
  const std::size_t major = byteAt(6), minor = byteAt(7);
  if ((major != 1 && major != 2) || minor != 0) {
    return badData("npy version " + std::to_string(major) + "." + std::to_string(minor) +
                   ": must be 1.0 or 2.0");
  }
  std::size_t begin = kMagic.size() + 4;
  std::size_t length = byteAt(8) | byteAt(9) << 8;
  if (major == 2) {
    if (text.size() < begin + 2) return badData("npy file ends in its header");
    length |= byteAt(10) << 16 | byteAt(11) << 24;
    begin += 2;
  }
  if (length > kMaxHeaderBytes) {
    return badData("npy header is " + std::to_string(length) + " bytes long: must be at most " +
                   std::to_string(kMaxHeaderBytes));
  }
  if (length > text.size() - begin) return badData("npy file ends in its header");
  auto matrix = HeaderParser(text.substr(begin, length)).parse();
  if (matrix) matrix->dataOffset = begin + length;
  return matrix;
}

}  // namespace damask::cli
