// curl_easy_setopt, curl_easy_getinfo and curl_multi_setopt are variadic macros, which Swift cannot import: one wrapper
// for each type of argument. No logic, no policy.
#ifndef ACME_CCURL_SHIM_H
#define ACME_CCURL_SHIM_H

#include <curl/curl.h>

typedef size_t (*CCurl_callback)(char *data, size_t size, size_t count, void *context);

static inline CURLcode CCurl_set_long(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode CCurl_set_string(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode CCurl_set_pointer(CURL *handle, CURLoption option, void *value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode CCurl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode CCurl_set_callback(CURL *handle, CURLoption option, CCurl_callback value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode CCurl_set_seek(CURL *handle, curl_seek_callback value) {
  return curl_easy_setopt(handle, CURLOPT_SEEKFUNCTION, value);
}
static inline CURLcode CCurl_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode CCurl_set_blob(CURL *handle, CURLoption option, const void *bytes, size_t count) {
  struct curl_blob blob = {(void *)bytes, count, CURL_BLOB_COPY};
  return curl_easy_setopt(handle, option, &blob);
}
static inline CURLMcode CCurl_multi_set_long(CURLM *handle, CURLMoption option, long value) {
  return curl_multi_setopt(handle, option, value);
}
static inline CURLcode CCurl_get_offset(CURL *handle, CURLINFO info, curl_off_t *value) {
  return curl_easy_getinfo(handle, info, value);
}
static inline CURLcode CCurl_get_long(CURL *handle, CURLINFO info, long *value) {
  return curl_easy_getinfo(handle, info, value);
}
static inline CURLcode CCurl_get_socket(CURL *handle, CURLINFO info, curl_socket_t *value) {
  return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode CCurl_get_certificates(CURL *handle, struct curl_certinfo **value) {
  return curl_easy_getinfo(handle, CURLINFO_CERTINFO, value);
}

// Macros with a cast in them.
static const long CCurl_http_version_1_1 = CURL_HTTP_VERSION_1_1;
static const long CCurl_http_version_2 = CURL_HTTP_VERSION_2_0;
static const long CCurl_http_version_2tls = CURL_HTTP_VERSION_2TLS;
static const long CCurl_use_ssl_all = CURLUSESSL_ALL;
static const long CCurl_if_modified_since = CURL_TIMECOND_IFMODSINCE;

#endif
