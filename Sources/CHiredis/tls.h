// TLS by OpenSSL under hiredis: Debian's hiredis (0.14) has none of its own. What OpenSSL has as macros, and what takes
// several calls.
#ifndef CARTWRIGHT_TLS_H
#define CARTWRIGHT_TLS_H

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

enum {
    CARTWRIGHT_TLS_DONE = 0,
    CARTWRIGHT_TLS_WANTS_READ = 1,
    CARTWRIGHT_TLS_WANTS_WRITE = 2,
    CARTWRIGHT_TLS_CLOSED = 3,
    CARTWRIGHT_TLS_FAILED = 4,
};

/// Which file could not be used: 1 the authorities, 2 the certificate, 3 its key; 4 no memory. 0 when all is well.
static inline int cartwright_tls_configure(
    SSL_CTX **out, const char *authorities, const char *certificate, const char *key) {
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (!context) return 4;
    *out = context;
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    if (authorities ? !SSL_CTX_load_verify_locations(context, authorities, NULL)
                    : !SSL_CTX_set_default_verify_paths(context)) return 1;
    if (certificate && SSL_CTX_use_certificate_chain_file(context, certificate) != 1) return 2;
    if (key && SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1) return 3;
    if (key && SSL_CTX_check_private_key(context) != 1) return 3;
    return 0;
}

/// A connection over a connected socket to a server that proves to be `name`. NULL without memory.
static inline SSL *cartwright_tls_open(SSL_CTX *context, int descriptor, const char *name) {
    SSL *tls = SSL_new(context);
    if (!tls) return NULL;
    unsigned char address[16];
    int is_address = inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1;
    int is_set = is_address ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), name)
                            : SSL_set1_host(tls, name) && SSL_set_tlsext_host_name(tls, name);
    if (!is_set || !SSL_set_fd(tls, descriptor)) {
        SSL_free(tls);
        return NULL;
    }
    SSL_set_connect_state(tls);
    return tls;
}

static inline int cartwright_tls_outcome(SSL *tls, int result) {
    switch (SSL_get_error(tls, result)) {
    case SSL_ERROR_NONE: return CARTWRIGHT_TLS_DONE;
    case SSL_ERROR_WANT_READ: return CARTWRIGHT_TLS_WANTS_READ;
    case SSL_ERROR_WANT_WRITE: return CARTWRIGHT_TLS_WANTS_WRITE;
    case SSL_ERROR_ZERO_RETURN: return CARTWRIGHT_TLS_CLOSED;
    default: return CARTWRIGHT_TLS_FAILED;
    }
}

static inline int cartwright_tls_handshake(SSL *tls) {
    ERR_clear_error();
    return cartwright_tls_outcome(tls, SSL_do_handshake(tls));
}

static inline int cartwright_tls_read(SSL *tls, void *buffer, size_t size, size_t *count) {
    ERR_clear_error();
    *count = 0;
    return cartwright_tls_outcome(tls, SSL_read_ex(tls, buffer, size, count) == 1 ? 1 : 0);
}

static inline int cartwright_tls_write(SSL *tls, const void *buffer, size_t size, size_t *count) {
    ERR_clear_error();
    *count = 0;
    return cartwright_tls_outcome(tls, SSL_write_ex(tls, buffer, size, count) == 1 ? 1 : 0);
}

/// What the peer's certificate lacks; NULL when that is not what went wrong.
static inline const char *cartwright_tls_distrust(const SSL *tls) {
    long result = SSL_get_verify_result(tls);
    return result == X509_V_OK ? NULL : X509_verify_cert_error_string(result);
}

/// Of the last failure on this thread: OpenSSL's reason, 0 when it was the socket's.
static inline int cartwright_tls_reason(void) { return ERR_GET_REASON(ERR_peek_last_error()); }
static inline const char *cartwright_tls_reason_text(void) { return ERR_reason_error_string(ERR_peek_last_error()); }

enum {
    CARTWRIGHT_TLS_NOT_SPOKEN = SSL_R_WRONG_VERSION_NUMBER,
    CARTWRIGHT_TLS_CERTIFICATE_WANTED = SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED,
    CARTWRIGHT_TLS_UNKNOWN_CA = SSL_R_TLSV1_ALERT_UNKNOWN_CA,
    CARTWRIGHT_TLS_HANDSHAKE_REFUSED = SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE,
    CARTWRIGHT_TLS_BAD_CERTIFICATE = SSL_R_SSLV3_ALERT_BAD_CERTIFICATE,
};

#endif
