// What Swift cannot import from libssl: macros. No logic, no policy.
#ifndef ACME_COPENSSLTLS_SHIM_H
#define ACME_COPENSSLTLS_SHIM_H

#include <openssl/err.h>
#include <openssl/ssl.h>

// A macro around SSL_CTX_ctrl.
static inline int COpenSSLTLS_set_minimum_tls12(SSL_CTX *context) {
  return (int)SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}

// A macro around SSL_ctrl.
static inline int COpenSSLTLS_set_server_name(SSL *session, const char *name) {
  return (int)SSL_set_tlsext_host_name(session, name);
}

#endif
