// libcurl for Swift: the variadic setters and getters under fixed signatures, because Swift cannot call C variadics.
// Values are checked by these signatures, so libcurl's own macros for that are left out.
#ifndef CARTWRIGHT_CCURL_SHIM_H
#define CARTWRIGHT_CCURL_SHIM_H

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#if LIBCURL_VERSION_NUM < 0x075700
#error "libcurl 7.87 or newer is needed (CURLOPT_PROTOCOLS_STR, CURLOPT_QUICK_EXIT)"
#endif

/// Called by libcurl with bytes that came in, or for bytes that are to go out.
typedef size_t (*cw_data_callback)(char *bytes, size_t size, size_t count, void *context);
/// Called before bytes are sent a second time; answers a CURL_SEEKFUNC value.
typedef int (*cw_seek_callback)(void *context, curl_off_t offset, int origin);
/// Called about once a second; anything but zero aborts the transfer.
typedef int (*cw_progress_callback)(
    void *context, curl_off_t download_total, curl_off_t downloaded, curl_off_t upload_total, curl_off_t uploaded);

/// Called when libcurl needs a socket, and when it is done with one.
typedef curl_socket_t (*cw_open_callback)(void *context, curlsocktype purpose, struct curl_sockaddr *address);
typedef int (*cw_close_callback)(void *context, curl_socket_t socket);

static inline CURLcode cw_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode cw_set_size(CURL *easy, CURLoption option, int64_t value) {
    return curl_easy_setopt(easy, option, (curl_off_t)value);
}

static inline CURLcode cw_set_text(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode cw_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode cw_set_error_buffer(CURL *easy, char *buffer) {
    return curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, buffer);
}

static inline CURLcode cw_set_private(CURL *easy, void *context) {
    return curl_easy_setopt(easy, CURLOPT_PRIVATE, context);
}

static inline CURLcode cw_on_body(CURL *easy, cw_data_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, callback);
    return code ? code : curl_easy_setopt(easy, CURLOPT_WRITEDATA, context);
}

static inline CURLcode cw_on_header(CURL *easy, cw_data_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, callback);
    return code ? code : curl_easy_setopt(easy, CURLOPT_HEADERDATA, context);
}

static inline CURLcode cw_on_read(CURL *easy, cw_data_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_READFUNCTION, callback);
    return code ? code : curl_easy_setopt(easy, CURLOPT_READDATA, context);
}

static inline CURLcode cw_on_seek(CURL *easy, cw_seek_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, callback);
    return code ? code : curl_easy_setopt(easy, CURLOPT_SEEKDATA, context);
}

static inline CURLcode cw_on_progress(CURL *easy, cw_progress_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, callback);
    if (code) return code;
    code = curl_easy_setopt(easy, CURLOPT_XFERINFODATA, context);
    return code ? code : curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
}

static inline CURLcode cw_on_sockets(CURL *easy, cw_open_callback opening, cw_close_callback closing, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, opening);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, context);
    if (!code) code = curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, closing);
    return code ? code : curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, context);
}

static inline CURLcode cw_get_long(CURL *easy, CURLINFO info, long *value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode cw_get_private(CURL *easy, void **context) {
    return curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)context);
}

static inline CURLMcode cw_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

#endif
