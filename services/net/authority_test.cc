#include "net/authority.h"

#include "base/testing.h"

namespace airgap {
namespace {

Authority ImageAuthority(const AuthorityReach& reach) {
  auto authority = MakeImageAuthority(reach);
  ASSERT_OK(authority);
  return *authority;
}

std::vector<std::string> Outside(const Authority& authority, const CertificateNames& names) {
  auto outside = NamesOutside(authority, names);
  ASSERT_OK(outside);
  std::vector<std::string> all = outside->dns;
  all.insert(all.end(), outside->addresses.begin(), outside->addresses.end());
  return all;
}

void ReachIsWhatWasGivenAndTheMachineItself(void**) {
  Authority authority =
      ImageAuthority({{"seed.example.org"}, {"10.1.0.0/16", "fd00::/8", "192.0.2.7/32"}});
  assert_int_equal(
      Outside(authority, {{"seed.example.org", "a.seed.example.org", "localhost", "cozy-airgap"},
                          {"10.1.255.255", "fd12::1", "192.0.2.7", "127.0.0.1", "::1"}})
          .size(),
      0);
  auto outside = Outside(authority, {{"example.org", "seed.example.com"},
                                     {"10.2.0.0", "192.0.2.8", "fe80::1", "::2"}});
  assert_int_equal(outside.size(), 6);
}

void PrivateRangesAreThoseOfNobody(void**) {
  Authority authority = ImageAuthority({{}, PrivateSubnets()});
  CertificateNames fine{{},
                        {"10.0.2.15", "172.31.255.255", "192.168.0.1", "100.64.0.1", "169.254.1.1",
                         "fd00::5", "fe80::1", "fec0::15"}};
  assert_int_equal(Outside(authority, fine).size(), 0);
  CertificateNames others{{"example.org"}, {"172.32.0.0", "8.8.8.8", "2001:db8::1", "192.169.0.1"}};
  assert_int_equal(Outside(authority, others).size(), 5);
}

void WhatIsNoSubnetIsSaid(void**) {
  for (const char* bad : {"10.0.0.0", "10.0.0.0/33", "10.0.0/8", "fd00::/129", "x/8", "10.0.0.0/",
                          "10.0.0.0/8x", "10.0.0.0/-1", ""}) {
    auto authority = MakeImageAuthority({{}, {bad}});
    ASSERT_CODE(authority.status(), Code::kInvalidArgument);
    ASSERT_CONTAINS(authority.status().message(), "is no subnet");
  }
}

void AnImageOfASiteReachesAsFarAsTheSite(void**) {
  auto site = MakeSiteAuthority("Rack 7", {{"example.org"}, {"10.1.0.0/16"}});
  ASSERT_OK(site);
  auto image = IssueImageAuthority(*site);
  ASSERT_OK(image);
  ASSERT_TEXT(image->root(), site->certificate);
  assert_true(image->key != site->key);
  assert_int_equal(Outside(*image, {{"seed.example.org"}, {"10.1.2.3"}}).size(), 0);
  assert_int_equal(Outside(*image, {{"seed.example.com"}, {"10.2.2.3"}}).size(), 2);
}

void AnIdentityIsReadAsItWasWritten(void**) {
  auto site = MakeSiteAuthority("Rack 7", {{}, {"10.0.0.0/8"}});
  ASSERT_OK(site);
  auto of_site = IssueImageAuthority(*site);
  ASSERT_OK(of_site);
  for (const Authority& authority : {*of_site, ImageAuthority({{}, {"10.0.0.0/8"}})}) {
    auto read = ParseIdentity(FormatIdentity(authority), "x");
    ASSERT_OK(read);
    ASSERT_TEXT(read->certificate, authority.certificate);
    ASSERT_TEXT(read->key, authority.key);
    ASSERT_TEXT(read->issuer, authority.issuer);
  }
}

void WhatDoesNotFitTogetherIsRefused(void**) {
  auto site = MakeSiteAuthority("Rack 7", {{}, {"10.0.0.0/8"}});
  ASSERT_OK(site);
  auto image = IssueImageAuthority(*site);
  ASSERT_OK(image);
  Authority other = ImageAuthority({{}, {"10.0.0.0/8"}});
  auto says = [](const std::string& text) {
    auto read = ParseIdentity(text, "stick");
    ASSERT_CODE(read.status(), Code::kInvalidArgument);
    ASSERT_CONTAINS(read.status().message(), "stick");
    return read.status().message();
  };
  ASSERT_CONTAINS(says(""), "in PEM");
  ASSERT_CONTAINS(says(image->key), "in PEM");
  ASSERT_CONTAINS(says(other.key + image->certificate + image->issuer), "another certificate");
  ASSERT_CONTAINS(says(image->key + image->certificate + other.certificate), "did not sign it");
  ASSERT_CONTAINS(says(image->certificate + image->key), "holds no PEM key");
  ASSERT_CONTAINS(says(FormatIdentity(*image) + other.certificate), "in PEM");
  testing::TempFolder folder;
  CertificateFiles files = CertificateFiles::In(folder.path());
  ASSERT_OK(WriteAuthority(RealEnv(), files, other));
  ASSERT_OK(EnsureCertificates(RealEnv(), files, {{"localhost"}, {}}, nullptr));
  auto leaf = ReadWholeFile(RealEnv(), files.server_cert, 65536);
  auto key = ReadWholeFile(RealEnv(), files.server_key, 65536);
  ASSERT_OK(leaf);
  ASSERT_OK(key);
  auto no_ca = ParseAuthority(*leaf, *key, "stick");
  ASSERT_CODE(no_ca.status(), Code::kInvalidArgument);
}

void AServerIsIssuedForWhatIsInReach(void**) {
  auto site = MakeSiteAuthority("Rack 7", {{"example.org"}, {"10.1.0.0/16"}});
  ASSERT_OK(site);
  auto image = IssueImageAuthority(*site);
  ASSERT_OK(image);
  testing::TempFolder folder;
  CertificateFiles files = CertificateFiles::In(folder.path());
  ASSERT_OK(WriteAuthority(RealEnv(), files, *image));
  CertificateNames left_out;
  ASSERT_OK(EnsureCertificates(RealEnv(), files,
                               {{"seed.example.org", "elsewhere"}, {"10.1.0.5", "8.8.8.8"}},
                               nullptr, &left_out));
  assert_true(left_out == CertificateNames({{"elsewhere"}, {"8.8.8.8"}}));
  auto server = ReadWholeFile(RealEnv(), files.server_cert, 65536);
  ASSERT_OK(server);
  ASSERT_CONTAINS(*server, image->certificate + image->issuer);
  auto names = NamesInCertificate(*server);
  ASSERT_OK(names);
  assert_true(*names == CertificateNames({{"seed.example.org"}, {"10.1.0.5"}}));
  auto trusted = ReadWholeFile(RealEnv(), files.ca_cert, 65536);
  ASSERT_OK(trusted);
  ASSERT_TEXT(*trusted, site->certificate);
  bool changed = true;
  ASSERT_OK(EnsureCertificates(
      RealEnv(), files, {{"seed.example.org", "elsewhere"}, {"10.1.0.5", "8.8.8.8"}}, &changed));
  assert_false(changed);

  // Another image's CA is put there while a server runs.
  ASSERT_OK(WriteAuthority(RealEnv(), files, ImageAuthority({{}, {"10.1.0.0/16"}})));
  ASSERT_OK(EnsureCertificates(RealEnv(), files, {{"localhost"}, {}}, &changed));
  assert_true(changed);
}

void ATextIsSignedByItsAuthorityAlone(void**) {
  auto site = MakeSiteAuthority("Rack 7", {{}, {"10.0.0.0/8"}});
  ASSERT_OK(site);
  auto signature = SignText(*site, "name: x\n");
  ASSERT_OK(signature);
  ASSERT_OK(CheckSignedText(site->certificate, "name: x\n", *signature));
  ASSERT_CODE(CheckSignedText(site->certificate, "name: y\n", *signature), Code::kInvalidArgument);
  Authority other = ImageAuthority({{}, {"10.0.0.0/8"}});
  ASSERT_CODE(CheckSignedText(other.certificate, "name: x\n", *signature), Code::kInvalidArgument);
  for (const std::string& bad :
       {std::string(), std::string("x"), *signature + "x", std::string(72, '\0')}) {
    ASSERT_CODE(CheckSignedText(site->certificate, "name: x\n", bad), Code::kInvalidArgument);
  }
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(ReachIsWhatWasGivenAndTheMachineItself),
      cmocka_unit_test(PrivateRangesAreThoseOfNobody),
      cmocka_unit_test(WhatIsNoSubnetIsSaid),
      cmocka_unit_test(AnImageOfASiteReachesAsFarAsTheSite),
      cmocka_unit_test(AnIdentityIsReadAsItWasWritten),
      cmocka_unit_test(WhatDoesNotFitTogetherIsRefused),
      cmocka_unit_test(AServerIsIssuedForWhatIsInReach),
      cmocka_unit_test(ATextIsSignedByItsAuthorityAlone),
  };
  return cmocka_run_group_tests_name("net/authority", tests, nullptr, nullptr);
}
