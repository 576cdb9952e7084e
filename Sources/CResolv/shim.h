// What Swift cannot import from libresolv: functions that macros rename, and a union's inner pointers. No logic, no policy.
#ifndef ACME_CRESOLV_SHIM_H
#define ACME_CRESOLV_SHIM_H

#include <sys/types.h>

#include <arpa/nameser.h>
#include <netinet/in.h>
#include <resolv.h>

// Swift takes the name of this struct for the function that has the same.
typedef struct __res_state CResolv_state;

// res_ninit, res_nclose and res_nmkquery are macros for names with underscores.
static inline int CResolv_init(CResolv_state *state) { return res_ninit(state); }
static inline void CResolv_close(CResolv_state *state) { res_nclose(state); }
static inline int CResolv_make_query(CResolv_state *state, const char *name, int type, unsigned char *to, int size) {
  return res_nmkquery(state, ns_o_query, name, ns_c_in, type, NULL, 0, NULL, to, size);
}

// Bit fields and a union lie before these; the IPv4 servers have a list of their own, with nothing where one is IPv6.
static inline const struct sockaddr_in *CResolv_server4(const CResolv_state *state, int index) {
  return &state->nsaddr_list[index];
}
static inline const struct sockaddr_in6 *CResolv_server6(const CResolv_state *state, int index) {
  return state->_u._ext.nsaddrs[index];
}

// ns_msg is passed by value to some, and its parts are had by macros.
static inline int CResolv_flag(const ns_msg *message, ns_flag flag) { return ns_msg_getflag(*message, flag); }
static inline int CResolv_count(const ns_msg *message, ns_sect section) { return ns_msg_count(*message, section); }

// Arrays of C's become tuples of 1025 elements in Swift.
static inline const char *CResolv_name(const ns_rr *record) { return ns_rr_name(*record); }

#endif
