#pragma once

#include <string_view>

namespace damask {

/// True when `text` is UTF-8 and one JSON object (RFC 8259), with blanks around it or not, and
/// none of its escapes is half a surrogate pair. Keeps one bit per level of nesting and allocates
/// nothing else: a parser that keeps the token it reads would take several times a long text.
bool isJsonObject(std::string_view text);

}  // namespace damask
