#include "intake/archive_files.h"

#include <fstream>

#include "base/testing.h"
#include "intake/intake_testing.h"

using namespace airgap;
using namespace airgap::testing;

namespace {

Result<std::unique_ptr<LayoutFiles>> OpenBytes(const TempFolder& folder, const std::string& bytes,
                                               LinkRule links = LinkRule::kRefuse) {
  std::string path = folder / "archive.tar";
  std::ofstream(path, std::ios::binary) << bytes;
  return OpenLayoutArchive(RealEnv(), path, links, folder.path());
}

std::string ReadAll(LayoutFiles& files, const std::string& path) {
  Result<FileExtent> extent = files.Find(path);
  ASSERT_OK(extent);
  Result<std::string> text = ReadExtent(*extent, 1 << 20, path);
  ASSERT_OK(text);
  return *text;
}

void AssertRefused(const std::string& bytes, const char* why) {
  TempFolder folder;
  auto files = OpenBytes(folder, bytes);
  ASSERT_CODE(files.status(), Code::kCorrupt);
  ASSERT_CONTAINS(files.status().message(), why);
}

void FilesAreFoundWhereTheyLie(void**) {
  TempFolder folder;
  std::string large(1000, 'x');
  auto files =
      OpenBytes(folder, TarBytes({TarEntryBytes("./", "", '5'), TarEntryBytes("./a", "first"),
                                  TarEntryBytes("b/large", large), TarEntryBytes("b/empty", ""),
                                  TarEntryBytes("last", "end")}));
  ASSERT_OK(files);
  ASSERT_TEXT(ReadAll(**files, "a"), "first");
  ASSERT_TEXT(ReadAll(**files, "b/large"), large);
  ASSERT_TEXT(ReadAll(**files, "b/empty"), "");
  ASSERT_TEXT(ReadAll(**files, "last"), "end");
  ASSERT_CODE((*files)->Find("c").status(), Code::kNotFound);
}

void NamesThatLeaveTheArchiveAreRefused(void**) {
  AssertRefused(TarBytes({TarEntryBytes("../a", "x")}), "leaves the archive");
  AssertRefused(TarBytes({TarEntryBytes("a/../../b", "x")}), "leaves the archive");
  AssertRefused(TarBytes({TarEntryBytes("/etc/a", "x")}), "absolute");
}

void LinksAndDevicesAreRefused(void**) {
  AssertRefused(TarBytes({TarEntryBytes("a", "x"), TarEntryBytes("b", "", '1', "a")}), "hard link");
  AssertRefused(TarBytes({TarEntryBytes("b", "", '2', "a")}), "is a link");
  AssertRefused(TarBytes({TarEntryBytes("b", "", '3')}), "neither a file nor a folder");
}

void LinksOfDockerSaveStayInside(void**) {
  TempFolder folder;
  auto files = OpenBytes(
      folder,
      TarBytes({TarEntryBytes("1.tar", "layer"), TarEntryBytes("id/layer.tar", "", '2', "../1.tar"),
                TarEntryBytes("id/other", "", '2', "gone")}),
      LinkRule::kFollowInside);
  ASSERT_OK(files);
  ASSERT_TEXT(ReadAll(**files, "id/layer.tar"), "layer");
  ASSERT_CODE((*files)->Find("id/other").status(), Code::kNotFound);
  for (const char* target : {"/etc/passwd", "../../etc/passwd"}) {
    auto refused = OpenBytes(folder, TarBytes({TarEntryBytes("id/x", "", '2', target)}),
                             LinkRule::kFollowInside);
    ASSERT_CODE(refused.status(), Code::kCorrupt);
  }
}

void EveryTruncationIsNoticedOrHarmless(void**) {
  std::string whole = TarBytes(
      {TarEntryBytes("a", std::string(700, 'a')), TarEntryBytes("b", std::string(1300, 'b'))});
  for (size_t size = 0; size < whole.size(); size += 100) {
    TempFolder folder;
    auto files = OpenBytes(folder, whole.substr(0, size));
    if (!files.ok()) continue;
    // What is still listed is whole.
    for (const char* name : {"a", "b"}) {
      if ((*files)->Find(name).ok()) {
        ASSERT_TEXT(ReadAll(**files, name), std::string(name[0] == 'a' ? 700 : 1300, name[0]));
      }
    }
  }
  AssertRefused(whole.substr(0, 1000), "");
}

void NameThatStandsTwiceIsRefused(void**) {
  AssertRefused(TarBytes({TarEntryBytes("a", "x"), TarEntryBytes("./a", "y")}), "twice");
}

void GarbageIsNoArchive(void**) {
  AssertRefused("this is no archive at all, but a line of text that goes on for a while", "");
  AssertRefused("\x1f\x8b\x08 but not gzip", "");
}

void SizeThatIsNotThereIsRefusedAtOnce(void**) {
  std::string entry = TarEntryBytes("index.json", "");
  entry.replace(124, 11, "77777777777");  // 8 GiB less one byte
  unsigned sum = 0;
  entry.replace(148, 8, "        ");
  for (char c : entry) sum += static_cast<uint8_t>(c);
  char checksum[8];
  snprintf(checksum, sizeof checksum, "%06o", sum);
  entry.replace(148, 7, std::string(checksum, 7));
  AssertRefused(TarBytes({entry}), "");
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(FilesAreFoundWhereTheyLie),
      cmocka_unit_test(NamesThatLeaveTheArchiveAreRefused),
      cmocka_unit_test(LinksAndDevicesAreRefused),
      cmocka_unit_test(LinksOfDockerSaveStayInside),
      cmocka_unit_test(EveryTruncationIsNoticedOrHarmless),
      cmocka_unit_test(NameThatStandsTwiceIsRefused),
      cmocka_unit_test(GarbageIsNoArchive),
      cmocka_unit_test(SizeThatIsNotThereIsRefusedAtOnce),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
