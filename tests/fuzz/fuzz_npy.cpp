// Reads whatever bytes there are as a .npy file. What is accepted has as many bytes as it says, and
// each of its rows can be read.

#include "bounded_memory.hpp"
#include "import_source.hpp"
#include "use_store.hpp"
#include "vector_file.hpp"

namespace damask::testing {
namespace {

/// A row of 4096 components, and what an error takes.
constexpr std::size_t kOtherBytes = 36u << 10;

void read(std::vector<std::byte> bytes) {
  const std::size_t size = bytes.size();
  const BoundedMemory bounded(size + kOtherBytes);
  auto file = cli::VectorFile::parseNpy(posix::FileBytes(std::move(bytes)), "input", std::nullopt);
  if (!file) {
    require(!file.error().message.empty(), "an error has a sentence");
    require(file.error().exit == cli::ExitCode::badData, "no file is an internal error");
    return;
  }
  const std::size_t dimension = file->dimension();
  require(dimension >= 1 && dimension <= 4096, "the dimension is a vector's");
  require(file->rows() <= size / 2 / dimension, "there are bytes for every component");
  auto source = cli::ImportSource::make(std::nullopt, std::move(*file));
  require(source.has_value(), "vectors alone can be imported");
  cli::ImportSource::Item item;
  for (std::uint64_t row = 0; row < source->count(); ++row) {
    require(source->next(item).has_value(), "every row can be read");
    require(item.embedding.size() == dimension, "a row has all components");
  }
}

}  // namespace
}  // namespace damask::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  damask::testing::read({bytes.begin(), bytes.end()});
  return 0;
}
