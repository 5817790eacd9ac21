#include "core/io/npy.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>

#include "core/base/check.h"

namespace aniso::io {
namespace {

static_assert(std::endian::native == std::endian::little, "the readers assume little-endian");

constexpr std::string_view kMagic("\x93NUMPY", 6);
constexpr std::size_t kMaxAxes = 8;

struct Header {
  char kind = 0;          // 'f', 'i', 'u', 'b'
  std::size_t width = 0;  // bytes per entry
  bool big_endian = false;
  bool fortran_order = false;
  std::vector<Index> shape;
  std::size_t data_offset = 0;
};

[[noreturn]] void fail(const std::string& where, const std::string& what) {
  throw IoError("'" + where + "': " + what);
}

// Quotes for a message: short, printable.
std::string shown(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 60)) out += c >= ' ' && c <= '~' ? c : '?';
  return "'" + out + (text.size() > 60 ? "…'" : "'");
}

// Reads the header's Python dictionary: exactly the keys descr, fortran_order, shape.
class DictParser {
 public:
  DictParser(std::string_view text, const std::string& where) : text_(text), where_(where) {}

  Header parse() {
    expect('{');
    while (!accept('}')) {
      const std::string_view key = quoted();
      expect(':');
      read_value(key);
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    if (at_ != text_.size()) broken("text after the closing brace");
    if (!has_descr_ || !has_order_ || !has_shape_)
      broken("needs the keys descr, fortran_order and shape");
    return header_;
  }

 private:
  [[noreturn]] void broken(const std::string& what) const {
    fail(where_, "broken NPY header (" + what + "): " + shown(text_) + ".");
  }

  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t'))
      ++at_;
  }

  bool accept(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void expect(char c) {
    if (!accept(c)) broken(std::string("expected '") + c + "'");
  }

  std::string_view quoted() {
    skip_space();
    if (at_ >= text_.size() || (text_[at_] != '\'' && text_[at_] != '"')) broken("expected a name");
    const auto end = text_.find(text_[at_], at_ + 1);
    if (end == std::string_view::npos) broken("unclosed quote");
    const auto word = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return word;
  }

  void read_value(std::string_view key) {
    bool* seen = key == "descr"           ? &has_descr_
                 : key == "fortran_order" ? &has_order_
                 : key == "shape"         ? &has_shape_
                                          : nullptr;
    if (seen == nullptr) broken("unknown key " + shown(key));
    if (std::exchange(*seen, true)) broken("key " + shown(key) + " twice");
    if (key == "descr")
      read_descr();
    else if (key == "shape")
      read_shape();
    else
      header_.fortran_order = read_bool();
  }

  void read_descr() {
    if (accept('['))
      fail(where_,
           "structured arrays are not read. Save plain columns, such as "
           "np.save(file, np.stack([a, b], axis=1)).");
    const std::string_view descr = quoted();
    const auto unsupported = [&](const std::string& advice) {
      fail(where_, "dtype " + shown(descr) + " is not read. " + advice);
    };
    if (descr.size() < 2) unsupported("Save with dtype float64.");
    char order = '|';
    std::string_view rest = descr;
    if (std::string_view("<>=|").find(rest[0]) != std::string_view::npos) {
      order = rest[0];
      rest.remove_prefix(1);
    }
    if (rest == "O")
      unsupported(
          "It holds Python objects (often rows of unequal length); save with dtype float64.");
    if (rest.size() != 2) unsupported("Save with dtype float64.");
    header_.kind = rest[0];
    header_.width = static_cast<std::size_t>(rest[1] - '0');
    const bool known = (header_.kind == 'f' && (rest[1] == '4' || rest[1] == '8')) ||
                       (header_.kind == 'b' && rest[1] == '1') ||
                       ((header_.kind == 'i' || header_.kind == 'u') &&
                        std::string_view("1248").find(rest[1]) != std::string_view::npos);
    if (!known)
      unsupported(header_.kind == 'c' ? "Save real and imaginary parts with dtype float64."
                                      : "Save with dtype float64.");
    if (order == '|' && header_.width > 1) unsupported("It names no byte order.");
    header_.big_endian = order == '>' && header_.width > 1;
  }

  bool read_bool() {
    skip_space();
    for (const auto& [word, value] :
         {std::pair{std::string_view("True"), true}, std::pair{std::string_view("False"), false}})
      if (text_.substr(at_).starts_with(word)) {
        at_ += word.size();
        return value;
      }
    broken("fortran_order must be True or False");
  }

  void read_shape() {
    expect('(');
    bool comma = true;
    while (!accept(')')) {
      if (!comma) broken("shape");
      header_.shape.push_back(read_extent());
      if (header_.shape.size() > kMaxAxes) broken("more than 8 axes");
      comma = accept(',');
    }
    if (header_.shape.size() == 1 && !comma) broken("shape is not a tuple");
  }

  Index read_extent() {
    skip_space();
    if (at_ < text_.size() && text_[at_] == '-') broken("negative extent");
    const std::size_t start = at_;
    Index value = 0;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_)
      if (__builtin_mul_overflow(value, Index{10}, &value) ||
          __builtin_add_overflow(value, Index{text_[at_] - '0'}, &value))
        broken("extent too large");
    if (at_ == start) broken("extents must be whole numbers");
    if (at_ < text_.size() && text_[at_] == 'L') ++at_;  // written by Python 2
    return value;
  }

