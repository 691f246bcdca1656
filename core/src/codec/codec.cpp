#include "codec/codec.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>

#include "codec/bits.hpp"

namespace damask {
namespace {

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

}  // namespace

Result<float> Codec::check(std::span<const float> v, const char* field) const {
  if (v.size() != dimension_) {
    return fail(ErrorCode::invalidArgument,
                std::string(field) + " has " + std::to_string(v.size()) +
                    " components, but the store's dimension is " + std::to_string(dimension_));
  }
  const float largest = bitCast<float>(kernels_->maxAbsBits(v.data(), v.size()));
  if (!std::isfinite(largest)) {
    std::size_t i = 0;
    while (std::isfinite(v[i])) ++i;
    return fail(ErrorCode::invalidArgument, std::string(field) + "[" + std::to_string(i) + "] is " +
                                                number(v[i]) +
                                                ", but every component must be finite");
  }
  if (metric_ == Metric::cosine) {
    if (largest == 0) {
      return fail(ErrorCode::invalidArgument,
                  std::string(field) + " is the zero vector, which has no cosine");
    }
  } else if (largest != 0 && (largest < limits::kMinMagnitude || largest > limits::kMaxMagnitude)) {
    return fail(ErrorCode::invalidArgument,
                std::string(field) + " has a largest component of " + number(largest) +
                    ", but under " + std::string(metricName(metric_)) +
                    " it must be 0 or within [" + number(limits::kMinMagnitude) + ", " +
                    number(limits::kMaxMagnitude) + "]");
  }
  return largest;
}

ColdFactor Codec::encode(std::span<const float> v, float largest, std::int8_t* hi,
                         std::int8_t* lo) const noexcept {
  // A float's reciprocal times 30591 stays far inside double's range, denormals included.
  const double magnitude = largest;
  const double inverse = magnitude == 0 ? 0 : double{kLargestCode} / magnitude;
  kernels_->encode(v.data(), inverse, v.size(), hi, lo);
  if (v.size() % 2 != 0) hi[v.size()] = lo[v.size()] = 0;
  return ColdFactor{magnitude / double{kLargestCode}, selfDot({hi, lo})};
}

// With x = hi + 136 = 16 * (top + 8) + (mid + 8) the nibbles are those of x.
void Codec::split(CodePlanes planes, std::uint8_t* top, std::uint8_t* rest) const noexcept {
  const std::size_t n = half();
  for (std::size_t i = 0; i < n; ++i) {
    const auto a = static_cast<std::uint8_t>(planes.hi[i] + 136);
    const auto b = static_cast<std::uint8_t>(planes.hi[n + i] + 136);
    top[i] = static_cast<std::uint8_t>(a >> 4 | (b & 0xf0));
    rest[i] = static_cast<std::uint8_t>((a & 15) | b << 4);
  }
  std::copy_n(planes.lo, 2 * n, reinterpret_cast<std::int8_t*>(rest + n));
}

void Codec::join(StoredCode code, std::int8_t* hi, std::int8_t* lo) const noexcept {
  const std::size_t n = half();
  for (std::size_t i = 0; i < n; ++i) {
    const int a = (code.top[i] & 15) << 4 | (code.rest[i] & 15);
    const int b = (code.top[i] & 0xf0) | code.rest[i] >> 4;
    hi[i] = static_cast<std::int8_t>(a - 136);
    hi[n + i] = static_cast<std::int8_t>(b - 136);
  }
  std::copy_n(reinterpret_cast<const std::int8_t*>(code.rest + n), 2 * n, lo);
}

void Codec::expandTop(const std::uint8_t* top, std::int8_t* out) const noexcept {
  const std::size_t n = half();
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = static_cast<std::int8_t>((top[i] & 15) - 8);
    out[n + i] = static_cast<std::int8_t>((top[i] >> 4) - 8);
  }
}

