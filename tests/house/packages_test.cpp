// tools/packages.sh on machines that this one is not: stand-ins for dpkg-query, id, apt-get and
// sudo in a PATH that holds nothing else.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

namespace fs = std::filesystem;

struct Outcome {
  int status = -1;
  std::string output;
};

class Machine {
 public:
  Machine() : folder_(fs::temp_directory_path() / ("aniso_path_" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
    for (const std::string tool : {"bash", "grep", "awk", "dirname", "cat", "env"})
      fs::create_symlink("/usr/bin/" + tool, folder_ / tool);
    command("dpkg-query", "true");
  }
  ~Machine() { fs::remove_all(folder_); }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  void command(const std::string& name, const std::string& body) {
    std::ofstream(folder_ / name) << "#!/usr/bin/bash\n" << body << '\n';
    fs::permissions(folder_ / name, fs::perms::owner_all);
  }

  Outcome run(const std::string& kind) const {
    const std::string script = std::string(ANISO_SOURCE_DIR) + "/tools/packages.sh";
    const std::string line =
        "PATH='" + folder_.string() + "' /usr/bin/bash '" + script + "' " + kind + " 2>&1";
    Outcome outcome;
    FILE* pipe = ::popen(line.c_str(), "r");
    std::array<char, 512> buffer{};
    while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr)
      outcome.output += buffer.data();
    outcome.status = WEXITSTATUS(::pclose(pipe));
    return outcome;
  }

 private:
  fs::path folder_;
};

TEST(Packages, WithoutRootOrSudoTheExactCommandIsPrinted) {
  Machine machine;
  machine.command("id", "echo 1000");
  const Outcome outcome = machine.run("build");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.output.find("apt-get update && apt-get install -y"), std::string::npos)
      << outcome.output;
  EXPECT_NE(outcome.output.find("libtorch-dev"), std::string::npos);
  EXPECT_NE(outcome.output.find("libopenblas0-openmp"), std::string::npos);
  EXPECT_EQ(outcome.output.find("xdotool"), std::string::npos) << "a test package was asked for";
}

TEST(Packages, RootInstallsWhatIsMissing) {
  Machine machine;
  machine.command("id", "echo 0");
  machine.command("apt-get", "echo apt-get \"$@\"");
  const Outcome outcome = machine.run("test");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_NE(outcome.output.find("apt-get install -y --no-install-recommends g++"),
            std::string::npos)
      << outcome.output;
  EXPECT_NE(outcome.output.find("xdotool"), std::string::npos);
}

TEST(Packages, OthersUseSudo) {
  Machine machine;
  machine.command("id", "echo 1000");
  machine.command("apt-get", "echo apt-get \"$@\"");
  machine.command("sudo", "echo with sudo; \"$@\"");
  const Outcome outcome = machine.run("build");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_NE(outcome.output.find("with sudo\napt-get update"), std::string::npos) << outcome.output;
}

TEST(Packages, NothingMissingSaysNothing) {
  Machine machine;
  machine.command("dpkg-query", "awk '/^(build|test)/ {print \"installed \" $2}' '" +
                                    std::string(ANISO_SOURCE_DIR) + "/debian-packages.txt'");
  const Outcome outcome = machine.run("test");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.output, "");
}

}  // namespace
