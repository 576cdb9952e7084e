// What Swift cannot import from libcrypto: macros and variadic functions. No logic, no policy.
#ifndef ACME_COPENSSL_SHIM_H
#define ACME_COPENSSL_SHIM_H

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/ui.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// A macro around BIO_ctrl.
static inline long COpenSSL_BIO_get_mem_data(BIO *bio, char **data) {
  return BIO_get_mem_data(bio, data);
}

// OPENSSL_free is a macro that adds file and line.
static inline void COpenSSL_free(void *memory) { OPENSSL_free(memory); }

// EVP_EC_gen and EVP_RSA_gen are macros around a variadic function.
static inline EVP_PKEY *COpenSSL_EVP_EC_gen(const char *curve) {
  return EVP_PKEY_Q_keygen(NULL, NULL, "EC", curve);
}
static inline EVP_PKEY *COpenSSL_EVP_RSA_gen(size_t bits) {
  return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", bits);
}
static inline EVP_PKEY *COpenSSL_EVP_ED25519_gen(void) {
  return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
}

// The functions of a stack are generated for each type of element.
static inline int COpenSSL_GENERAL_NAME_count(const GENERAL_NAMES *names) {
  return sk_GENERAL_NAME_num(names);
}
static inline GENERAL_NAME *COpenSSL_GENERAL_NAME_at(const GENERAL_NAMES *names, int index) {
  return sk_GENERAL_NAME_value(names, index);
}
static inline int COpenSSL_GENERAL_NAME_push(GENERAL_NAMES *names, GENERAL_NAME *name) {
  return sk_GENERAL_NAME_push(names, name);
}

static inline int COpenSSL_ACCESS_DESCRIPTION_count(const AUTHORITY_INFO_ACCESS *all) {
  return sk_ACCESS_DESCRIPTION_num(all);
}
static inline ACCESS_DESCRIPTION *COpenSSL_ACCESS_DESCRIPTION_at(const AUTHORITY_INFO_ACCESS *all, int index) {
  return sk_ACCESS_DESCRIPTION_value(all, index);
}

static inline STACK_OF(X509) *COpenSSL_X509_stack(void) { return sk_X509_new_null(); }
static inline int COpenSSL_X509_push(STACK_OF(X509) *stack, X509 *one) { return sk_X509_push(stack, one); }
static inline int COpenSSL_X509_count(const STACK_OF(X509) *stack) { return sk_X509_num(stack); }
static inline X509 *COpenSSL_X509_at(const STACK_OF(X509) *stack, int index) { return sk_X509_value(stack, index); }
// Frees the stack alone.
static inline void COpenSSL_X509_stack_free(STACK_OF(X509) *stack) { sk_X509_free(stack); }

static inline STACK_OF(X509_EXTENSION) *COpenSSL_X509_EXTENSION_stack(void) {
  return sk_X509_EXTENSION_new_null();
}
static inline int COpenSSL_X509_EXTENSION_push(STACK_OF(X509_EXTENSION) *stack, X509_EXTENSION *one) {
  return sk_X509_EXTENSION_push(stack, one);
}
static inline void COpenSSL_X509_EXTENSION_free(STACK_OF(X509_EXTENSION) *stack) {
  sk_X509_EXTENSION_pop_free(stack, X509_EXTENSION_free);
}

// Deprecated since OpenSSL 3.0, and yet the only way to a PKCS#11 token where there is no provider for that, as in
// Debian 12.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
static inline ENGINE *COpenSSL_ENGINE_by_id(const char *id) { return ENGINE_by_id(id); }
static inline int COpenSSL_ENGINE_command(ENGINE *engine, const char *name, const char *value) {
  return ENGINE_ctrl_cmd_string(engine, name, value, 0);
}
static inline int COpenSSL_ENGINE_init(ENGINE *engine) { return ENGINE_init(engine); }
static inline EVP_PKEY *COpenSSL_ENGINE_private_key(ENGINE *engine, const char *name, UI_METHOD *asking, void *data) {
  return ENGINE_load_private_key(engine, name, asking, data);
}
static inline EVP_PKEY *COpenSSL_ENGINE_public_key(ENGINE *engine, const char *name, UI_METHOD *asking, void *data) {
  return ENGINE_load_public_key(engine, name, asking, data);
}
#pragma GCC diagnostic pop

// Inline functions that Debian's older headers have as macros.
static inline int COpenSSL_error_library(unsigned long code) { return ERR_GET_LIB(code); }
static inline int COpenSSL_error_reason(unsigned long code) { return ERR_GET_REASON(code); }

// Macros that are made of other macros.
static const int COpenSSL_keypair = EVP_PKEY_KEYPAIR;
static const int COpenSSL_public_key = EVP_PKEY_PUBLIC_KEY;
static const int COpenSSL_unsupported = ERR_R_UNSUPPORTED;
static const unsigned long COpenSSL_one_line_name = XN_FLAG_RFC2253;

#endif
