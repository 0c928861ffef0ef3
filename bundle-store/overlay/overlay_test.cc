// The overlay on a real disk, and on one that fails at every step in turn.
#include "overlay/overlay.h"

#include <thread>

#include "base/env_testing.h"
#include "base/limits.h"
#include "base/testing.h"

namespace airgap {
namespace {

using testing::FaultEnv;
using testing::TempFolder;

constexpr char kRepository[] = "ghcr.io/org/x";

std::unique_ptr<Overlay> OpenAt(const std::string& folder, Env* env = RealEnv(),
                                std::vector<std::string>* problems = nullptr) {
  std::vector<std::string> ignored;
  auto overlay = Overlay::Open(env, folder, problems == nullptr ? &ignored : problems);
  ASSERT_OK(overlay);
  return *std::move(overlay);
}

Status Push(Overlay* overlay, const std::string& bytes, const Digest& digest,
            const std::string& repository = kRepository) {
  ASSIGN_OR_RETURN(std::shared_ptr<Upload> upload, overlay->StartUpload(repository));
  Upload::Turn turn(upload);
  size_t half = bytes.size() / 2;
  RETURN_IF_ERROR(upload->Append(AsBytes(bytes.substr(0, half))));
  RETURN_IF_ERROR(upload->Append(AsBytes(bytes.substr(half))));
  return overlay->FinishUpload(upload, digest);
}

std::string BytesOf(const Overlay& overlay, const Digest& digest) {
  auto file = overlay.OpenBlob(digest);
  ASSERT_OK(file);
  std::string bytes((*file)->size_bytes(), '\0');
  ASSERT_OK((*file)->ReadAt(0, {reinterpret_cast<uint8_t*>(bytes.data()), bytes.size()}));
  return bytes;
}

OverlayManifest SomeManifest(const std::string& text, const std::string& subject = "") {
  return {Digest::Of(AsBytes(text)), media_type::kOciManifest,
          std::make_shared<const std::string>(text), subject};
}

size_t FilesIn(const std::string& folder) { return (*RealEnv()->ListFiles(folder)).size(); }

void WhatWasPushedIsThereAfterARestart(void**) {
  TempFolder folder;
  Digest sha256 = Digest::Of(AsBytes("bytes"));
  Digest sha512 = Digest::Of(AsBytes("bytes"), DigestAlgorithm::kSha512);
  OverlayManifest manifest = SomeManifest("{}");
  {
    auto overlay = OpenAt(folder / "o");
    ASSERT_OK(Push(overlay.get(), "bytes", sha256));
    ASSERT_OK(Push(overlay.get(), "bytes", sha512));
    ASSERT_OK(overlay->PutManifest(kRepository, manifest, {"v1", "latest"}));
  }
  auto overlay = OpenAt(folder / "o");
  ASSERT_TEXT(BytesOf(*overlay, sha256), "bytes");
  ASSERT_TEXT(BytesOf(*overlay, sha512), "bytes");
  assert_true(*overlay->HasBlob(kRepository, sha256));
  assert_false(*overlay->HasBlob("quay.io/org/x", sha256));
  assert_true(*overlay->Tags(kRepository) == std::vector<std::string>({"latest", "v1"}));
  assert_true(*overlay->FindTag(kRepository, "v1") == manifest.digest);
  ASSERT_TEXT(*overlay->FindManifest(kRepository, manifest.digest)->text, "{}");
  assert_true(*overlay->Repositories() == std::vector<std::string>({kRepository}));
}

void WrongBytesAreRefusedAndForgotten(void**) {
  TempFolder folder;
  auto overlay = OpenAt(folder / "o");
  Status status = Push(overlay.get(), "bytes", Digest::Of(AsBytes("others")));
  ASSERT_CODE(status, Code::kInvalidArgument);
  assert_int_equal(FilesIn(folder / "o/uploads"), 0);
  assert_int_equal(FilesIn(folder / "o/blobs/sha256"), 0);
  assert_false(*overlay->HasRepository(kRepository));
}

void ASharedBlobGoesWithItsLastRepository(void**) {
  TempFolder folder;
  auto overlay = OpenAt(folder / "o");
  Digest digest = Digest::Of(AsBytes("bytes"));
  ASSERT_OK(Push(overlay.get(), "bytes", digest));
  ASSERT_OK(overlay->LinkBlob("quay.io/org/y", digest));
  ASSERT_OK(overlay->DeleteBlob(kRepository, digest));
  assert_false(*overlay->HasBlob(kRepository, digest));
  ASSERT_TEXT(BytesOf(*overlay, digest), "bytes");
  ASSERT_OK(overlay->DeleteBlob("quay.io/org/y", digest));
  ASSERT_CODE(overlay->OpenBlob(digest).status(), Code::kNotFound);
  ASSERT_CODE(overlay->DeleteBlob("quay.io/org/y", digest), Code::kNotFound);
}

void ATagFollowsItsManifest(void**) {
  TempFolder folder;
  auto overlay = OpenAt(folder / "o");
  OverlayManifest first = SomeManifest("{\"a\":1}");
  OverlayManifest second = SomeManifest("{\"a\":2}");
  ASSERT_OK(overlay->PutManifest(kRepository, first, {"v1", "v2"}));
  ASSERT_OK(overlay->PutManifest(kRepository, second, {"v1"}));
  assert_true(*overlay->FindTag(kRepository, "v1") == second.digest);
  ASSERT_OK(overlay->DeleteTag(kRepository, "v1"));
  ASSERT_CODE(overlay->DeleteTag(kRepository, "v1"), Code::kNotFound);
  ASSERT_OK(overlay->FindManifest(kRepository, second.digest));
  ASSERT_OK(overlay->DeleteManifest(kRepository, first.digest));
  ASSERT_CODE(overlay->FindTag(kRepository, "v2").status(), Code::kNotFound);
}

void ReferrersAreThoseOfTheRepository(void**) {
  TempFolder folder;
  auto overlay = OpenAt(folder / "o");
  Digest subject = Digest::Of(AsBytes("subject"));
  std::string text =
      R"({"schemaVersion":2,"artifactType":"a/b","config":{"mediaType":"x/y","digest":")" +
      subject.ToString() + R"(","size":1},"layers":[],"annotations":{"k":"v"}})";
  ASSERT_OK(overlay->PutManifest(kRepository, SomeManifest(text, subject.ToString()), {}));
  auto listed = overlay->Referrers(kRepository, subject);
  ASSERT_OK(listed);
  assert_int_equal(listed->size(), 1);
  ASSERT_TEXT((*listed)[0].artifact_type, "a/b");
  ASSERT_TEXT((*listed)[0].Annotation("k"), "v");
  assert_int_equal(overlay->Referrers("quay.io/org/x", subject)->size(), 0);
}

