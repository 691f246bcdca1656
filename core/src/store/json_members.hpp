#pragma once

#include <string>
#include <string_view>

namespace damask {

/// The text that a JSON string, quotes included, means. It is known to be one.
std::string decodeJsonString(std::string_view quoted);

/// Walks over the elements of an array whose text is known to be one: no depth is too much.
class JsonElements {
 public:
  explicit JsonElements(std::string_view array) noexcept;
  /// Goes to the next; false when there is none.
  bool next() noexcept;
  std::string_view value() const noexcept { return value_; }

 private:
  friend class JsonMembers;
  void blanks() noexcept;
  std::string_view scalarOrNested() noexcept;

  std::string_view rest_;
  std::string_view value_;
};

/// The same for the members of an object.
class JsonMembers {
 public:
  explicit JsonMembers(std::string_view object) noexcept : elements_(object) {}
  bool next() noexcept;
  bool hasKey(std::string_view name) const;
  std::string_view value() const noexcept { return elements_.value_; }

 private:
  JsonElements elements_;
  std::string_view key_;  ///< With its quotes.
};

}  // namespace damask
