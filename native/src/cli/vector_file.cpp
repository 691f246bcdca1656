#include "vector_file.hpp"

#include <fmt/format.h>

#include <bit>
#include <cstring>

#include "damask/options.hpp"
#include "half_float.hpp"
#include "npy.hpp"

namespace damask::cli {
namespace {

static_assert(std::endian::native == std::endian::little, "the files are little-endian");

enum class Format { f32, f16, npy };

Outcome<Format> formatOf(const std::string& path, const std::optional<std::string>& given) {
  std::string name;
  if (given) {
    name = *given;
  } else {
    const std::size_t dot = path.rfind('.');
    if (dot != std::string::npos && path.find('/', dot) == std::string::npos) {
      name = path.substr(dot + 1);
    }
  }
  if (name == "f32") return Format::f32;
  if (name == "f16") return Format::f16;
  if (name == "npy") return Format::npy;
  if (given) return usageError("--format is '" + name + "': must be f32, f16 or npy");
  return usageError("the name of " + path +
                    " does not end in .f32, .f16 or .npy: give its --format");
}

}  // namespace

Outcome<VectorFile> VectorFile::open(const std::string& path,
                                     const std::optional<std::string>& format,
                                     std::optional<std::uint32_t> dimension) {
  const auto kind = formatOf(path, format);
  if (!kind) return tl::make_unexpected(kind.error());
  if (*kind != Format::npy && !dimension) {
    return usageError("--dimension is required: " + path + " has no header that tells it");
  }
  auto bytes = posix::FileBytes::read(path, posix::FileBytes::Accept::stream);
  if (!bytes) return failure(bytes.error());
  if (*kind == Format::npy) return parseNpy(std::move(*bytes), path, dimension);
  VectorFile file(std::move(*bytes), path);
  const std::size_t size = file.file_.bytes().size();
  file.type_ = *kind == Format::f32 ? ElementType::float32 : ElementType::float16;
  file.dimension_ = *dimension;
  const std::size_t rowBytes = *dimension * elementBytes(file.type_);
  if (size % rowBytes != 0) {
    return badData(
        fmt::format("{} has {} bytes: must be a multiple of {} ({} components of {} bytes)", path,
                    size, rowBytes, *dimension, elementBytes(file.type_)));
  }
  file.rows_ = size / rowBytes;
  return file;
}

Outcome<VectorFile> VectorFile::parseNpy(posix::FileBytes bytes, std::string name,
                                         std::optional<std::uint32_t> dimension) {
  VectorFile file(std::move(bytes), std::move(name));
  const std::string& path = file.name_;
  const auto matrix = parseNpyHeader(file.file_.bytes());
  if (!matrix) return badData(path + ": " + matrix.error().message);
  if (matrix->columns < 1 || matrix->columns > limits::kMaxDimension) {
    return badData(fmt::format("{} has vectors of {} components: must be from 1 to {}", path,
                               matrix->columns, limits::kMaxDimension));
  }
  if (dimension && *dimension != matrix->columns) {
    return badData(fmt::format("{} has vectors of {} components: must be {}", path, matrix->columns,
                               *dimension));
  }
  // columns is at most 4096, so the quotient cannot be fooled by an overflow of rows * rowBytes.
  const std::size_t rowBytes = matrix->columns * elementBytes(matrix->type);
  const std::size_t dataBytes = file.file_.bytes().size() - matrix->dataOffset;
  if (dataBytes % rowBytes != 0 || dataBytes / rowBytes != matrix->rows) {
    return badData(fmt::format("{} has {} bytes of data: its header tells of {} rows of {} bytes",
                               path, dataBytes, matrix->rows, rowBytes));
  }
  file.type_ = matrix->type;
  file.rows_ = matrix->rows;
  file.dimension_ = static_cast<std::uint32_t>(matrix->columns);
  file.dataOffset_ = matrix->dataOffset;
  return file;
}

void VectorFile::read(std::uint64_t row, std::span<float> out) const {
  const std::size_t rowBytes = dimension_ * elementBytes(type_);
  const auto source = file_.bytes().subspan(dataOffset_ + row * rowBytes, rowBytes);
  if (type_ == ElementType::float32) {
    std::memcpy(out.data(), source.data(), rowBytes);
    return;
  }
  for (std::size_t i = 0; i < dimension_; ++i) {
    std::uint16_t half;
    std::memcpy(&half, source.data() + std::size_t{2} * i, 2);
    out[i] = floatFromHalf(half);
  }
}

}  // namespace damask::cli