void AStartTidiesUp(void**) {
  TempFolder folder;
  Digest kept = Digest::Of(AsBytes("kept"));
  Digest lost = Digest::Of(AsBytes("lost"));
  {
    auto overlay = OpenAt(folder / "o");
    ASSERT_OK(Push(overlay.get(), "kept", kept));
    ASSERT_OK(Push(overlay.get(), "lost", lost));
  }
  // What a power cut can leave: a half upload, a blob whose row was not written; and damage.
  ASSERT_OK(WriteWholeFile(RealEnv(), folder / "o/uploads/abc.partial-123456", "x", 0600));
  ASSERT_OK(
      WriteWholeFile(RealEnv(), folder / "o/blobs/sha256/" + std::string(64, '0'), "x", 0600));
  ASSERT_OK(RealEnv()->RemoveFile(folder / "o/blobs/sha256/" + lost.Hex()));
  std::vector<std::string> problems;
  auto overlay = OpenAt(folder / "o", RealEnv(), &problems);
  assert_int_equal(FilesIn(folder / "o/uploads"), 0);
  assert_int_equal(FilesIn(folder / "o/blobs/sha256"), 1);
  ASSERT_TEXT(BytesOf(*overlay, kept), "kept");
  assert_int_equal(problems.size(), 1);
  ASSERT_CONTAINS(problems[0], lost.ToString());
  assert_false(*overlay->HasBlob(kRepository, lost));
}

