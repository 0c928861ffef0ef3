#include "netboot/time_server.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <ctime>

#include "netboot/sntp_packet.h"

namespace airgap {
namespace {

constexpr int kLookAgainMs = 200;

// One question, and where it came to: a host with several addresses must answer from that one.
struct Question {
  sockaddr_in from{};
  in_addr to{};
  std::array<uint8_t, kSntpPacketBytes> bytes{};
  size_t size = 0;
};

bool Receive(int socket, Question* question) {
  iovec part = {question->bytes.data(), question->bytes.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(in_pktinfo))];
  msghdr message{};
  message.msg_name = &question->from;
  message.msg_namelen = sizeof question->from;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t count = recvmsg(socket, &message, MSG_DONTWAIT);
  if (count < 0) return false;
  question->size = static_cast<size_t>(count);
  for (cmsghdr* at = CMSG_FIRSTHDR(&message); at != nullptr; at = CMSG_NXTHDR(&message, at)) {
    if (at->cmsg_level != IPPROTO_IP || at->cmsg_type != IP_PKTINFO) continue;
    question->to = reinterpret_cast<const in_pktinfo*>(CMSG_DATA(at))->ipi_addr;
  }
  return true;
}

void Send(int socket, const Question& question, std::array<uint8_t, kSntpPacketBytes> answer) {
  iovec part = {answer.data(), answer.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(in_pktinfo))] = {};
  sockaddr_in to = question.from;
  msghdr message{};
  message.msg_name = &to;
  message.msg_namelen = sizeof to;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = IPPROTO_IP;
  head->cmsg_type = IP_PKTINFO;
  head->cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
  reinterpret_cast<in_pktinfo*>(CMSG_DATA(head))->ipi_spec_dst = question.to;
  // Lost is lost: the client asks again.
  (void)!sendmsg(socket, &message, MSG_DONTWAIT);
}

timespec Now() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return now;
}

}  // namespace

Status TimeServer::Start(uint16_t port) {
  if (socket_.valid()) return OkStatus();
  UniqueFd made(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!made.valid()) return ErrnoStatus(errno, "cannot make a UDP socket");
  int on = 1;
  sockaddr_in any{};
  any.sin_family = AF_INET;
  any.sin_port = htons(port);
  if (setsockopt(made.get(), IPPROTO_IP, IP_PKTINFO, &on, sizeof on) != 0 ||
      bind(made.get(), reinterpret_cast<sockaddr*>(&any), sizeof any) != 0) {
    std::string shown = "UDP port " + std::to_string(port);
    if (errno != EADDRINUSE) return ErrnoStatus(errno, "cannot tell the time on " + shown);
    return Unavailable(shown +
                       " is another program's: machines have the time only if that tells it,"
                       " or if the site file names a server in netboot.dhcp.ntp");
  }
  socket_ = std::move(made);
  is_stopped_ = false;
  thread_ = std::thread([this] { Run(); });
  return OkStatus();
}

void TimeServer::Stop() {
  if (!thread_.joinable()) return;
  is_stopped_ = true;
  thread_.join();
  socket_.Reset();
}

void TimeServer::Run() {
  while (!is_stopped_) {
    pollfd waited = {socket_.get(), POLLIN, 0};
    if (poll(&waited, 1, kLookAgainMs) <= 0) continue;
    Question question;
    while (!is_stopped_ && Receive(socket_.get(), &question)) {
      timespec received = Now();
      auto answer = AnswerSntp({question.bytes.data(), question.size}, received, Now());
      if (answer) Send(socket_.get(), question, *answer);
    }
  }
}

}  // namespace airgap
