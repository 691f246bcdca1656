#include "json_text.hpp"

namespace damask::cli {

std::string jsonText(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace damask::cli