// Whatever fails, an answer that was fine stays true after a restart, and nothing lies about.
void ADiskThatFailsAnywhereLosesNothing(void**) {
  Digest first = Digest::Of(AsBytes("first"));
  Digest second = Digest::Of(AsBytes("second"));
  bool reached_the_end = false;
  for (uint64_t fail_at = 1; fail_at < 40 && !reached_the_end; ++fail_at) {
    TempFolder folder;
    FaultEnv env(fail_at, fail_at % 2 == 0 ? ENOSPC : EIO);
    std::vector<std::string> ignored;
    Status pushed[2] = {NotFound("not tried"), NotFound("not tried")};
    if (auto overlay = Overlay::Open(&env, folder / "o", &ignored); overlay.ok()) {
      pushed[0] = Push(overlay->get(), "first", first);
      pushed[1] = Push(overlay->get(), "second", second);
      if (pushed[0].ok()) (void)(*overlay)->DeleteBlob(kRepository, first);
    }
    reached_the_end = env.changes() < fail_at;
    auto overlay = OpenAt(folder / "o");
    assert_int_equal(FilesIn(folder / "o/uploads"), 0);
    assert_true(*overlay->HasBlob(kRepository, second) == pushed[1].ok());
    assert_int_equal(FilesIn(folder / "o/blobs/sha256"),
                     int{*overlay->HasBlob(kRepository, first)} + int{pushed[1].ok()});
    if (pushed[1].ok()) ASSERT_TEXT(BytesOf(*overlay, second), "second");
  }
  assert_true(reached_the_end);
}

void AFullDiskIsToldBeforehand(void**) {
  TempFolder folder;
  FaultEnv env;
  auto overlay = OpenAt(folder / "o", &env);
  env.free_bytes = limits::overlay_reserve_bytes + 100;
  ASSERT_OK(overlay->CheckSpace(100));
  ASSERT_CODE(overlay->CheckSpace(101), Code::kNoSpace);
  env.free_bytes = 1;
  ASSERT_CODE(overlay->StartUpload(kRepository).status(), Code::kNoSpace);
  ASSERT_CODE(overlay->PutManifest(kRepository, SomeManifest("{}"), {}), Code::kNoSpace);
}

void ASessionBelongsToOneRequestAndOneRepository(void**) {
  TempFolder folder;
  auto overlay = OpenAt(folder / "o");
  auto upload = overlay->StartUpload(kRepository);
  ASSERT_OK(upload);
  ASSERT_CODE(overlay->FindUpload("quay.io/org/x", (*upload)->id()).status(), Code::kNotFound);
  {
    Upload::Turn first(*upload);
    assert_true(first.ok());
    assert_false(Upload::Turn(*upload).ok());
    first.End();
    assert_true(Upload::Turn(*upload).ok());
  }
  assert_true(Upload::Turn(*upload).ok());
  overlay->DropUpload((*upload)->id());
  ASSERT_CODE(overlay->FindUpload(kRepository, (*upload)->id()).status(), Code::kNotFound);
}

void OneBlobFromManyClientsIsStoredOnce(void**) {
  TempFolder folder;
  auto overlay = OpenAt(folder / "o");
  std::string bytes(100'000, 'x');
  Digest digest = Digest::Of(AsBytes(bytes));
  std::atomic<int> fine{0};
  std::vector<std::thread> clients;
  clients.reserve(8);
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&, i] {
      std::string repository = "ghcr.io/org/x" + std::to_string(i);
      for (int round = 0; round < 5; ++round) {
        bool is_done = Push(overlay.get(), bytes, digest, repository).ok();
        if (i % 2 == 0) is_done = overlay->DeleteBlob(repository, digest).ok() && is_done;
        if (is_done) ++fine;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  assert_int_equal(fine, 40);
  assert_int_equal(FilesIn(folder / "o/blobs/sha256"), 1);
  assert_true(BytesOf(*overlay, digest) == bytes);
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(WhatWasPushedIsThereAfterARestart),
      cmocka_unit_test(WrongBytesAreRefusedAndForgotten),
      cmocka_unit_test(ASharedBlobGoesWithItsLastRepository),
      cmocka_unit_test(ATagFollowsItsManifest),
      cmocka_unit_test(ReferrersAreThoseOfTheRepository),
      cmocka_unit_test(AStartTidiesUp),
      cmocka_unit_test(ADiskThatFailsAnywhereLosesNothing),
      cmocka_unit_test(AFullDiskIsToldBeforehand),
      cmocka_unit_test(ASessionBelongsToOneRequestAndOneRepository),
      cmocka_unit_test(OneBlobFromManyClientsIsStoredOnce),
  };
  return cmocka_run_group_tests_name("overlay/overlay", tests, nullptr, nullptr);
}
