#include "core/base/params.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso {
namespace {

std::string title_of(const std::string& name) {
  std::string title = name;
  std::replace(title.begin(), title.end(), '_', ' ');
  if (!title.empty() && title[0] >= 'a' && title[0] <= 'z')
    title[0] = static_cast<char>(title[0] - 'a' + 'A');
  return title;
}

ParamSpec spec_of(std::string name, ParamKind kind, Json fallback) {
  ParamSpec spec;
  spec.title = title_of(name);
  spec.name = std::move(name);
  spec.kind = kind;
  spec.fallback = std::move(fallback);
  return spec;
}

std::vector<Choice> direction_choices(bool optional) {
  std::vector<Choice> choices = {
      {"pixel", "Pixel axis", "The k-th coordinate axis."},
      {"dft", "DFT", "The k-th real Fourier mode, by frequency; images use the 2-D transform."},
      {"hadamard", "Hadamard", "The k-th Walsh–Hadamard function; the dimension is a power of 2."},
      {"dct", "DCT", "The k-th cosine mode (DCT-II); images use the 2-D transform."},
      {"average_geometry", "Average geometry",
       "The k-th eigenvector of the architecture's average geometry at initialisation, largest "
       "eigenvalue first."},
      {"random", "Random", "A direction drawn uniformly from the sphere, number k."},
      {"numbers", "Numbers", "Given entry by entry; normalised to unit length."}};
  if (optional) choices.insert(choices.begin(), {"none", "None", "No direction."});
  return choices;
}

Json direction_from_short(const std::string& word) {
  const auto colon = word.find(':');
  Json out = {{"basis", word.substr(0, colon)}};
  if (colon != std::string::npos) {
    const std::string digits = word.substr(colon + 1);
    std::int64_t index = 0;
    const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), index);
    out["index"] = end.ec == std::errc() && end.ptr == digits.data() + digits.size() ? Json(index)
                                                                                     : Json(digits);
  }
  return out;
}

std::vector<std::string> ids_of(const std::vector<Choice>& choices) {
  std::vector<std::string> ids;
  for (const auto& choice : choices) ids.push_back(choice.id);
  return ids;
}

std::string shortened(const Json& value) {
  std::string dump = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (dump.size() > 60) {
    std::size_t end = 57;  // not within a UTF-8 sequence
    while (end > 0 && (static_cast<unsigned char>(dump[end]) & 0xC0) == 0x80) --end;
    dump.resize(end);
    dump += "…";
  }
  return dump;
}

[[noreturn]] void wrong_type(const std::string& path, const char* wanted, const Json& value) {
  throw InvalidInput(text(path, ": expected ", wanted, ", got ", shortened(value)));
}

void check_range(const ParamSpec& spec, double value, const std::string& path) {
  ANISO_CHECK(std::isfinite(value), path, ": must be finite");
  if (value >= spec.min && value <= spec.max) return;
  std::string allowed;
  if (std::isinf(spec.max))
    allowed = "at least " + number(spec.min);
  else if (std::isinf(spec.min))
    allowed = "at most " + number(spec.max);
  else
    allowed = "between " + number(spec.min) + " and " + number(spec.max);
  throw InvalidInput(text(path, ": ", number(value), " is out of range; it must be ", allowed,
                          spec.unit.empty() ? "" : " ", spec.unit));
}

Json checked_integer(const ParamSpec& spec, const Json& value, const std::string& path) {
  std::int64_t integer = 0;
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX)
    wrong_type(path, "an integer below 2^63", value);
  if (value.is_number_integer()) {
    integer = value.get<std::int64_t>();
  } else if (value.is_number_float() && std::trunc(value.get<double>()) == value.get<double>() &&
             std::abs(value.get<double>()) < 0x1p53) {
    integer = static_cast<std::int64_t>(value.get<double>());
  } else {
    wrong_type(path, "an integer", value);
  }
  check_range(spec, static_cast<double>(integer), path);
  return integer;
}

Json checked_real(const ParamSpec& spec, const Json& value, const std::string& path) {
  if (!value.is_number()) wrong_type(path, "a number", value);
  check_range(spec, value.get<double>(), path);
  return value.get<double>();
}