void Codec::eraseRest(std::uint8_t* rest) const noexcept {
  std::fill_n(rest, half(), kZeroNibbles);
  std::fill_n(rest + half(), 2 * half(), std::uint8_t{0});
}

void Codec::decode(StoredCode code, double scale, std::span<float> out) const noexcept {
  std::int8_t hi[limits::kMaxDimension], lo[limits::kMaxDimension];
  join(code, hi, lo);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<float>((256 * hi[i] + lo[i]) * scale);
  }
}

std::int64_t Codec::selfDot(CodePlanes planes) const noexcept {
  const std::int64_t high = kernels_->dot8(planes.hi, planes.hi, dimension_);
  const std::int64_t cross = kernels_->dot8(planes.hi, planes.lo, dimension_);
  const std::int64_t low = kernels_->dot8(planes.lo, planes.lo, dimension_);
  return 65536 * high + 512 * cross + low;
}

bool Codec::plausible(double scale) const noexcept {
  const double magnitude = scale * double{kLargestCode};
  // Of the largest float the product may be rounded upwards.
  constexpr double kMost = std::numeric_limits<float>::max();
  if (!(magnitude < 2 * kMost) || std::signbit(scale)) return false;
  const auto largest = static_cast<float>(std::min(magnitude, kMost));
  if (largest / double{kLargestCode} != scale) return false;
  if (metric_ == Metric::cosine) return largest > 0;
  return largest == 0 || (largest >= limits::kMinMagnitude && largest <= limits::kMaxMagnitude);
}

HotFactor Codec::storedFactor(const ColdFactor& cold, const std::uint8_t* top) const noexcept {
  std::int8_t expanded[limits::kMaxDimension];
  expandTop(top, expanded);
  return factorOf(4096.0 * cold.scale, kernels_->dot8(expanded, expanded, dimension_));
}

HotFactor Codec::queryFactor(const ColdFactor& cold, const std::int8_t* hi) const noexcept {
  return factorOf(256.0 * cold.scale, kernels_->dot8(hi, hi, dimension_));
}

// The largest component is never zero in either plane, so norm2 is 0 for the zero vector only.
HotFactor Codec::factorOf(double step, double norm2) const noexcept {
  switch (metric_) {
    case Metric::cosine:
      return {static_cast<float>(1.0 / std::sqrt(norm2)), 0.5f};
    case Metric::euclidean:
      return {static_cast<float>(step), static_cast<float>((step * step) * norm2)};
    case Metric::dot:
      break;
  }
  return {static_cast<float>(step), 0.0f};
}

double Codec::distance(CodePlanes query, const ColdFactor& fq, StoredCode code,
                       const ColdFactor& fc) const noexcept {
  const std::int64_t dot = kernels_->dot16(query.hi, query.lo, code, half());
  return distanceOf(static_cast<double>(dot), fq, fc);
}

double Codec::distanceOf(double dot, const ColdFactor& fa, const ColdFactor& fb) const noexcept {
  switch (metric_) {
    case Metric::cosine: {
      const double norms = static_cast<double>(fa.selfDot) * static_cast<double>(fb.selfDot);
      return -(dot / std::sqrt(norms));
    }
    case Metric::euclidean: {
      const double a2 = (fa.scale * fa.scale) * static_cast<double>(fa.selfDot);
      const double b2 = (fb.scale * fb.scale) * static_cast<double>(fb.selfDot);
      const double squared = (a2 + b2) - 2.0 * (dot * (fa.scale * fb.scale));
      // Rounding can take the distance of near-equal vectors below zero, where none exists.
      return squared > 0 ? squared : 0;
    }
    case Metric::dot:
      break;
  }
  return -(dot * (fa.scale * fb.scale));
}

float Codec::score(double distance) const noexcept {
  if (metric_ == Metric::euclidean) return static_cast<float>(1.0 / (1.0 + std::sqrt(distance)));
  return static_cast<float>(-distance);
}

}  // namespace damask
