#include "arguments.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace damask::cli {

Outcome<std::uint64_t> parseUnsigned(std::string_view name, std::string_view text,
                                     std::uint64_t low, std::uint64_t high) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::invalid_argument || stop != end) {
    return usageError(
        fmt::format("{} is '{}': must be a whole number from {} to {}", name, text, low, high));
  }
  if (error == std::errc::result_out_of_range || value < low || value > high) {
    return usageError(fmt::format("{} is {}: must be from {} to {}", name, text, low, high));
  }
  return value;
}

Outcome<float> parseFloat(std::string_view name, std::string_view text) {
  float value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::invalid_argument || stop != end) {
    return usageError(fmt::format("{} is '{}': must be a number", name, text));
  }
  if (error == std::errc::result_out_of_range || !std::isfinite(value)) {
    return usageError(fmt::format("{} is {}: must be a finite 32-bit number", name, text));
  }
  return value;
}

template <typename Integer>
CLI::Option* addInteger(CLI::App* app, const std::string& names, std::optional<Integer>& value,
                        std::uint64_t low, std::uint64_t high, const std::string& help) {
  const std::string shown = names.substr(names.rfind(',') + 1);
  return app
      ->add_option_function<std::string>(
          names,
          [&value, shown, low, high](const std::string& text) {
            const auto parsed = parseUnsigned(shown, text, low, high);
            if (!parsed) throw CLI::ValidationError(parsed.error().message);
            value = static_cast<Integer>(*parsed);
          },
          help)
      ->type_name("N");
}

template CLI::Option* addInteger(CLI::App*, const std::string&, std::optional<std::uint32_t>&,
                                 std::uint64_t, std::uint64_t, const std::string&);
template CLI::Option* addInteger(CLI::App*, const std::string&, std::optional<std::uint64_t>&,
                                 std::uint64_t, std::uint64_t, const std::string&);

CLI::Option* addFloat(CLI::App* app, const std::string& names, std::optional<float>& value,
                      const std::string& help) {
  return app
      ->add_option_function<std::string>(
          names,
          [&value, names](const std::string& text) {
            const auto parsed = parseFloat(names, text);
            if (!parsed) throw CLI::ValidationError(parsed.error().message);
            value = *parsed;
          },
          help)
      ->type_name("X");
}

CLI::Option* addText(CLI::App* app, const std::string& names, std::optional<std::string>& value,
                     const std::string& placeholder, const std::string& help) {
  return app
      ->add_option_function<std::string>(
          names, [&value](const std::string& text) { value = text; }, help)
      ->type_name(placeholder);
}

CLI::App* addCommand(CLI::App& app, Invocation& invocation, const std::string& name,
                     const std::string& description, const std::string& examples) {
  CLI::App* command = app.add_subcommand(name, description);
  command->add_flag("--json", invocation.json, "Print JSON, errors too");
  command->footer("Examples:\n" + examples);
  return command;
}

void addStore(CLI::App* app, std::string& path) {
  app->add_option("STORE", path, "The store: a snapshot file, or a directory")
      ->required()
      ->type_name("");
}

void addSequence(CLI::App* app, std::optional<std::uint64_t>& sequence) {
  addInteger(app, "--sequence", sequence, 0, UINT64_MAX,
             "The store as it was after N changes, while its journals reach");
}

}  // namespace damask::cli
