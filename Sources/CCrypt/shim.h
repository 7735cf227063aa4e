#ifndef CARTWRIGHT_CCRYPT_SHIM_H
#define CARTWRIGHT_CCRYPT_SHIM_H

// explicit_bzero is a GNU/BSD addition.
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE 1
#endif
#include <crypt.h>
#include <stdlib.h>
#include <string.h>

/// Hashes `phrase` as `setting` says and writes the result, with its NUL, to `output`.
/// Returns 0, or -1 when the setting is not understood, the result does not fit or memory is short.
///
/// The 32 KiB work area holds a copy of the phrase, so it is wiped before it is freed.
/// (Swift does not import arrays of that size, hence this function and not crypt_r itself.)
static inline int cartwright_crypt(const char *phrase, const char *setting, char *output, size_t capacity) {
    struct crypt_data *data = calloc(1, sizeof(struct crypt_data));
    if (data == NULL) {
        return -1;
    }
    const char *hash = crypt_r(phrase, setting, data);
    int result = -1;
    if (hash != NULL && hash[0] != '*') {
        size_t length = strlen(hash) + 1;
        if (length <= capacity) {
            memcpy(output, hash, length);
            result = 0;
        }
    }
    explicit_bzero(data, sizeof(struct crypt_data));
    free(data);
    return result;
}

#endif
