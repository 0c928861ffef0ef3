#include "net/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509err.h>
#include <sys/stat.h>

#include <cstring>

namespace airgap {
namespace {

constexpr char kTls12Ciphers[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

// Plain HTTP/1.1 is all that is spoken behind TLS.
int ChooseProtocol(SSL*, const unsigned char** out, unsigned char* out_size,
                   const unsigned char* offered, unsigned offered_size, void*) {
  static const unsigned char kProtocol[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  int outcome = SSL_select_next_proto(&chosen, out_size, kProtocol, sizeof kProtocol - 1, offered,
                                      offered_size);
  *out = chosen;
  // A client that only offers something else still gets HTTP/1.1, as if it had offered nothing.
  return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

Status ConfigureProtocol(SSL_CTX* context) {
  // Session tickets would keep a key for later decryption, and cost every handshake a record.
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                   SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_alpn_select_cb(context, ChooseProtocol, nullptr);
  bool fine = SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
              SSL_CTX_set_ciphersuites(context,
                                       "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
                                       "TLS_CHACHA20_POLY1305_SHA256") == 1 &&
              SSL_CTX_set_cipher_list(context, kTls12Ciphers) == 1;
  return fine ? OkStatus() : Unsupported("cannot set TLS up: " + TakeOpensslError());
}

}  // namespace

std::string TakeOpensslError() {
  unsigned long error = ERR_get_error();
  ERR_clear_error();
  const char* reason = error == 0 ? nullptr : ERR_reason_error_string(error);
  return reason == nullptr ? "no reason given" : reason;
}

void SslDeleter::operator()(ssl_st* ssl) const { SSL_free(ssl); }

Result<std::shared_ptr<ssl_ctx_st>> TlsContext::MakeContext(const TlsFiles& files) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (context == nullptr) return Unsupported("cannot set TLS up: " + TakeOpensslError());
  RETURN_IF_ERROR(ConfigureProtocol(context.get()));
  if (SSL_CTX_use_certificate_chain_file(context.get(), files.cert_path.c_str()) != 1) {
    return InvalidArgument("cannot use the certificate in " + files.cert_path + ": " +
                           TakeOpensslError());
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), files.key_path.c_str(), SSL_FILETYPE_PEM) != 1) {
    if (ERR_GET_REASON(ERR_peek_error()) == X509_R_KEY_VALUES_MISMATCH) {
      ERR_clear_error();
      return InvalidArgument("the key in " + files.key_path +
                             " does not belong to the certificate" + " in " + files.cert_path);
    }
    return InvalidArgument("cannot use the key in " + files.key_path + ": " + TakeOpensslError());
  }
  return context;
}

Result<std::unique_ptr<TlsContext>> TlsContext::Load(const TlsFiles& files) {
  std::unique_ptr<TlsContext> tls(new TlsContext(files));
  tls->loaded_ = tls->ReadSignature();
  ASSIGN_OR_RETURN(tls->context_, MakeContext(files));
  return tls;
}

UniqueSsl TlsContext::NewConnection(int fd, bool ktls) const {
  std::shared_ptr<SSL_CTX> context;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    context = context_;
  }
  UniqueSsl ssl(SSL_new(context.get()));
  if (ssl == nullptr || SSL_set_fd(ssl.get(), fd) != 1) return nullptr;
  if (ktls) SSL_set_options(ssl.get(), SSL_OP_ENABLE_KTLS);
  SSL_set_accept_state(ssl.get());
  return ssl;
}

bool TlsContext::Signature::operator==(const Signature& other) const {
  for (int i = 0; i < 2; ++i) {
    if (changed[i].tv_sec != other.changed[i].tv_sec || inode[i] != other.inode[i] ||
        changed[i].tv_nsec != other.changed[i].tv_nsec) {
      return false;
    }
  }
  return true;
}

TlsContext::Signature TlsContext::ReadSignature() const {
  Signature signature;
  const std::string* paths[] = {&files_.cert_path, &files_.key_path};
  for (int i = 0; i < 2; ++i) {
    struct stat st = {};
    if (stat(paths[i]->c_str(), &st) != 0) continue;
    signature.changed[i] = st.st_mtim;
    signature.inode[i] = st.st_ino;
  }
  return signature;
}

Status TlsContext::ReloadIfChanged() {
  Signature now = ReadSignature();
  if (now == loaded_ || now == refused_) return OkStatus();
  Result<std::shared_ptr<SSL_CTX>> context = MakeContext(files_);
  if (!context.ok()) {
    refused_ = now;
    return context.status().WithContext("the certificate of before stays in use");
  }
  std::lock_guard<std::mutex> lock(mutex_);
  context_ = *std::move(context);
  loaded_ = now;
  return OkStatus();
}

}  // namespace airgap
