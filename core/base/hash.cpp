#include "core/base/hash.h"

#include <openssl/evp.h>

#include <array>

#include "core/base/check.h"

namespace aniso {

struct Sha256::Context {
  EVP_MD_CTX* md = EVP_MD_CTX_new();
  bool finished = false;
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_MD_CTX_free(md); }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  if (context_->md == nullptr || EVP_DigestInit_ex(context_->md, EVP_sha256(), nullptr) != 1)
    throw Error("SHA-256 is not available in this libcrypto");
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::byte> bytes) {
  ANISO_CHECK(!context_->finished, "SHA-256: the digest is finished; start a new one");
  if (EVP_DigestUpdate(context_->md, bytes.data(), bytes.size()) != 1)
    throw Error("SHA-256: libcrypto refused the data");
}

std::string Sha256::hex() {
  ANISO_CHECK(!context_->finished, "SHA-256: the digest is finished; start a new one");
  context_->finished = true;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_DigestFinal_ex(context_->md, digest.data(), &size) != 1)
    throw Error("SHA-256: libcrypto could not finish the digest");
  constexpr const char* kDigits = "0123456789abcdef";
  std::string out;
  for (unsigned int i = 0; i < size; ++i) {
    out += kDigits[digest[i] >> 4];
    out += kDigits[digest[i] & 15];
  }
  return out;
}

}  // namespace aniso