Json checked_choice(const ParamSpec& spec, const Json& value, const std::string& path) {
  if (!value.is_string()) wrong_type(path, "one of the declared words", value);
  const auto word = value.get<std::string>();
  const auto ids = ids_of(spec.choices);
  if (std::find(ids.begin(), ids.end(), word) != ids.end()) return word;
  const std::string near = nearest(word, ids);
  throw InvalidInput(text(path, ": '", word, "' is not known.",
                          near.empty() ? "" : " Did you mean '" + near + "'?",
                          " Choices: ", joined_names(ids), "."));
}

template <typename CheckEntry>
Json checked_list(const ParamSpec& spec, const Json& value, const std::string& path,
                  CheckEntry check) {
  if (!value.is_array()) wrong_type(path, "a list of numbers such as [100, 100]", value);
  const auto length = static_cast<Index>(value.size());
  ANISO_CHECK(length >= spec.min_length && length <= spec.max_length, path, ": a list of ", length,
              length == 1 ? " entry" : " entries", "; its length must be at least ",
              spec.min_length,
              spec.max_length == std::numeric_limits<Index>::max()
                  ? std::string()
                  : text(" and at most ", spec.max_length));
  Json out = Json::array();
  for (std::size_t i = 0; i < value.size(); ++i)
    out.push_back(check(spec, value[i], text(path, "[", i, "]")));
  return out;
}

Json checked_direction(const ParamSpec& spec, const Json& given, const std::string& path) {
  const Json value = given.is_string() ? direction_from_short(given.get<std::string>()) : given;
  if (!value.is_object())
    wrong_type(path, R"(a direction such as "dct:3" or {"basis": "dct", "index": 3})", given);
  for (const auto& [key, entry] : value.items())
    ANISO_CHECK(key == "basis" || key == "index" || key == "values", path, ".", key,
                ": unknown key.", suggestion(key, {"basis", "index", "values"}));
  ANISO_CHECK(value.contains("basis"), path,
              ": needs the key 'basis'. Choices: ", joined_names(ids_of(spec.choices)), ".");
  Json out;
  out["basis"] = checked_choice(spec, value["basis"], path + ".basis");
  const auto basis = out["basis"].get<std::string>();
  if (basis == "none") return out;
  if (basis == "numbers") {
    ParamSpec list = spec_of("values", ParamKind::reals, Json::array());
    list.min_length = 1;
    out["values"] =
        checked_list(list, value.value("values", Json::array()), path + ".values", checked_real);
    const auto numbers = out["values"].get<std::vector<double>>();
    ANISO_CHECK(std::any_of(numbers.begin(), numbers.end(), [](double v) { return v != 0; }), path,
                ".values: all entries are zero; a direction needs a length");
    return out;
  }
  ParamSpec index = spec_of("index", ParamKind::integer, 0);
  index.min = 0;
  out["index"] = checked_integer(index, value.value("index", Json(0)), path + ".index");
  return out;
}

}  // namespace

ParamSpec& ParamSpec::titled(std::string value) { return title = std::move(value), *this; }
ParamSpec& ParamSpec::in(std::string value) { return unit = std::move(value), *this; }
ParamSpec& ParamSpec::about(std::string value) { return doc = std::move(value), *this; }
ParamSpec& ParamSpec::range(double low, double high) { return min = low, max = high, *this; }
ParamSpec& ParamSpec::lengths(Index low, Index high) {
  return min_length = low, max_length = high, *this;
}
ParamSpec& ParamSpec::log_scale() { return logarithmic = true, *this; }
ParamSpec& ParamSpec::starts_only() { return effect = Effect::at_start, *this; }
ParamSpec& ParamSpec::edited_in_view() { return in_view = true, *this; }
ParamSpec& ParamSpec::when(std::string param, std::vector<std::string> values) {
  return shown_if = std::move(param), shown_values = std::move(values), *this;
}

