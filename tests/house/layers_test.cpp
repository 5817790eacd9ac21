// The arrows of the house: which folder may include which. Keep in step with core/CMakeLists.txt.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

fs::path root() { return ANISO_SOURCE_DIR; }

struct Include {
  std::string file;
  std::string target;
};

std::vector<fs::path> sources(const std::string& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(root() / folder))
    if (entry.path().extension() == ".h" || entry.path().extension() == ".cpp")
      files.push_back(entry.path());
  return files;
}

std::vector<Include> includes(const std::string& folder) {
  static const std::regex kInclude(R"re(^\s*#\s*include\s*[<"]([^>"]+)[>"])re");
  std::vector<Include> found;
  for (const auto& path : sources(folder)) {
    std::ifstream file(path);
    std::smatch match;
    for (std::string line; std::getline(file, line);)
      if (std::regex_search(line, match, kInclude))
        found.push_back({fs::relative(path, root()).string(), match[1]});
  }
  return found;
}

std::string second_part(const std::string& path) {
  const auto first = path.find('/');
  return path.substr(first + 1, path.find('/', first + 1) - first - 1);
}

// Direct arrows; what a folder may include is their transitive closure.
const std::map<std::string, std::set<std::string>> kArrows = {
    {"base", {}},
    {"io", {"base"}},
    {"geometry", {"base"}},
    {"theory", {"geometry"}},
    {"data", {"io", "geometry", "theory"}},
    {"nn", {"geometry", "theory"}},
    {"diffusion", {"nn", "theory"}},
    {"figure", {"io", "geometry", "theory"}},
    {"analysis", {"nn", "data", "diffusion", "figure"}},
    {"training", {"nn", "data", "diffusion", "figure"}},
    {"session", {"analysis", "training", "io", "theory"}},
    {"engines", {"session"}},
};

std::set<std::string> reachable(const std::string& from) {
  std::set<std::string> all = {from};
  for (const auto& next : kArrows.at(from)) all.merge(reachable(next));
  return all;
}

TEST(Layers, EveryIncludeInCoreFollowsTheArrows) {
  int checked = 0;
  for (const auto& [file, target] : includes("core")) {
    EXPECT_FALSE(target.starts_with("app/")) << file << " includes " << target;
    if (!target.starts_with("core/")) continue;
    ++checked;
    const std::string folder = second_part(file);
    ASSERT_TRUE(kArrows.contains(folder)) << "unknown folder core/" << folder;
    EXPECT_TRUE(reachable(folder).contains(second_part(target)))
        << file << " includes " << target << ": against the arrows";
  }
  EXPECT_GT(checked, 50);
}

TEST(Layers, CoreKnowsNoScreen) {
  static const std::regex kScreen("^(imgui|GLFW/|GL/|epoxy/|X11/)");
  for (const auto& [file, target] : includes("core"))
    EXPECT_FALSE(std::regex_search(target, kScreen)) << file << " includes " << target;
}

TEST(Layers, LibTorchStaysInItsOwnFiles) {
  static const std::regex kTorch("^(torch|ATen|c10)/");
  static const std::regex kAllowed(R"(^core/(nn|training)/.*_torch\.(h|cpp)$)");
  int seen = 0;
  for (const std::string folder : {"core", "app"})
    for (const auto& [file, target] : includes(folder)) {
      if (!std::regex_search(target, kTorch)) continue;
      ++seen;
      EXPECT_TRUE(std::regex_match(file, kAllowed)) << file << " includes " << target;
    }
  EXPECT_GT(seen, 0);
}

TEST(Layers, NoPublicHeaderIncludesATorchHeader) {
  for (const auto& [file, target] : includes("core"))
    if (target.ends_with("_torch.h")) {
      EXPECT_NE(file.find("_torch."), std::string::npos) << file << " includes " << target;
    }
}

TEST(Layers, FilesStayShort) {
  for (const std::string folder : {"core", "app", "tests"})
    for (const auto& path : sources(folder)) {
      std::ifstream file(path);
      int lines = 0;
      for (std::string line; std::getline(file, line);) ++lines;
      EXPECT_LE(lines, 600) << path;
    }
}

}  // namespace