  std::string_view text_;
  std::string where_;
  std::size_t at_ = 0;
  Header header_;
  bool has_descr_ = false, has_order_ = false, has_shape_ = false;
};

Header parse_header(std::span<const std::byte> bytes, const std::string& where) {
  const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!all.starts_with(kMagic)) fail(where, "not an NPY file: it does not start with \\x93NUMPY.");
  if (all.size() < 10) fail(where, "truncated in the NPY header.");
  const auto byte_at = [&](std::size_t i) { return static_cast<std::size_t>(bytes[i]); };
  const std::size_t version = byte_at(6);
  if (version < 1 || version > 3 || byte_at(7) != 0)
    fail(where, text("NPY version ", version, ".", byte_at(7), " is not known; 1.0 to 3.0 are."));
  std::size_t start = 10;
  std::size_t length = byte_at(8) | byte_at(9) << 8;
  if (version >= 2) {
    if (all.size() < 12) fail(where, "truncated in the NPY header.");
    length |= byte_at(10) << 16 | byte_at(11) << 24;
    start = 12;
  }
  if (length > all.size() - start) fail(where, "truncated in the NPY header.");
  Header header = DictParser(all.substr(start, length), where).parse();
  header.data_offset = start + length;
  return header;
}

// The entry count, once shape, file and limit agree.
std::size_t checked_count(const Header& header, std::size_t data_bytes, std::uint64_t limit,
                          const std::string& where) {
  std::size_t count = 1, declared = 0;
  Index extents = 1;  // without zeros, which would hide the others from the product
  for (const Index extent : header.shape) {
    if (__builtin_mul_overflow(extents, std::max<Index>(extent, 1), &extents))
      fail(where, "the declared shape overflows.");
    count *= static_cast<std::size_t>(extent);
  }
  if (__builtin_mul_overflow(count, header.width, &declared))
    fail(where, "the declared shape overflows.");
  if (declared > data_bytes)
    fail(where, text("truncated: the header declares ", declared, " bytes of data, the file holds ",
                     data_bytes, "."));
  if (declared < data_bytes)
    fail(where, text("damaged: ", data_bytes - declared, " bytes follow the ", declared,
                     " that the header declares."));
  if (count > limit / sizeof(double))
    fail(where, text("the array of ", count, " entries takes more than ", limit,
                     " bytes in memory, the most that is read here."));
  return count;
}

template <typename Stored, typename Value>
Value entry(const std::byte* at, bool swapped, const std::string& where) {
  std::array<std::byte, sizeof(Stored)> raw;
  std::memcpy(raw.data(), at, sizeof(Stored));
  if (swapped) std::reverse(raw.begin(), raw.end());
  const auto stored = std::bit_cast<Stored>(raw);
  if constexpr (std::is_same_v<Stored, std::uint64_t>)
    if (stored > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      fail(where, text("entry ", stored, " exceeds int64. Save with dtype float64."));
  return static_cast<Value>(stored);
}

// Positions in the file of the entries in C order.
class FileOrder {
 public:
  explicit FileOrder(const Header& header) : shape_(header.shape), at_(header.shape.size(), 0) {
    strides_.resize(shape_.size());
    std::size_t stride = 1;
    for (std::size_t axis = 0; axis < shape_.size(); ++axis) {
      strides_[axis] = stride;
      stride *= static_cast<std::size_t>(shape_[axis]);
    }
  }

  std::size_t next() {
    const std::size_t position = position_;
    for (std::size_t axis = shape_.size(); axis-- > 0;) {
      position_ += strides_[axis];
      if (++at_[axis] < shape_[axis]) break;
      position_ -= strides_[axis] * static_cast<std::size_t>(shape_[axis]);
      at_[axis] = 0;
    }
    return position;
  }

 private:
  std::vector<Index> shape_, at_;
  std::vector<std::size_t> strides_;  // Fortran order: the first axis is the fastest
  std::size_t position_ = 0;
};

template <typename Stored, typename Value>
std::vector<Value> entries(const Header& header, const std::byte* data, std::size_t count,
                           const std::string& where) {
  std::vector<Value> out(count);
  if (header.fortran_order && header.shape.size() > 1) {
    FileOrder order(header);
    for (Value& value : out)
      value = entry<Stored, Value>(data + order.next() * sizeof(Stored), header.big_endian, where);
  } else {
    for (std::size_t i = 0; i < count; ++i)
      out[i] = entry<Stored, Value>(data + i * sizeof(Stored), header.big_endian, where);
  }
  return out;
}

}  // namespace

