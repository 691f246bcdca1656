#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "failure.hpp"

namespace damask::cli {

/// A member of a JSON object: its decoded key, and the text of its value as it stands.
struct JsonMember {
  std::string key;
  std::string_view value;
};

/// Splits a JSON object into its members, at most 32, so that a value can be kept to the letter.
/// Keys are checked, unique and short; values are only delimited: parse each before relying on it.
Outcome<std::vector<JsonMember>> splitJsonObject(std::string_view text);

}  // namespace damask::cli
