#include "core/io/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "core/base/errors.h"
#include "core/base/random.h"
#include "core/io/npz.h"
#include "tests/support/scratch_folder.h"

namespace fs = std::filesystem;

namespace aniso::io {
namespace {

using ::testing::HasSubstr;
using testing_support::message_of;
using testing_support::ScratchFolder;

// Runs both in a child process: `setup` restricts it. Returns the message of the IoError that
// `action` throws, or what happened instead.
template <typename Setup, typename Action>
std::string in_child(Setup setup, Action action) {
  std::array<int, 2> channel{};
  if (::pipe(channel.data()) != 0) return "no pipe";
  const pid_t child = ::fork();
  if (child == 0) {
    setup();
    const std::string said = message_of<IoError>(action);
    const bool sent = ::write(channel[1], said.data(), said.size()) >= 0;
    ::_exit(sent ? 0 : 1);
  }
  ::close(channel[1]);
  std::string said(4096, '\0');
  const ssize_t got = ::read(channel[0], said.data(), said.size());
  ::close(channel[0]);
  int status = -1;
  ::waitpid(child, &status, 0);
  said.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return status == 0 ? said : "the child failed";
}

// Files may not exceed `bytes`: what a full disk looks like, for any user.
template <typename Action>
std::string on_small_disk(rlim_t bytes, Action action) {
  const auto setup = [&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, bytes};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  };
  return in_child(setup, action);
}

// Permissions do not bind root, who therefore becomes somebody else first.
template <typename Action>
std::string without_privileges(Action action) {
  const auto setup = [] {
    constexpr uid_t kNobody = 65534;
    if (::geteuid() == 0 && ::setuid(kNobody) != 0) ::_exit(2);
  };
  return in_child(setup, action);
}

TEST(Files, RoundTripAndReplacement) {
  const ScratchFolder folder;
  const auto path = folder / "a.txt";
  write_atomically(path, "first");
  EXPECT_EQ(read_text(path), "first");
  fs::permissions(path, fs::perms(0640));
  write_atomically(path, std::string(100000, 'x'));
  EXPECT_EQ(read_text(path), std::string(100000, 'x'));
  EXPECT_EQ(fs::status(path).permissions(), fs::perms(0640));  // kept
  EXPECT_EQ(folder.entries(), 1);
}

TEST(Files, NewFilesFollowTheUmask) {
  const ScratchFolder folder;
  const mode_t old = ::umask(027);
  write_atomically(folder / "a.txt", "x");
  ::umask(old);
  EXPECT_EQ(fs::status(folder / "a.txt").permissions(), fs::perms(0640));
}

TEST(Files, SymbolicLinksAreFollowed) {
  const ScratchFolder folder;
  fs::create_directory(folder / "real");
  write_atomically(folder / "real/a.txt", "old");
  fs::create_symlink("real/a.txt", folder / "link");
  write_atomically(folder / "link", "new");
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(read_text(folder / "real/a.txt"), "new");
}

TEST(Files, LongNamesAndRelativePaths) {
  const ScratchFolder folder;
  write_atomically(folder / std::string(250, 'n'), "x");
  EXPECT_EQ(folder.entries(), 1);
  const auto before = fs::current_path();
  fs::current_path(folder.path());
  write_atomically("relative.txt", "here");
  fs::current_path(before);
  EXPECT_EQ(read_text(folder / "relative.txt"), "here");
}

TEST(Files, ReadingSaysWhatIsWrong) {
  const ScratchFolder folder;
  EXPECT_EQ(message_of<IoError>([&] { read_bytes(folder / "none"); }),
            "cannot read '" + (folder / "none").string() + "': no such file.");
  EXPECT_THAT(message_of<IoError>([&] { read_bytes(folder.path()); }), HasSubstr("it is a folder"));
  write_atomically(folder / "a", "0123456789");
  EXPECT_THAT(message_of<IoError>([&] { read_bytes(folder / "a", 9); }),
              HasSubstr("is larger than 9 bytes"));
  EXPECT_EQ(read_bytes(folder / "a", 10).size(), 10u);
  // Declares no size, but holds more than the limit.
  EXPECT_THAT(message_of<IoError>([&] { read_bytes("/dev/zero", 10000); }),
              HasSubstr("is larger than 10,000 bytes"));
  EXPECT_GT(read_bytes("/proc/self/status").size(), 0u);
}

TEST(Files, TextIsUtf8WithoutMark) {
  const ScratchFolder folder;
  write_atomically(folder / "bom", "\xEF\xBB\xBFtext");
  EXPECT_EQ(read_text(folder / "bom"), "text");
  write_atomically(folder / "utf16", std::string_view("a\0b\0", 4));
  EXPECT_THAT(message_of<IoError>([&] { read_text(folder / "utf16"); }), HasSubstr("NUL bytes"));
}

TEST(Files, WritingSaysWhatToDo) {
  const ScratchFolder folder;
  EXPECT_THAT(message_of<IoError>([&] { write_atomically(folder / "no/a.txt", "x"); }),
              HasSubstr("does not exist. Create it first"));
  EXPECT_THAT(message_of<IoError>([&] { write_atomically(folder.path(), "x"); }),
              HasSubstr("it is a folder"));
  write_atomically(folder / "file", "x");
  EXPECT_THAT(message_of<IoError>([&] { write_atomically(folder / "file/a.txt", "x"); }),
              HasSubstr("is a file, no folder. Choose another folder"));
  EXPECT_THAT(message_of<IoError>([&] { write_atomically("/proc/anisoscope", "x"); }),
              AllOf(HasSubstr("cannot write '/proc/anisoscope'"),
                    HasSubstr("nothing can be created in '/proc'. Choose another folder")));
  EXPECT_THAT(message_of<IoError>([&] { make_output_folder("/proc/anisoscope"); }),
              HasSubstr("nothing can be created in '/proc'. Choose another folder"));
  EXPECT_EQ(folder.entries(), 1);
}

TEST(Files, UnwritableFolder) {
  const ScratchFolder folder;
  write_atomically(folder / "secret", "x");
  fs::permissions(folder / "secret", fs::perms(0000));
  fs::permissions(folder.path(), fs::perms(0555));
  const auto refusal = HasSubstr("permission denied. Choose a folder that you may write to");
  EXPECT_THAT(without_privileges([&] { write_atomically(folder / "a", "x"); }), refusal);
  EXPECT_THAT(without_privileges([&] { TextWriter(folder / "a"); }), refusal);
  EXPECT_THAT(without_privileges([&] { make_output_folder(folder / "b"); }), refusal);
  EXPECT_THAT(without_privileges([&] { read_bytes(folder / "secret"); }),
              HasSubstr("permission denied; make it readable first"));
  fs::permissions(folder.path(), fs::perms(0755));
  fs::create_directory(folder / "closed");
  fs::permissions(folder / "closed", fs::perms(0555));
  EXPECT_THAT(without_privileges([&] { make_output_folder(folder / "closed"); }), refusal);
  EXPECT_EQ(folder.entries(), 2);
}

TEST(Files, FullDeviceIsReported) {
  EXPECT_THAT(message_of<IoError>([&] { write_atomically("/dev/full", "x"); }),
              HasSubstr("cannot write '/dev/full': the disk is full. Free some space"));
  EXPECT_TRUE(fs::is_character_file("/dev/full"));  // written to, not replaced
  EXPECT_NO_THROW(write_atomically("/dev/null", "x"));
  TextWriter writer("/dev/full");
  writer.write("buffered");
  EXPECT_THAT(message_of<IoError>([&] { writer.flush(); }), HasSubstr("the disk is full"));
}

TEST(Files, FullDiskLeavesTheOldFileAndNoOther) {
  const ScratchFolder folder;
  const auto path = folder / "a.bin";
  write_atomically(path, "old");
  const std::string big(300000, 'x');
  EXPECT_THAT(on_small_disk(100000, [&] { write_atomically(path, big); }),
              HasSubstr("cannot write '" + path.string()));
  EXPECT_EQ(read_text(path), "old");
  EXPECT_EQ(folder.entries(), 1);
  // The same limit is no obstacle to what fits.
  EXPECT_EQ(on_small_disk(400000, [&] { write_atomically(path, big); }), "nothing was thrown");
  EXPECT_EQ(read_text(path), big);
}

TEST(Files, FullDiskWhileWritingNpz) {
  const ScratchFolder folder;
  const auto path = folder / "a.npz";
  NpzWriter small, large;
  small.add("x", Vector(Vector::Ones(3)));
  small.write(path);
  const auto before = read_bytes(path);
  large.add("x", RandomStream(1, "npz").normals(Index{50000}));
  EXPECT_THAT(on_small_disk(100000, [&] { large.write(path); }),
              HasSubstr("cannot write '" + path.string()));
  EXPECT_EQ(read_bytes(path), before);
  EXPECT_EQ(folder.entries(), 1);
}

TEST(TextWriter, KeepsWhatWasFlushed) {
  const ScratchFolder folder;
  const auto path = folder / "metrics.csv";
  {
    TextWriter writer(path);
    writer.write("a,b\n");
    writer.flush();
    EXPECT_EQ(read_text(path), "a,b\n");
    writer.write("1,2\n");
    EXPECT_EQ(read_text(path), "a,b\n");
  }
  EXPECT_EQ(read_text(path), "a,b\n1,2\n");
  TextWriter again(path);
  again.write(std::string(200000, 'x'));
  EXPECT_GE(fs::file_size(path), 200000u);  // beyond the buffer without being asked
  again.close();
  EXPECT_THROW(again.flush(), InvalidInput);
  EXPECT_THROW(TextWriter(folder / "no/a"), IoError);
}

TEST(OutputFolder, NewOrEmptyOnly) {
  const ScratchFolder folder;
  make_output_folder(folder / "a/b");
  EXPECT_TRUE(fs::is_directory(folder / "a/b"));
  EXPECT_NO_THROW(make_output_folder(folder / "a/b"));
  write_atomically(folder / "a/b/file", "x");
  EXPECT_THAT(message_of<InvalidInput>([&] { make_output_folder(folder / "a/b"); }),
              HasSubstr("exists and is not empty"));
  EXPECT_THAT(message_of<InvalidInput>([&] { make_output_folder(folder / "a/b/file"); }),
              HasSubstr("is not a folder"));
  EXPECT_THROW(make_output_folder(folder / "a/b/file/c"), IoError);
  EXPECT_EQ(read_text(folder / "a/b/file"), "x");
}

TEST(FreeSpace, OfTheNearestExistingParent) {
  const ScratchFolder folder;
  EXPECT_GT(free_space(folder.path()), 0u);
  EXPECT_GT(free_space(folder / "not/there/yet"), 0u);
  EXPECT_EQ(free_space("/proc/self"), 0u);
}

TEST(Recognised, ByContent) {
  const ScratchFolder folder;
  const auto kind_of = [&](std::string_view content) {
    write_atomically(folder / "file", content);
    return recognised(folder / "file");
  };
  EXPECT_EQ(kind_of("\x89PNG\r\n\x1a\n..."), FileKind::png);
  EXPECT_EQ(kind_of("\x93NUMPY"), FileKind::npy);
  EXPECT_EQ(kind_of("PK\x03\x04"), FileKind::zip);
  EXPECT_EQ(kind_of("\xEF\xBB\xBF \n {\"a\": 1}"), FileKind::json);
  EXPECT_EQ(kind_of("1,2,3\n"), FileKind::text);
  EXPECT_EQ(kind_of(""), FileKind::unknown);
  EXPECT_EQ(kind_of(std::string_view("a\0b", 3)), FileKind::unknown);
  EXPECT_THROW(recognised(folder / "none"), IoError);
  EXPECT_THROW(recognised(folder.path()), IoError);
}

}  // namespace
}  // namespace aniso::io
