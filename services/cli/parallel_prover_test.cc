#include "cli/parallel_prover.h"

#include <map>
#include <mutex>

#include "base/env_testing.h"
#include "base/limits.h"
#include "base/testing.h"
#include "cli/hash_streams.h"
#include "store/bundle_file.h"
#include "store/bundle_testing.h"

namespace airgap {
namespace {

using testing::MakeTestPlan;
using testing::MemoryFile;
using testing::OpenBytes;
using testing::TempFolder;

std::string Noise(size_t size) {
  std::string bytes;
  bytes.reserve(size);
  uint32_t state = 1;
  while (bytes.size() < size) {
    state = state * 1664525U + 1013904223U;
    bytes += static_cast<char>(state >> 24);
  }
  return bytes;
}

// What came of each stream, by number.
struct Outcomes {
  std::mutex mutex;
  std::map<size_t, std::string> digests;  // or the error
};

class TestStream : public HashStream {
 public:
  TestStream(Outcomes* outcomes, size_t number, uint64_t offset, uint64_t size)
      : outcomes_(outcomes), number_(number), offset_(offset), size_(size) {}
  uint64_t offset_bytes() const override { return offset_; }
  uint64_t size_bytes() const override { return size_; }
  void Take(ByteSpan bytes) override { hasher_.Update(bytes); }
  void End(const Status& status) override {
    std::lock_guard<std::mutex> lock(outcomes_->mutex);
    outcomes_->digests[number_] = status.ok() ? hasher_.Finish().Hex() : status.message();
  }

