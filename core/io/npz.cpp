#include "core/io/npz.h"

#include <zip.h>

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::io {
namespace {

constexpr std::string_view kExtension = ".npy";
// Deflate stores at most 258 bytes in 2 bits; what declares more is lying.
constexpr std::uint64_t kMostDeflated = 1032;

[[noreturn]] void fail(const std::string& where, const std::string& what) {
  throw IoError("'" + where + "': " + what);
}

std::string text_of(int zip_code) {
  zip_error_t error;
  zip_error_init_with_code(&error, zip_code);
  std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  return text;
}

void check_name(const std::string& name) {
  const auto refuse = [&](const char* why) {
    throw InvalidInput("array name '" + name + "' " + why);
  };
  if (name.empty() || name.size() > 1000) refuse("must have 1 to 1000 letters");
  if (name.front() == '/' || name.back() == '/') refuse("must not begin or end with '/'");
  if (std::any_of(name.begin(), name.end(),
                  [](unsigned char c) { return c < 32 || c == 127 || c == '\\'; }))
    refuse("must not contain backslashes or control characters");
  for (std::size_t start = 0; start <= name.size();) {
    const std::size_t end = std::min(name.find('/', start), name.size());
    const auto part = std::string_view(name).substr(start, end - start);
    if (part.empty() || part == "." || part == "..") refuse("has an empty, '.' or '..' part");
    start = end + 1;
  }
}

struct ZipClose {
  void operator()(zip_t* zip) const { zip_discard(zip); }
};
using Zip = std::unique_ptr<zip_t, ZipClose>;

struct ZipFileClose {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

}  // namespace

struct NpzReader::Archive {
  struct Member {
    zip_uint64_t index = 0;
    std::uint64_t size = 0;
  };
  std::string where;
  std::uint64_t limit = 0;
  std::vector<std::byte> bytes;  // of an archive in memory; outlives `zip`
  Zip zip;
  std::vector<std::string> names;
  std::map<std::string, Member, std::less<>> members;

  void read_directory();
  void add_member(zip_uint64_t index, std::uint64_t& total);
};

void NpzReader::Archive::add_member(zip_uint64_t index, std::uint64_t& total) {
  zip_stat_t stat;
  zip_stat_init(&stat);
  constexpr zip_uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE |
                                   ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
  if (zip_stat_index(zip.get(), index, 0, &stat) != 0 || (stat.valid & kNeeded) != kNeeded)
    fail(where, "damaged zip directory.");
  std::string name = stat.name;
  if (!name.ends_with(kExtension)) return;
  name.resize(name.size() - kExtension.size());
  const std::string place = where + ": " + name;
  if (stat.encryption_method != ZIP_EM_NONE) fail(place, "encrypted; save it without a password.");
  if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE)
    fail(place, "compressed by an unusual method. Save with numpy.savez or savez_compressed.");
  const std::uint64_t most =
      stat.comp_method == ZIP_CM_STORE ? stat.comp_size
      : stat.comp_size > std::numeric_limits<std::uint64_t>::max() / kMostDeflated
          ? std::numeric_limits<std::uint64_t>::max()
          : stat.comp_size * kMostDeflated;
  if (stat.size > most)
    fail(place, text("declares ", stat.size, " bytes, which its ", stat.comp_size,
                     " compressed ones cannot hold."));
  if (stat.size > limit - total)
    fail(where,
         text("its arrays declare more than ", limit, " bytes, the most that is read here."));
  total += stat.size;
  if (!members.emplace(name, Member{index, stat.size}).second) fail(place, "occurs twice.");
  names.push_back(std::move(name));
}

void NpzReader::Archive::read_directory() {
  const zip_int64_t count = zip_get_num_entries(zip.get(), 0);
  std::uint64_t total = 0;
  for (zip_int64_t i = 0; i < count; ++i) add_member(static_cast<zip_uint64_t>(i), total);
  if (names.empty()) fail(where, "holds no array (no member ends in .npy).");
}

NpzReader::NpzReader(const std::filesystem::path& path, std::uint64_t limit)
    : archive_(std::make_unique<Archive>()) {
  archive_->where = path.string();
  archive_->limit = limit;
  if (recognised(path) != FileKind::zip) fail(path.string(), "not an NPZ (zip) file.");
  int error = 0;
  archive_->zip.reset(zip_open(path.c_str(), ZIP_RDONLY, &error));
  if (!archive_->zip)
    fail(path.string(), "truncated or damaged zip file (" + text_of(error) + ").");
  archive_->read_directory();
}

NpzReader::NpzReader(std::span<const std::byte> bytes, std::string where, std::uint64_t limit)
    : archive_(std::make_unique<Archive>()) {
  archive_->where = std::move(where);
  archive_->limit = limit;
  archive_->bytes.assign(bytes.begin(), bytes.end());
  if (recognised(bytes) != FileKind::zip) fail(archive_->where, "not an NPZ (zip) file.");
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source =
      zip_source_buffer_create(archive_->bytes.data(), archive_->bytes.size(), 0, &error);
  if (source != nullptr) archive_->zip.reset(zip_open_from_source(source, ZIP_RDONLY, &error));
  const std::string why = zip_error_strerror(&error);
  zip_error_fini(&error);
  if (!archive_->zip) {
    if (source != nullptr) zip_source_free(source);
    fail(archive_->where, "truncated or damaged zip file (" + why + ").");
  }
  archive_->read_directory();
}

NpzReader::~NpzReader() = default;
NpzReader::NpzReader(NpzReader&&) noexcept = default;
NpzReader& NpzReader::operator=(NpzReader&&) noexcept = default;

const std::vector<std::string>& NpzReader::names() const { return archive_->names; }

bool NpzReader::has(std::string_view name) const {
  return archive_->members.find(name) != archive_->members.end();
}

NdArray NpzReader::read(std::string_view name) const {
  const auto member = archive_->members.find(name);
  ANISO_CHECK(member != archive_->members.end(), "'", archive_->where, "' has no array '", name,
              "'.", suggestion(name, archive_->names));
  const std::string place = archive_->where + ": " + member->first;
  const std::unique_ptr<zip_file_t, ZipFileClose> file(
      zip_fopen_index(archive_->zip.get(), member->second.index, 0));
  if (!file) fail(place, std::string("damaged (") + zip_strerror(archive_->zip.get()) + ").");
  // Read to the end: a member that is longer than declared is noticed, and the read that meets the
  // end verifies the checksum.
  std::vector<std::byte> bytes;
  std::vector<std::byte> block(
      static_cast<std::size_t>(std::min<std::uint64_t>(member->second.size + 1, 1 << 18)));
  for (;;) {
    const zip_int64_t got = zip_fread(file.get(), block.data(), block.size());
    if (got < 0) fail(place, std::string("damaged (") + zip_file_strerror(file.get()) + ").");
    if (got == 0) break;
    if (bytes.empty()) bytes.reserve(static_cast<std::size_t>(member->second.size));
    bytes.insert(bytes.end(), block.begin(), block.begin() + got);
    if (bytes.size() > member->second.size) fail(place, "damaged (longer than it declares).");
  }
  if (bytes.size() != member->second.size) fail(place, "damaged (shorter than it declares).");
  return parse_npy(bytes, place, archive_->limit);
}

void NpzWriter::add_bytes(const std::string& name, NpyType type, const std::vector<Index>& shape,
                          std::span<const std::byte> data, std::size_t count) {
  check_name(name);
  for (const auto& member : members_)
    ANISO_CHECK(member.name != name, "array name '", name, "' is used twice");
  check_size(name.c_str(), static_cast<Index>(count), entry_count(shape));
  const std::string header = npy_header(type, shape);
  const auto head = std::as_bytes(std::span(header.data(), header.size()));
  Member member{name, {}};
  member.bytes.reserve(head.size() + data.size());
  member.bytes.assign(head.begin(), head.end());
  member.bytes.insert(member.bytes.end(), data.begin(), data.end());
  members_.push_back(std::move(member));
}

void NpzWriter::add(const std::string& name, const std::vector<Index>& shape,
                    std::span<const double> data) {
  add_bytes(name, NpyType::float64, shape, std::as_bytes(data), data.size());
}

void NpzWriter::add(const std::string& name, const std::vector<Index>& shape,
                    std::span<const float> data) {
  add_bytes(name, NpyType::float32, shape, std::as_bytes(data), data.size());
}

void NpzWriter::add(const std::string& name, const std::vector<Index>& shape,
                    std::span<const std::int64_t> data) {
  add_bytes(name, NpyType::int64, shape, std::as_bytes(data), data.size());
}

void NpzWriter::add(const std::string& name, const NdArray& array) {
  std::visit(
      [&](const auto& entries) {
        add(name, array.shape, std::span(entries.data(), entries.size()));
      },
      array.data);
}

void NpzWriter::add(const std::string& name, const Matrix& m) {
  add(name, {m.rows(), m.cols()}, std::span(m.data(), static_cast<std::size_t>(m.size())));
}

void NpzWriter::add(const std::string& name, const Vector& v) {
  add(name, {v.size()}, std::span(v.data(), static_cast<std::size_t>(v.size())));
}

void NpzWriter::add(const std::string& name, const Labels& labels) { add(name, array_of(labels)); }

void NpzWriter::write(const std::filesystem::path& path) const {
  ANISO_CHECK(!members_.empty(), "'", path.string(), "': there is no array to write");
  AtomicFile target(path);
  const auto fail_write = [&](const std::string& why) {
    throw IoError("cannot write '" + path.string() + "': " + why +
                  ". If the disk is full, free some space there or choose another folder.");
  };
  int code = 0;
  Zip zip(zip_open(target.temporary().c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code));
  if (!zip) fail_write(text_of(code));
  for (const auto& member : members_) {
    zip_source_t* source =
        zip_source_buffer(zip.get(), member.bytes.data(), member.bytes.size(), 0);
    const zip_int64_t index =
        source == nullptr
            ? -1
            : zip_file_add(zip.get(), (member.name + ".npy").c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      if (source != nullptr) zip_source_free(source);
      fail_write(zip_strerror(zip.get()));
    }
    const auto at = static_cast<zip_uint64_t>(index);
    constexpr zip_uint16_t kMidnight = 0, kFirstOf1980 = (1 << 5) | 1;
    constexpr zip_uint32_t kQuick = 3;  // higher levels gain little on float64, and take long
    if (zip_set_file_compression(zip.get(), at, ZIP_CM_DEFLATE, kQuick) != 0 ||
        zip_file_set_dostime(zip.get(), at, kMidnight, kFirstOf1980, 0) != 0)
      fail_write(zip_strerror(zip.get()));
  }
  if (zip_close(zip.get()) != 0) fail_write(zip_strerror(zip.get()));
  static_cast<void>(zip.release());  // freed by a close that succeeds
  target.commit();
}

}  // namespace aniso::io
