#include "store/bundle_writer.h"

#include <filesystem>

#include "base/env_testing.h"
#include "base/limits.h"
#include "base/testing.h"

using namespace airgap;
using airgap::testing::TempFolder;

namespace {

// Holds blobs, and gives up after `budget_bytes` of all of them together.
class FlakySource : public BlobSource {
 public:
  Descriptor Add(std::string bytes) {
    Descriptor descriptor;
    descriptor.digest = Digest::Of(AsBytes(bytes));
    descriptor.size_bytes = bytes.size();
    blobs_[descriptor.digest] = std::move(bytes);
    return descriptor;
  }
  Status Stream(const Descriptor& descriptor, const ByteSink& sink) override {
    return StreamFrom(descriptor, 0, sink);
  }
  Status StreamFrom(const Descriptor& descriptor, uint64_t from, const ByteSink& sink) override {
    const std::string& bytes = blobs_.at(descriptor.digest);
    while (from < bytes.size()) {
      uint64_t count = std::min<uint64_t>({64 * limits::kKiB, bytes.size() - from, budget_bytes});
      if (count == 0) return Unavailable("the source gave up");
      RETURN_IF_ERROR(sink(AsBytes(std::string_view(bytes).substr(from, count))));
      from += count;
      budget_bytes -= count;
      given_bytes += count;
    }
    return OkStatus();
  }
  uint64_t budget_bytes = UINT64_MAX;
  uint64_t given_bytes = 0;

 private:
  std::map<Digest, std::string> blobs_;
};

constexpr uint64_t kBlobBytes = 3 * limits::kMiB;

struct Fixture {
  TempFolder folder;
  FlakySource source;
  std::string path = folder / "out.tar";

  // Blobs of 3 MiB, one for each letter, and one of a few bytes.
  void Plan(BundlePlan* plan, const std::string& letters, const std::string& version = "1") {
    plan->SetName("n");
    plan->SetVersion(version);
    for (char letter : letters) {
      Descriptor descriptor = source.Add(std::string(kBlobBytes, letter));
      ASSERT_OK(plan->AddBlob(descriptor, ManifestKind::kNone, &source, "ghcr.io/org/app:v1"));
    }
    Descriptor small = source.Add("small " + version);
    ASSERT_OK(plan->AddBlob(small, ManifestKind::kNone, &source));
  }

  Status Run(const BundlePlan& plan, Env* env = RealEnv()) {
    auto writer = BundleWriter::Open(env, path, plan, WriteMode::kResumable);
    RETURN_IF_ERROR(writer.status());
    for (const PlacedBlob& blob : (*writer)->blobs()) {
      RETURN_IF_ERROR((*writer)->WriteBlob(blob));
    }
    Result<Digest> identity = (*writer)->Commit();
    kept_bytes = (*writer)->progress().kept_bytes;
    return identity.ok() ? OkStatus() : identity.status();
  }

  std::string Content(const std::string& file) {
    Result<std::string> content = ReadWholeFile(RealEnv(), file, 64 * limits::kMiB);
    ASSERT_OK(content);
    return *content;
  }

  // What writing it at once gives.
  std::string Expected(const BundlePlan& plan) {
    uint64_t given = source.given_bytes;
    uint64_t budget = source.budget_bytes;
    source.budget_bytes = UINT64_MAX;
    ASSERT_OK(WriteBundle(RealEnv(), folder / "whole", plan, nullptr));
    source.given_bytes = given;
    source.budget_bytes = budget;
    std::string content = Content(folder / "whole");
    std::filesystem::remove(folder / "whole");
    return content;
  }

  size_t FileCount() {
    size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
      (void)entry;
      ++files;
    }
    return files;
  }
  uint64_t kept_bytes = 0;
};

void AnInterruptedRunIsGoneOnWith(void**) {
  Fixture fixture;
  BundlePlan plan;
  fixture.Plan(&plan, "abc");
  std::string expected = fixture.Expected(plan);
  fixture.source.budget_bytes = kBlobBytes + kBlobBytes / 2;
  ASSERT_CODE(fixture.Run(plan), Code::kUnavailable);
  assert_false(std::filesystem::exists(fixture.path));
  uint64_t given = fixture.source.given_bytes;
  fixture.source.budget_bytes = UINT64_MAX;
  ASSERT_OK(fixture.Run(plan));
  assert_true(fixture.Content(fixture.path) == expected);
  // Nothing came twice.
  assert_int_equal(fixture.source.given_bytes, 3 * kBlobBytes + 7);
  assert_int_equal(fixture.kept_bytes, given);
  assert_int_equal(fixture.FileCount(), 1);
}

void WhatThePowerTookIsFetchedAgain(void**) {
  Fixture fixture;
  BundlePlan plan;
  fixture.Plan(&plan, "ab");
  std::string expected = fixture.Expected(plan);
  fixture.source.budget_bytes = kBlobBytes + 7 + kBlobBytes / 2;
  ASSERT_CODE(fixture.Run(plan), Code::kUnavailable);
  // The journal was written, the payloads were not.
  std::string partial = fixture.Content(fixture.path + ".partial");
  size_t payloads = partial.size() - 2 * kBlobBytes;
  auto file = RealEnv()->OpenPartial(fixture.path, 0644);
  ASSERT_OK(file);
  ASSERT_OK((*file)->WriteAt(payloads, AsBytes(std::string(2 * kBlobBytes - 2048, '\0'))));
  file->reset();
  fixture.source.budget_bytes = UINT64_MAX;
  ASSERT_OK(fixture.Run(plan));
  assert_true(fixture.Content(fixture.path) == expected);
}

