#include "core/io/png.h"

#include <png.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <memory>

#include "core/base/check.h"
#include "core/io/files.h"

namespace aniso::io {
namespace {

// Deflate stores at most 258 bytes in 2 bits, so that a small file cannot claim large content.
constexpr std::size_t kMostDeflated = 1032;

// libpng reports errors by longjmp. Everything with a destructor therefore lives in a job outside
// the functions that libpng may leave, and those hold plain values only.
struct Job {
  png_structp png = nullptr;
  png_infop info = nullptr;
  png_infop end_info = nullptr;  // reading only: text after the pixels
  std::array<char, 200> message{};
  std::vector<png_bytep> rows;

  Job() = default;
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  virtual ~Job() = default;

  // Runs the step; false when libpng gave up, with the reason in `message`.
  template <typename Derived>
  static bool run(Derived& job, void (*step)(Derived&)) {
    if (setjmp(png_jmpbuf(job.png)) != 0) return false;
    step(job);
    return true;
  }

  static void on_error(png_structp png, png_const_charp message) {
    auto* job = static_cast<Job*>(png_get_error_ptr(png));
    std::snprintf(job->message.data(), job->message.size(), "%s", message);
    png_longjmp(png, 1);
  }
  static void on_warning(png_structp, png_const_charp) {}

  void set_rows(Image& image) {
    rows.resize(static_cast<std::size_t>(image.height));
    for (std::size_t y = 0; y < rows.size(); ++y)
      rows[y] = image.rgba.data() + y * 4 * static_cast<std::size_t>(image.width);
  }
};

struct WriteJob : Job {
  Image image;
  std::vector<png_text> text;
  std::vector<std::byte> out;
  bool out_of_memory = false;

  ~WriteJob() override { png_destroy_write_struct(&png, &info); }

  static void on_write(png_structp png, png_bytep data, png_size_t size) {
    auto* job = static_cast<WriteJob*>(png_get_io_ptr(png));
    const auto* bytes = reinterpret_cast<const std::byte*>(data);
    try {
      job->out.insert(job->out.end(), bytes, bytes + size);
    } catch (const std::bad_alloc&) {
      job->out_of_memory = true;
    }
    if (job->out_of_memory) png_error(png, "out of memory");
  }
};

void write_step(WriteJob& job) {
  png_set_write_fn(job.png, &job, WriteJob::on_write, nullptr);
  png_set_IHDR(job.png, job.info, static_cast<png_uint_32>(job.image.width),
               static_cast<png_uint_32>(job.image.height), 8, PNG_COLOR_TYPE_RGB_ALPHA,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_sRGB(job.png, job.info, PNG_sRGB_INTENT_PERCEPTUAL);
  if (!job.text.empty())
    png_set_text(job.png, job.info, job.text.data(), static_cast<int>(job.text.size()));
  png_write_info(job.png, job.info);
  png_write_image(job.png, job.rows.data());
  png_write_end(job.png, nullptr);
}

struct ReadJob : Job {
  std::span<const std::byte> bytes;
  std::size_t at = 0;
  Image image;
  std::size_t row_bytes = 0;
  int channels = 0, depth = 0;

  ~ReadJob() override { png_destroy_read_struct(&png, &info, &end_info); }

  static void on_read(png_structp png, png_bytep data, png_size_t size) {
    auto* job = static_cast<ReadJob*>(png_get_io_ptr(png));
    if (size > job->bytes.size() - job->at) png_error(png, "the file ends too early");
    std::memcpy(data, job->bytes.data() + job->at, size);
    job->at += size;
  }
};

void read_header_step(ReadJob& job) {
  constexpr png_uint_32 kLongestSide = 1'000'000;
  constexpr std::size_t kLargestChunk = 64 << 20;
  png_set_read_fn(job.png, &job, ReadJob::on_read);
  png_set_user_limits(job.png, kLongestSide, kLongestSide);
  png_set_chunk_malloc_max(job.png, std::min(kLargestChunk, kMostDeflated * job.bytes.size()));
  png_set_chunk_cache_max(job.png, 1000);
  png_read_info(job.png, job.info);
  job.image.width = png_get_image_width(job.png, job.info);
  job.image.height = png_get_image_height(job.png, job.info);
  job.channels = png_get_channels(job.png, job.info);
  job.depth = png_get_bit_depth(job.png, job.info);
}

void read_format_step(ReadJob& job) {
  png_set_expand(job.png);
  png_set_scale_16(job.png);
  png_set_gray_to_rgb(job.png);
  png_set_add_alpha(job.png, 0xFF, PNG_FILLER_AFTER);
  png_set_interlace_handling(job.png);
  png_read_update_info(job.png, job.info);
  job.row_bytes = png_get_rowbytes(job.png, job.info);
}

void read_pixels_step(ReadJob& job) {
  png_read_image(job.png, job.rows.data());
  png_read_end(job.png, job.end_info);
}

// libpng allocates what a chunk declares before it looks whether the file holds it.
bool chunks_fit(std::span<const std::byte> bytes) {
  constexpr std::size_t kSignature = 8, kOverhead = 12;  // length, type, checksum
  for (std::size_t at = kSignature; bytes.size() - at >= kOverhead;) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i)
      length = length << 8 | static_cast<std::size_t>(bytes[at + i]);
    if (length > bytes.size() - at - kOverhead) return false;
    if (std::memcmp(bytes.data() + at + 4, "IEND", 4) == 0) return true;
    at += kOverhead + length;
  }
  return false;
}

std::string utf8_of_latin1(std::string_view latin1) {
  std::string out;
  for (const unsigned char c : latin1) {
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else {
      out += static_cast<char>(0xC0 | c >> 6);
      out += static_cast<char>(0x80 | (c & 0x3F));
    }
  }
  return out;
}

void collect_text(const ReadJob& job, png_infop info, PngText& text) {
  png_textp chunks = nullptr;
  const int count = png_get_text(job.png, info, &chunks, nullptr);
  for (int i = 0; i < count; ++i) {
    const bool is_utf8 = chunks[i].compression >= PNG_ITXT_COMPRESSION_NONE;
    const std::size_t length = is_utf8 ? chunks[i].itxt_length : chunks[i].text_length;
    const std::string_view value(chunks[i].text == nullptr ? "" : chunks[i].text,
                                 chunks[i].text == nullptr ? 0 : length);
    text[utf8_of_latin1(chunks[i].key)] = is_utf8 ? std::string(value) : utf8_of_latin1(value);
  }
}

void check_text(const PngText& text) {
  for (const auto& [key, value] : text) {
    const bool printable =
        std::all_of(key.begin(), key.end(), [](char c) { return c >= ' ' && c <= '~'; });
    ANISO_CHECK(!key.empty() && key.size() <= 79 && printable && key.front() != ' ' &&
                    key.back() != ' ' && key.find("  ") == std::string::npos,
                "PNG keyword '", key,
                "' must be 1 to 79 printable ASCII characters without outer or double spaces");
    ANISO_CHECK(value.find('\0') == std::string::npos, "PNG text '", key, "' contains NUL");
  }
}

png_text text_chunk(const std::string& key, const std::string& value) {
  constexpr std::size_t kWorthCompressing = 1024;
  png_text chunk{};
  chunk.compression =
      value.size() >= kWorthCompressing ? PNG_ITXT_COMPRESSION_zTXt : PNG_ITXT_COMPRESSION_NONE;
  // libpng copies both and changes neither.
  chunk.key = const_cast<char*>(key.c_str());
  chunk.text = const_cast<char*>(value.c_str());
  chunk.itxt_length = value.size();
  return chunk;
}

}  // namespace

