#pragma once

#include <string>
#include <utility>

namespace aniso {

/// How far a computed value can be trusted, carried to the screen and into every file.
struct Status {
  enum class Kind { valid, undefined, partial };
  Kind kind = Kind::valid;
  std::string reason;  ///< why it is undefined
  long long done = 0;  ///< partial: how many of
  long long total = 0;

  static Status valid() { return {}; }
  static Status undefined(std::string why) { return {Kind::undefined, std::move(why), 0, 0}; }
  static Status partial(long long n, long long of) { return {Kind::partial, {}, n, of}; }
  bool is_valid() const { return kind == Kind::valid; }
};

}  // namespace aniso