void AnotherContentTakesWhatIsTheSame(void**) {
  Fixture fixture;
  BundlePlan first;
  fixture.Plan(&first, "abc", "1");
  fixture.source.budget_bytes = 2 * kBlobBytes + 100;
  ASSERT_CODE(fixture.Run(first), Code::kUnavailable);
  BundlePlan second;
  fixture.Plan(&second, "abcd", "2");
  std::string expected = fixture.Expected(second);
  fixture.source.budget_bytes = 10;  // stops again, and what was put aside stays
  ASSERT_CODE(fixture.Run(second), Code::kUnavailable);
  BundlePlan third;
  fixture.Plan(&third, "abce", "3");
  expected = fixture.Expected(third);
  fixture.source.budget_bytes = UINT64_MAX;
  uint64_t before = fixture.source.given_bytes;
  ASSERT_OK(fixture.Run(third));
  assert_true(fixture.Content(fixture.path) == expected);
  assert_true(fixture.source.given_bytes - before <= 2 * kBlobBytes + 100);
  assert_true(fixture.kept_bytes >= 2 * kBlobBytes);
  assert_int_equal(fixture.FileCount(), 1);
}

void ATornJournalCostsOnlyTime(void**) {
  Fixture fixture;
  BundlePlan plan;
  fixture.Plan(&plan, "ab");
  std::string expected = fixture.Expected(plan);
  fixture.source.budget_bytes = kBlobBytes + 100;
  ASSERT_CODE(fixture.Run(plan), Code::kUnavailable);
  std::string journal = fixture.path + ".journal.partial";
  std::string text = fixture.Content(journal);
  for (const std::string& content :
       {text.substr(0, text.size() - 3), std::string("rubbish\n\n x\n"),
        text + std::string(64, 'a') + " 99999999999999999999\n" + std::string(64, 'b') + " -1"}) {
    ASSERT_OK(WriteWholeFile(RealEnv(), journal, content, 0644));
    fixture.source.budget_bytes = 10;
    ASSERT_CODE(fixture.Run(plan), Code::kUnavailable);
  }
  fixture.source.budget_bytes = UINT64_MAX;
  ASSERT_OK(fixture.Run(plan));
  assert_true(fixture.Content(fixture.path) == expected);
}

void TwoRunsDoNotShareAFile(void**) {
  Fixture fixture;
  BundlePlan plan;
  fixture.Plan(&plan, "a");
  auto first = BundleWriter::Open(RealEnv(), fixture.path, plan, WriteMode::kResumable);
  ASSERT_OK(first);
  auto second = BundleWriter::Open(RealEnv(), fixture.path, plan, WriteMode::kResumable);
  assert_false(second.ok());
  ASSERT_CODE(second.status(), Code::kUnavailable);
  for (const PlacedBlob& blob : (*first)->blobs()) ASSERT_OK((*first)->WriteBlob(blob));
  ASSERT_OK((*first)->Commit());
  first->reset();
  ASSERT_OK(fixture.Run(plan));
}

// Whatever write fails, the next run ends well.
void EveryFailedWriteIsGoneOnFrom(void**) {
  Fixture fixture;
  BundlePlan plan;
  fixture.Plan(&plan, "");
  std::string expected = fixture.Expected(plan);
  airgap::testing::FaultEnv counting;
  ASSERT_OK(fixture.Run(plan, &counting));
  assert_true(counting.changes() > 8);
  for (uint64_t n = 1; n <= counting.changes(); ++n) {
    std::filesystem::remove(fixture.path);
    airgap::testing::FaultEnv env(n, EIO);
    (void)fixture.Run(plan, &env);
    ASSERT_OK(fixture.Run(plan));
    assert_true(fixture.Content(fixture.path) == expected);
    assert_int_equal(fixture.FileCount(), 1);
  }
}

void AStopEndsIt(void**) {
  Fixture fixture;
  BundlePlan plan;
  fixture.Plan(&plan, "a");
  auto writer = BundleWriter::Open(RealEnv(), fixture.path, plan, WriteMode::kResumable);
  ASSERT_OK(writer);
  (*writer)->Stop();
  ASSERT_CODE((*writer)->WriteBlob((*writer)->blobs()[0]), Code::kUnavailable);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(AnInterruptedRunIsGoneOnWith),
      cmocka_unit_test(WhatThePowerTookIsFetchedAgain),
      cmocka_unit_test(AnotherContentTakesWhatIsTheSame),
      cmocka_unit_test(ATornJournalCostsOnlyTime),
      cmocka_unit_test(TwoRunsDoNotShareAFile),
      cmocka_unit_test(EveryFailedWriteIsGoneOnFrom),
      cmocka_unit_test(AStopEndsIt),
  };
  return cmocka_run_group_tests_name("store/bundle_writer", tests, nullptr, nullptr);
}