NdArray parse_npy(std::span<const std::byte> bytes, const std::string& where, std::uint64_t limit) {
  const Header header = parse_header(bytes, where);
  const auto data = bytes.subspan(header.data_offset);
  const std::size_t count = checked_count(header, data.size(), limit, where);
  NdArray array;
  array.shape = header.shape;
  const auto read = [&]<typename Stored, typename Value>() {
    array.data = entries<Stored, Value>(header, data.data(), count, where);
  };
  const bool is_signed = header.kind == 'i';
  if (header.kind == 'f')
    header.width == 4 ? read.template operator()<float, double>()
                      : read.template operator()<double, double>();
  else if (header.width == 1)
    is_signed ? read.template operator()<std::int8_t, std::int64_t>()
              : read.template operator()<std::uint8_t, std::int64_t>();
  else if (header.width == 2)
    is_signed ? read.template operator()<std::int16_t, std::int64_t>()
              : read.template operator()<std::uint16_t, std::int64_t>();
  else if (header.width == 4)
    is_signed ? read.template operator()<std::int32_t, std::int64_t>()
              : read.template operator()<std::uint32_t, std::int64_t>();
  else
    is_signed ? read.template operator()<std::int64_t, std::int64_t>()
              : read.template operator()<std::uint64_t, std::int64_t>();
  if (header.kind == 'b')
    for (auto& value : std::get<1>(array.data)) value = value != 0;
  return array;
}

NdArray read_npy(const std::filesystem::path& path, std::uint64_t limit) {
  return parse_npy(read_bytes(path, limit), path.string(), limit);
}

std::string npy_header(NpyType type, const std::vector<Index>& shape) {
  NdArray named;
  named.shape = shape;
  entry_count(shape);  // refuses negative extents
  const char* descr = type == NpyType::float32 ? "<f4" : type == NpyType::float64 ? "<f8" : "<i8";
  std::string dict =
      text("{'descr': '", descr, "', 'fortran_order': False, 'shape': ", named.shape_text(), ", }");
  constexpr std::size_t kPrefix = 10, kAlignment = 64;
  dict.append((kAlignment - (kPrefix + dict.size() + 1) % kAlignment) % kAlignment, ' ');
  dict += '\n';
  ANISO_CHECK(dict.size() <= 65535, "array with ", shape.size(), " axes: the header is too long");
  std::string header(kMagic);
  header += '\x01';
  header += '\x00';
  header += static_cast<char>(dict.size() & 255);
  header += static_cast<char>(dict.size() >> 8);
  return header + dict;
}

std::vector<std::byte> encode_npy(const NdArray& array) {
  ANISO_CHECK(entry_count(array.shape) == array.size(), "array of shape ", array.shape_text(),
              " has ", array.size(), " entries");
  const std::string header =
      npy_header(array.is_integer() ? NpyType::int64 : NpyType::float64, array.shape);
  const auto head = std::as_bytes(std::span(header.data(), header.size()));
  std::vector<std::byte> bytes(head.begin(), head.end());
  std::visit(
      [&](const auto& entries) {
        const auto body = std::as_bytes(std::span(entries));
        bytes.insert(bytes.end(), body.begin(), body.end());
      },
      array.data);
  return bytes;
}

void write_npy(const std::filesystem::path& path, const NdArray& array) {
  write_atomically(path, encode_npy(array));
}

}  // namespace aniso::io