std::vector<std::byte> encode_png(const Image& image, const PngText& text) {
  constexpr Index kLongestSide = 1'000'000;
  ANISO_CHECK(image.width > 0 && image.height > 0 && image.width <= kLongestSide &&
                  image.height <= kLongestSide,
              "a picture of ", image.width, " × ", image.height,
              " pixels cannot be written; each side must be 1 to 1,000,000");
  check_size("rgba", static_cast<Index>(image.rgba.size()), 4 * image.width * image.height);
  check_text(text);
  WriteJob job;
  job.image = image;
  job.set_rows(job.image);
  for (const auto& [key, value] : text) job.text.push_back(text_chunk(key, value));
  job.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &job, Job::on_error, Job::on_warning);
  if (job.png != nullptr) job.info = png_create_info_struct(job.png);
  if (job.info == nullptr) throw IoError("libpng could not be started.");
  if (!Job::run(job, write_step))
    throw IoError(aniso::text("the picture could not be encoded: ", job.message.data(), "."));
  return std::move(job.out);
}

void write_png(const std::filesystem::path& path, const Image& image, const PngText& text) {
  write_atomically(path, encode_png(image, text));
}

Png decode_png(std::span<const std::byte> bytes, const std::string& where,
               std::int64_t max_pixels) {
  if (recognised(bytes) != FileKind::png) throw IoError("'" + where + "' is not a PNG picture.");
  if (!chunks_fit(bytes)) throw IoError("'" + where + "': damaged or truncated PNG.");
  ReadJob job;
  job.bytes = bytes;
  job.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &job, Job::on_error, Job::on_warning);
  if (job.png != nullptr) job.info = png_create_info_struct(job.png);
  if (job.info != nullptr) job.end_info = png_create_info_struct(job.png);
  if (job.end_info == nullptr) throw IoError("libpng could not be started.");
  const auto damaged = [&] {
    throw IoError(
        aniso::text("'", where, "': damaged or truncated PNG (", job.message.data(), ")."));
  };
  if (!Job::run(job, read_header_step)) damaged();
  if (job.image.width > max_pixels / job.image.height)
    throw IoError(aniso::text("'", where, "': ", job.image.width, " × ", job.image.height,
                              " pixels are more than the ", max_pixels, " that are read."));
  const double declared = static_cast<double>(job.image.width) *
                          static_cast<double>(job.image.height) * job.channels * job.depth / 8;
  if (declared > static_cast<double>(kMostDeflated) * static_cast<double>(bytes.size()))
    throw IoError(aniso::text("'", where, "': damaged PNG: ", bytes.size(), " bytes cannot hold ",
                              job.image.width, " × ", job.image.height, " pixels."));
  if (!Job::run(job, read_format_step)) damaged();
  if (job.row_bytes != 4 * static_cast<std::size_t>(job.image.width)) damaged();
  job.image.rgba.resize(job.row_bytes * static_cast<std::size_t>(job.image.height));
  job.set_rows(job.image);
  if (!Job::run(job, read_pixels_step)) damaged();
  Png out;
  collect_text(job, job.info, out.text);
  collect_text(job, job.end_info, out.text);
  out.image = std::move(job.image);
  return out;
}

Png read_png(const std::filesystem::path& path) {
  return decode_png(read_bytes(path), path.string());
}

}  // namespace aniso::io
