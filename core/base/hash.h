#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace aniso {

/// Incremental SHA-256 (OpenSSL's libcrypto). Move-only. @throws Error if libcrypto fails.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  /// @throws InvalidInput after `hex`.
  void update(std::span<const std::byte> bytes);
  /// 64 lower-case hexadecimal digits. Once only. @throws InvalidInput when called again.
  std::string hex();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace aniso
