internal import CCurl

/// libcurl's process-wide state.
enum CurlLibrary {
    /// Initialises libcurl once per process, on first use; initialisation is thread-safe from 7.84 on where threads are
    /// supported.
    /// `false` when this libcurl cannot be used.
    static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// libcurl's own words for a result, such as "Couldn't connect to server".
    static func text(of code: CURLcode) -> String {
        curl_easy_strerror(code).map { String(cString: $0) } ?? "libcurl error \(code.rawValue)"
    }
}