ParamSpec bool_param(std::string name, bool fallback) {
  return spec_of(std::move(name), ParamKind::boolean, fallback);
}
ParamSpec integer_param(std::string name, std::int64_t fallback) {
  return spec_of(std::move(name), ParamKind::integer, fallback);
}
ParamSpec real_param(std::string name, double fallback) {
  return spec_of(std::move(name), ParamKind::real, fallback);
}
ParamSpec choice_param(std::string name, std::string fallback, std::vector<Choice> choices) {
  ParamSpec spec = spec_of(std::move(name), ParamKind::choice, std::move(fallback));
  spec.choices = std::move(choices);
  return spec;
}
ParamSpec text_param(std::string name, std::string fallback) {
  return spec_of(std::move(name), ParamKind::text, std::move(fallback));
}
ParamSpec integers_param(std::string name, const std::vector<std::int64_t>& fallback) {
  return spec_of(std::move(name), ParamKind::integers, Json(fallback));
}
ParamSpec reals_param(std::string name, const std::vector<double>& fallback) {
  return spec_of(std::move(name), ParamKind::reals, Json(fallback));
}
ParamSpec direction_param(std::string name, std::string fallback, bool optional) {
  ParamSpec spec = spec_of(std::move(name), ParamKind::direction, nullptr);
  spec.choices = direction_choices(optional);
  spec.fallback = checked_direction(spec, Json(std::move(fallback)), spec.name);
  return spec;
}

const ParamSpec* find_param(const ParamSchema& schema, std::string_view name) {
  const auto it = std::find_if(schema.begin(), schema.end(),
                               [&](const ParamSpec& spec) { return spec.name == name; });
  return it == schema.end() ? nullptr : &*it;
}

ParamSchema joined(ParamSchema first, const ParamSchema& second) {
  first.insert(first.end(), second.begin(), second.end());
  for (auto spec = first.begin(); spec != first.end(); ++spec)
    ANISO_CHECK(find_param(first, spec->name) == &*spec, "parameter '", spec->name,
                "' is declared twice");
  return first;
}

const Json& Params::at(std::string_view name) const {
  const auto it = values_.find(std::string(name));
  ANISO_CHECK(it != values_.end(), "parameter '", name, "' is not declared here");
  return *it;
}

bool Params::boolean(std::string_view name) const { return at(name).get<bool>(); }
std::int64_t Params::integer(std::string_view name) const { return at(name).get<std::int64_t>(); }
double Params::real(std::string_view name) const { return at(name).get<double>(); }
std::string Params::choice(std::string_view name) const { return at(name).get<std::string>(); }
std::string Params::text(std::string_view name) const { return at(name).get<std::string>(); }
std::vector<std::int64_t> Params::integers(std::string_view name) const {
  return at(name).get<std::vector<std::int64_t>>();
}
std::vector<double> Params::reals(std::string_view name) const {
  return at(name).get<std::vector<double>>();
}
const Json& Params::direction(std::string_view name) const { return at(name); }

Json validated_value(const ParamSpec& spec, const Json& value, const std::string& path) {
  switch (spec.kind) {
    case ParamKind::boolean:
      if (!value.is_boolean()) wrong_type(path, "true or false", value);
      return value;
    case ParamKind::integer:
      return checked_integer(spec, value, path);
    case ParamKind::real:
      return checked_real(spec, value, path);
    case ParamKind::choice:
      return checked_choice(spec, value, path);
    case ParamKind::text:
      if (!value.is_string()) wrong_type(path, "text", value);
      return value;
    case ParamKind::integers:
      return checked_list(spec, value, path, checked_integer);
    case ParamKind::reals:
      return checked_list(spec, value, path, checked_real);
    case ParamKind::direction:
      return checked_direction(spec, value, path);
  }
  throw InvalidInput(path + ": unknown parameter kind");
}

Params validated(const ParamSchema& schema, const Json& given, const std::string& path,
                 const std::vector<std::string>& extra) {
  if (!given.is_object()) wrong_type(path, "an object of parameters", given);
  std::vector<std::string> known = extra;
  for (const auto& spec : schema) known.push_back(spec.name);
  for (const auto& [key, value] : given.items())
    ANISO_CHECK(std::find(known.begin(), known.end(), key) != known.end(), path, ".", key,
                ": unknown key.", suggestion(key, known));
  Params params;
  for (const auto& spec : schema) {
    const auto it = given.find(spec.name);
    params.values_[spec.name] =
        it == given.end() ? spec.fallback : validated_value(spec, *it, path + "." + spec.name);
  }
  return params;
}

bool is_shown(const ParamSpec& spec, const Json& values) {
  if (spec.shown_if.empty()) return true;
  const auto it = values.find(spec.shown_if);
  if (it == values.end()) return true;
  const std::string now = it->is_boolean()  ? (it->get<bool>() ? "true" : "false")
                          : it->is_string() ? it->get<std::string>()
                                            : it->dump();
  return std::find(spec.shown_values.begin(), spec.shown_values.end(), now) !=
         spec.shown_values.end();
}

}  // namespace aniso
