#include "netboot/tftp_packet.h"

#include "base/limits.h"
#include "base/testing.h"
#include "netboot/tftp_window.h"

namespace airgap {
namespace {

using namespace std::string_literals;
using Outcome = TftpWindow::AckOutcome;

Result<TftpRequest> Parse(const std::string& packet) { return ParseTftpRequest(AsBytes(packet)); }

void ARequestWithEveryOptionIsParsed(void**) {
  auto request = Parse("\0\1boot/a\0OCTET\0blksize\0"s + "1468\0TSIZE\0"s + "0\0timeout\0"s +
                       "3\0windowsize\0"s + "16\0multicast\0\0"s);
  ASSERT_OK(request);
  ASSERT_TEXT(request->file_name, "boot/a");
  ASSERT_TEXT(request->mode, "octet");
  assert_int_equal(*request->options.block_size_bytes, 1468);
  assert_int_equal(*request->options.transfer_size_bytes, 0);
  assert_int_equal(*request->options.timeout_s, 3);
  assert_int_equal(*request->options.window_blocks, 16);
}

void OptionsThatTheRfcForbidsCountAsNotSent(void**) {
  for (const char* option : {"blksize=7", "blksize=65465", "blksize=1e3", "blksize=-8",
                             "blksize=", "timeout=0", "timeout=256", "windowsize=0",
                             "windowsize=65536", "tsize=99999999999999999999", "blksize= 512"}) {
    std::string text = option;
    text[text.find('=')] = '\0';
    auto request = Parse("\0\1a\0octet\0"s + text + "\0"s);
    ASSERT_OK(request);
    assert_true(request->options.empty());
  }
}

void TheFirstOfTwoOptionsCounts(void**) {
  auto request = Parse("\0\1a\0octet\0blksize\0"s + "600\0blksize\0"s + "700\0"s);
  ASSERT_OK(request);
  assert_int_equal(*request->options.block_size_bytes, 600);
}

void PaddingBehindARequestIsIgnored(void**) {
  auto request = Parse("\0\1a\0octet\0blksize\0"s + "600\0"s + std::string(100, '\0'));
  ASSERT_OK(request);
  assert_int_equal(*request->options.block_size_bytes, 600);
  request = Parse("\0\1a\0octet\0garbage"s);
  ASSERT_OK(request);
}

void WhatIsNoRequestIsRefused(void**) {
  for (const std::string& packet :
       {""s, "\0"s, "\0\1"s, "\0\1a"s, "\0\1a\0"s, "\0\1a\0octet"s, "\0\1\0octet\0"s,
        "\0\3a\0octet\0"s, "\1\1a\0octet\0"s, "\0\5\0\0x\0"s}) {
    ASSERT_CODE(Parse(packet).status(), Code::kInvalidArgument);
  }
  std::string long_name = "\0\1"s + std::string(limits::tftp_request_max_bytes, 'a') + "\0octet\0"s;
  ASSERT_CODE(Parse(long_name).status(), Code::kLimitExceeded);
}

void RepliesAreParsed(void**) {
  auto ack = ParseTftpReply(AsBytes("\0\4\xFF\xFE"s));
  ASSERT_OK(ack);
  assert_int_equal(ack->block, 0xFFFE);
  auto error = ParseTftpReply(AsBytes("\0\5\0\10no\x1B[31m options\0junk"s));
  ASSERT_OK(error);
  assert_int_equal(error->error, 8);
  ASSERT_TEXT(error->message, "no?[31m options");
  for (const std::string& packet : {""s, "\0\4\0"s, "\0\3\0\1data"s, "\0\1a\0octet\0"s}) {
    ASSERT_CODE(ParseTftpReply(AsBytes(packet)).status(), Code::kInvalidArgument);
  }
}

void AnOptionAckNamesWhatIsGranted(void**) {
  TftpOptions options;
  options.block_size_bytes = 1468;
  options.transfer_size_bytes = 5;
  ASSERT_TEXT(FormatTftpOptionAck(options), "\0\6blksize\0"s + "1468\0tsize\0"s + "5\0"s);
  ASSERT_TEXT(FormatTftpError(TftpError::kFileNotFound, "no\n"), "\0\5\0\1no?\0"s);
}

void GrantsAreNeverMoreThanAsked(void**) {
  TftpOptions asked;
  assert_true(GrantTftpOptions(asked, 100, 1468).empty());
  asked.block_size_bytes = 8192;
  asked.window_blocks = 1000;
  asked.timeout_s = 7;
  asked.transfer_size_bytes = 0;
  TftpOptions granted = GrantTftpOptions(asked, 100, 1468);
  assert_int_equal(*granted.block_size_bytes, 1468);
  assert_int_equal(*granted.window_blocks, limits::tftp_window_max_blocks);
  assert_int_equal(*granted.timeout_s, 7);
  assert_int_equal(*granted.transfer_size_bytes, 100);
  granted = GrantTftpOptions(asked, 100, limits::tftp_block_size_max_bytes);
  assert_int_equal(*granted.block_size_bytes, 8192);
  assert_true(*granted.window_blocks * 8192 <= limits::tftp_window_max_bytes);
  asked.block_size_bytes = 65464;
  granted = GrantTftpOptions(asked, 100, limits::tftp_block_size_max_bytes);
  assert_int_equal(*granted.window_blocks, 1);
}

void AnAssetOfWholeBlocksEndsWithAnEmptyOne(void**) {
  TftpWindow window({}, 1024);
  assert_false(window.waits_for_option_ack());
  assert_int_equal(window.last_block(), 1);
  assert_int_equal(window.WindowBytes(), 512);
  window.MarkSent();
  assert_true(window.TakeAck(1) == Outcome::kAdvance);
  window.MarkSent();
  assert_true(window.TakeAck(2) == Outcome::kAdvance);
  assert_int_equal(window.LengthOf(window.first_block()), 0);
  window.MarkSent();
  assert_true(window.TakeAck(3) == Outcome::kDone);
}

void AnEmptyAssetIsOneEmptyBlock(void**) {
  TftpWindow window({}, 0);
  assert_int_equal(window.WindowBytes(), 0);
  window.MarkSent();
  assert_true(window.TakeAck(1) == Outcome::kDone);
}

void AWindowGoesOnBehindAPartialAck(void**) {
  TftpOptions granted;
  granted.window_blocks = 4;
  TftpWindow window(granted, 5120);
  assert_true(window.waits_for_option_ack());
  assert_true(window.TakeAck(3) == Outcome::kIgnore);
  assert_true(window.TakeAck(0) == Outcome::kAdvance);
  window.MarkSent();
  assert_true(window.TakeAck(0) == Outcome::kRepeated);
  assert_true(window.TakeAck(5) == Outcome::kIgnore);  // not sent yet
  assert_true(window.TakeAck(2) == Outcome::kAdvance);
  assert_int_equal(window.first_block(), 3);
  assert_int_equal(window.last_block(), 6);
  window.MarkSent();
  assert_true(window.TakeAck(1) == Outcome::kIgnore);  // acknowledged before
  assert_true(window.TakeAck(6) == Outcome::kAdvance);
  assert_int_equal(window.last_block(), 10);
}

void BlockNumbersWrapToZero(void**) {
  TftpOptions granted;
  granted.block_size_bytes = 8;
  granted.window_blocks = 7;
  TftpWindow window(granted, 8 * 200'000 + 3);
  assert_true(window.TakeAck(0) == Outcome::kAdvance);
  Outcome outcome = Outcome::kAdvance;
  while (outcome == Outcome::kAdvance) {
    window.MarkSent();
    outcome = window.TakeAck(static_cast<uint16_t>(window.last_block()));
  }
  assert_true(outcome == Outcome::kDone);
  assert_int_equal(window.acked_blocks(), 200'001);
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(ARequestWithEveryOptionIsParsed),
      cmocka_unit_test(OptionsThatTheRfcForbidsCountAsNotSent),
      cmocka_unit_test(TheFirstOfTwoOptionsCounts),
      cmocka_unit_test(PaddingBehindARequestIsIgnored),
      cmocka_unit_test(WhatIsNoRequestIsRefused),
      cmocka_unit_test(RepliesAreParsed),
      cmocka_unit_test(AnOptionAckNamesWhatIsGranted),
      cmocka_unit_test(GrantsAreNeverMoreThanAsked),
      cmocka_unit_test(AnAssetOfWholeBlocksEndsWithAnEmptyOne),
      cmocka_unit_test(AnEmptyAssetIsOneEmptyBlock),
      cmocka_unit_test(AWindowGoesOnBehindAPartialAck),
      cmocka_unit_test(BlockNumbersWrapToZero),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
