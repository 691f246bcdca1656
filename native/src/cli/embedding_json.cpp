#include "embedding_json.hpp"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <string>

#include "damask/options.hpp"
#include "json_text.hpp"

namespace damask::cli {
namespace {

constexpr std::size_t kMaxTextBytes = 1u << 20;

/// Takes the numbers as the JSON library reads them, and stops it at the first thing that is none:
/// nothing but the numbers is kept.
class Numbers : public nlohmann::json_sax<Json> {
 public:
  Outcome<std::vector<float>> result() && {
    if (failure_) return tl::make_unexpected(*failure_);
    return std::move(numbers_);
  }

  bool null() override { return other(nullptr); }
  bool boolean(bool value) override { return other(value); }
  /// 0 comes here as "-0" only.
  bool number_integer(number_integer_t value) override {
    return number(value == 0 ? -0.0 : static_cast<double>(value));
  }
  bool number_unsigned(number_unsigned_t value) override {
    return number(static_cast<double>(value));
  }
  bool number_float(number_float_t value, const string_t&) override { return number(value); }
  bool string(string_t& value) override { return other(value); }
  bool binary(binary_t&) override { return noArray(); }
  bool start_object(std::size_t) override { return begun_ ? other(Json::object()) : noArray(); }
  bool key(string_t&) override { return noArray(); }
  bool end_object() override { return noArray(); }
  bool start_array(std::size_t) override {
    if (begun_) return other(Json::array());
    return begun_ = true;
  }
  bool end_array() override { return true; }
  bool parse_error(std::size_t, const std::string&, const Json::exception&) override {
    return noArray();
  }

 private:
  bool number(double value) {
    if (!begun_) return noArray();
    const auto component = static_cast<float>(value);
    if (!std::isfinite(component)) return other(value);
    if (numbers_.size() == limits::kMaxDimension) {
      return refuse(fmt::format("has more than {} components", limits::kMaxDimension));
    }
    numbers_.push_back(component);
    return true;
  }

  bool other(const Json& value) {
    if (!begun_) return noArray();
    return refuse(fmt::format("component {} is {}: must be a finite 32-bit number", numbers_.size(),
                              jsonText(value)));
  }

  bool noArray() { return refuse("must be an array of numbers"); }
  bool refuse(const std::string& why) {
    failure_ = badData("'embedding' " + why).value();
    return false;
  }

  bool begun_ = false;
  std::vector<float> numbers_;
  std::optional<Failure> failure_;
};

}  // namespace

Outcome<std::vector<float>> parseEmbedding(std::string_view text) {
  if (text.size() > kMaxTextBytes) {
    return badData(
        fmt::format("'embedding' has {} bytes: must have at most {}", text.size(), kMaxTextBytes));
  }
  Numbers numbers;
  Json::sax_parse(text.begin(), text.end(), &numbers);
  return std::move(numbers).result();
}

}  // namespace damask::cli