 private:
  Outcomes* outcomes_;
  size_t number_;
  uint64_t offset_;
  uint64_t size_;
  Hasher hasher_;
};

void EveryStreamIsTakenOnceAndInOrder(void**) {
  std::string content = Noise(5 * limits::kMiB + 77);
  MemoryFile file(content);
  const uint64_t kSizes[] = {0, 1, 511, 3 * limits::kMiB, 0, 700'000, limits::verify_buffer_bytes};
  for (size_t threads : {size_t{1}, size_t{2}, size_t{3}, limits::verify_threads_max_count}) {
    Outcomes outcomes;
    size_t next = 0;
    uint64_t offset = 0;
    std::vector<std::string> expected;
    HashInParallel(file, threads, nullptr, [&]() -> std::unique_ptr<HashStream> {
      if (next == std::size(kSizes)) return nullptr;
      uint64_t size = kSizes[next];
      expected.push_back(Digest::Of(AsBytes(content.substr(offset, size))).Hex());
      auto stream = std::make_unique<TestStream>(&outcomes, next++, offset, size);
      offset += size;
      return stream;
    });
    assert_int_equal(outcomes.digests.size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i) ASSERT_TEXT(outcomes.digests[i], expected[i]);
  }
}

void AStreamThatCannotBeReadEndsWithTheError(void**) {
  MemoryFile file(Noise(2 * limits::kMiB), "broken");
  Outcomes outcomes;
  size_t next = 0;
  HashInParallel(file, 3, nullptr, [&]() -> std::unique_ptr<HashStream> {
    if (next == 3) return nullptr;
    // The second goes past the end.
    uint64_t size = next == 1 ? 4 * limits::kMiB : 1000;
    return std::make_unique<TestStream>(&outcomes, next++, 0, size);
  });
  assert_int_equal(outcomes.digests.size(), 3);
  ASSERT_CONTAINS(outcomes.digests[1], "broken ends at byte");
  ASSERT_TEXT(outcomes.digests[0], outcomes.digests[2]);
}

void StopIsHeard(void**) {
  MemoryFile file(Noise(limits::kMiB));
  std::atomic<bool> stop{false};
  Outcomes outcomes;
  size_t begun = 0;
  HashInParallel(file, 4, &stop, [&]() -> std::unique_ptr<HashStream> {
    if (++begun == 100) stop = true;
    return std::make_unique<TestStream>(&outcomes, begun, 0, limits::kMiB);
  });
  assert_true(begun < 200);
}

void AllProcessorsFindWhatOneFinds(void**) {
  std::string bytes = MakeTestPlan().Encode();
  for (const char* damage : {"", "tool layer", "app layer from quay", "multi arm64"}) {
    std::string damaged = bytes;
    if (damage[0] != '\0') damaged[damaged.rfind(damage)] = 'X';
    VerifyReport one = VerifyBundle(*OpenBytes(damaged), nullptr, nullptr);
    uint64_t done = 0;
    VerifyReport all = VerifyBundle(
        *OpenBytes(damaged), nullptr, [&](const VerifyProgress& now) { done = now.done_bytes; },
        ParallelProver(nullptr));
    assert_int_equal(all.verified_blobs, one.verified_blobs);
    assert_int_equal(all.verified_bytes, one.verified_bytes);
    assert_true(all.corrupt == one.corrupt);
    assert_true(all.problems == one.problems);
    assert_true(done > 2 * limits::kMiB);
  }
}

// The test bundle in parts of 600,000 bytes: the asset spans all of them.
std::string WriteSplit(const TempFolder& folder) {
  ASSERT_OK(WriteBundle(RealEnv(), folder / "x.tar", MakeTestPlan().plan, nullptr, 600'000));
  return folder / "x.tar.parts.json";
}

VerifyReport VerifyPath(const std::string& path) {
  auto file = OpenBundleFile(RealEnv(), path);
  ASSERT_OK(file);
  auto bundles = OpenBundlesIn(*file, nullptr);
  ASSERT_OK(bundles);
  return VerifyBundle(*bundles->at(0), nullptr, nullptr, ParallelProver(file->split));
}

void PartsAreProvenOnTheWay(void**) {
  TempFolder folder;
  std::string manifest = WriteSplit(folder);
  VerifyReport report = VerifyPath(manifest);
  assert_true(report.ok());
  assert_int_equal(report.verified_blobs, OpenBytes(MakeTestPlan().Encode())->blobs().size());

  // The padding behind the first blob: no blob's digest covers it, the part's does.
  std::string part = folder / "x.tar.part-001";
  auto bytes = ReadWholeFile(RealEnv(), part, UINT64_MAX);
  ASSERT_OK(bytes);
  auto bundle = OpenBytes(MakeTestPlan().Encode());
  const BlobEntry& first = bundle->blobs()[BlobsInFileOrder(*bundle)[0]];
  (*bytes)[first.offset_bytes + first.size_bytes] = 'x';
  ASSERT_OK(WriteWholeFile(RealEnv(), part, *bytes, 0644));
  report = VerifyPath(manifest);
  assert_true(report.corrupt.empty());
  assert_int_equal(report.problems.size(), 1);
  ASSERT_CONTAINS(report.problems[0], "x.tar.part-001 is damaged or of another bundle");
}

void SwappedPartsAreNamed(void**) {
  TempFolder folder;
  std::string manifest = WriteSplit(folder);
  std::filesystem::rename(folder / "x.tar.part-002", folder / "swap");
  std::filesystem::rename(folder / "x.tar.part-003", folder / "x.tar.part-002");
  std::filesystem::rename(folder / "swap", folder / "x.tar.part-003");
  VerifyReport report = VerifyPath(manifest);
  std::string all;
  for (const std::string& problem : report.problems) all += problem + "\n";
  ASSERT_CONTAINS(all, "x.tar.part-002 holds what part x.tar.part-003 should hold");
  ASSERT_CONTAINS(all, "x.tar.part-003 holds what part x.tar.part-002 should hold");
}

void WhatNothingNamesIsNoDamage(void**) {
  testing::TestPlan test("loose", "1");
  test.AddRoot(test.AddImage("whole"), "ghcr.io/org/app:v1");
  Descriptor loose = test.AddBlob("nobody wants me", "text/plain");
  auto bundle = OpenBytes(test.Encode());
  VerifyReport report = VerifyBundle(*bundle, nullptr, nullptr, ParallelProver(nullptr));
  assert_true(report.ok());
  assert_int_equal(report.unreferenced.size(), 1);
  assert_true(report.unreferenced[0] == loose.digest);
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(EveryStreamIsTakenOnceAndInOrder),
      cmocka_unit_test(AStreamThatCannotBeReadEndsWithTheError),
      cmocka_unit_test(StopIsHeard),
      cmocka_unit_test(AllProcessorsFindWhatOneFinds),
      cmocka_unit_test(PartsAreProvenOnTheWay),
      cmocka_unit_test(SwappedPartsAreNamed),
      cmocka_unit_test(WhatNothingNamesIsNoDamage),
  };
  return cmocka_run_group_tests_name("cli/parallel_prover", tests, nullptr, nullptr);
}
