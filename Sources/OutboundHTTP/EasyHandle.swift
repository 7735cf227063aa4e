internal import Arithmetic
internal import CCurl

/// Owns one libcurl easy handle, with the lists and the error text that libcurl reads while it lives.
///
/// Used on the transfer thread only. `deinit` frees everything, so a handle must have left its multi handle before.
struct EasyHandle: ~Copyable {
    let pointer: UnsafeMutableRawPointer
    private var lists: [UnsafeMutablePointer<curl_slist>] = []
    /// Whether every option was taken. Options fail without memory, or when this libcurl was built without them: a
    /// transfer that lacks a header or a check of certificates must not go out.
    private(set) var isSound = true
    private let errorText: UnsafeMutablePointer<CChar>

    /// `nil` when libcurl has no memory for it.
    init?() {
        guard let pointer = curl_easy_init() else { return nil }
        self.pointer = pointer
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        note(cw_set_error_buffer(pointer, errorText))
    }

    deinit {
        curl_easy_cleanup(pointer)
        lists.forEach { curl_slist_free_all($0) }
        errorText.deallocate()
    }

    /// What libcurl wrote about the failure, empty when it wrote nothing.
    var errorMessage: String { String(cString: errorText) }

    mutating func set(_ option: CURLoption, _ value: Int) { note(cw_set_long(pointer, option, value)) }

    mutating func set(_ option: CURLoption, size: Int) { note(cw_set_size(pointer, option, Int64(size))) }

    /// libcurl copies the text.
    mutating func set(_ option: CURLoption, _ text: String) { note(cw_set_text(pointer, option, text)) }

    mutating func set(_ option: CURLoption, _ limit: Duration) {
        // Zero means "no limit" to libcurl, so what is shorter than a millisecond becomes one.
        set(option, max(1, Int(clamping: limit.wholeMilliseconds)))
    }

    mutating func set(_ option: CURLoption, list texts: [String]) {
        var list: UnsafeMutablePointer<curl_slist>?
        for text in texts {
            guard let longer = curl_slist_append(list, text) else {
                isSound = false
                break
            }
            list = longer
        }
        guard let list else { return }
        lists.append(list)
        note(cw_set_list(pointer, option, list))
    }

    func long(_ info: CURLINFO) -> Int {
        var value = 0
        return cw_get_long(pointer, info, &value) == CURLE_OK ? value : 0
    }

    /// Records the result of setting an option.
    mutating func note(_ code: CURLcode) {
        if code != CURLE_OK { isSound = false }
    }
}
