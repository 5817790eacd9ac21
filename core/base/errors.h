#pragma once

#include <stdexcept>
#include <string>

namespace aniso {

/// Base of the three error types that `core` throws. `what()` is written for the person at the
/// screen: what happened, where, and what to do next.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The caller's input is unusable: unknown name, value out of range, wrong shape. Exit code 2.
class InvalidInput : public Error {
 public:
  using Error::Error;
};

/// Arithmetic failed on valid input: non-finite values, no convergence. Exit code 1.
class NumericalError : public Error {
 public:
  using Error::Error;
};

/// A file or device could not be read or written. Exit code 1 (2 when it is an input file).
class IoError : public Error {
 public:
  using Error::Error;
};

}  // namespace aniso
