#include "net/certs.h"

#include <sys/stat.h>

#include "base/testing.h"

namespace airgap {
namespace {

constexpr uint64_t kMaxBytes = uint64_t{64} * 1024;

std::string Read(const std::string& path) {
  auto text = ReadWholeFile(RealEnv(), path, kMaxBytes);
  ASSERT_OK(text);
  return *text;
}

CertificateNames SomeNames() {
  return {{"localhost", "seed.lan"}, {"127.0.0.1", "10.0.0.7", "fd00::1"}};
}

void ACaAndAServerCertificateAreMadeOnce(void**) {
  testing::TempFolder folder;
  CertificateFiles files = CertificateFiles::In(folder.path());
  bool changed = false;
  ASSERT_OK(EnsureCertificates(RealEnv(), files, SomeNames(), &changed));
  assert_true(changed);
  std::string ca = Read(files.ca_cert);
  std::string server = Read(files.server_cert);
  ASSERT_CONTAINS(server, ca);  // the chain
  ASSERT_OK(EnsureCertificates(RealEnv(), files, SomeNames(), &changed));
  assert_false(changed);
  ASSERT_TEXT(Read(files.server_cert), server);
  auto names = NamesInCertificate(server);
  ASSERT_OK(names);
  assert_true(*names == SomeNames());
}

void NobodyElseReadsTheKeys(void**) {
  testing::TempFolder folder;
  CertificateFiles files = CertificateFiles::In(folder.path());
  ASSERT_OK(EnsureCertificates(RealEnv(), files, SomeNames(), nullptr));
  for (const std::string& path : {files.ca_key, files.server_key}) {
    struct stat st = {};
    assert_int_equal(stat(path.c_str(), &st), 0);
    assert_int_equal(st.st_mode & 07, 0);
  }
}

void AnotherAddressGivesAnotherCertificateOfTheSameCa(void**) {
  testing::TempFolder folder;
  CertificateFiles files = CertificateFiles::In(folder.path());
  ASSERT_OK(EnsureCertificates(RealEnv(), files, SomeNames(), nullptr));
  std::string ca = Read(files.ca_cert);
  std::string key = Read(files.server_key);
  CertificateNames names = SomeNames();
  names.addresses.push_back("10.0.0.8");
  bool changed = false;
  ASSERT_OK(EnsureCertificates(RealEnv(), files, names, &changed));
  assert_true(changed);
  ASSERT_TEXT(Read(files.ca_cert), ca);
  ASSERT_TEXT(Read(files.server_key), key);
  auto covered = NamesInCertificate(Read(files.server_cert));
  ASSERT_OK(covered);
  assert_true(*covered == names);
}

void AKeyThatDoesNotFitIsNamedAndKept(void**) {
  testing::TempFolder folder;
  CertificateFiles files = CertificateFiles::In(folder.path());
  ASSERT_OK(WriteWholeFile(RealEnv(), files.ca_key, "garbage", 0600));
  Status status = EnsureCertificates(RealEnv(), files, SomeNames(), nullptr);
  ASSERT_CODE(status, Code::kInvalidArgument);
  ASSERT_CONTAINS(status.message(), files.ca_key);
  ASSERT_TEXT(Read(files.ca_key), "garbage");
}

void AFingerprintIsTheSha256OfTheCertificate(void**) {
  testing::TempFolder folder;
  CertificateFiles files = CertificateFiles::In(folder.path());
  ASSERT_OK(EnsureCertificates(RealEnv(), files, SomeNames(), nullptr));
  auto fingerprint = CertificateFingerprint(Read(files.ca_cert));
  ASSERT_OK(fingerprint);
  assert_int_equal(fingerprint->size(), 95);
  ASSERT_CODE(CertificateFingerprint("no PEM").status(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(ACaAndAServerCertificateAreMadeOnce),
      cmocka_unit_test(NobodyElseReadsTheKeys),
      cmocka_unit_test(AnotherAddressGivesAnotherCertificateOfTheSameCa),
      cmocka_unit_test(AKeyThatDoesNotFitIsNamedAndKept),
      cmocka_unit_test(AFingerprintIsTheSha256OfTheCertificate),
  };
  return cmocka_run_group_tests_name("net/certs", tests, nullptr, nullptr);
}
