internal import CCurl

extension Transfer {
    func applyCommonOptions(_ configuration: OutboundConfiguration) {
        handle.set(CURLOPT_NOSIGNAL, 1)
        // A look-up that hangs must not hold up the thread when its transfer is given up.
        handle.set(CURLOPT_QUICK_EXIT, 1)
        handle.set(CURLOPT_TCP_KEEPALIVE, 1)
        handle.set(CURLOPT_FOLLOWLOCATION, 0)
        handle.set(CURLOPT_PROXY, "")
        handle.set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        handle.set(CURLOPT_SSL_VERIFYPEER, 1)
        handle.set(CURLOPT_SSL_VERIFYHOST, 2)
        handle.set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        if let file = configuration.certificateAuthorityFile { handle.set(CURLOPT_CAINFO, file) }
    }

    func apply(_ request: OutboundRequest, _ configuration: OutboundConfiguration) {
        handle.set(CURLOPT_PROTOCOLS_STR, "http,https")
        handle.set(CURLOPT_URL, request.url)
        handle.set(CURLOPT_USERAGENT, configuration.userAgent)
        handle.set(CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeout)
        handle.set(CURLOPT_TIMEOUT_MS, request.timeout)
        bodyLimit = request.maximumResponseBytes
        mayResend = request.isReplayable
        outgoing = request.body ?? []
        // With no body there is nothing to rewind, so libcurl would not ask before it resends.
        if !mayResend && outgoing.isEmpty { handle.set(CURLOPT_FRESH_CONNECT, 1) }
        if request.method == "HEAD" {
            handle.set(CURLOPT_NOBODY, 1)
        } else if request.body != nil || request.method == "POST" {
            handle.set(CURLOPT_POST, 1)
            handle.set(CURLOPT_POSTFIELDSIZE_LARGE, size: outgoing.count)
        }
        if request.method != "HEAD" { handle.set(CURLOPT_CUSTOMREQUEST, request.method) }
        handle.set(CURLOPT_HTTPHEADER, list: Self.headerLines(request.headers))
    }

    /// libcurl adds fields of its own unless told not to: `Name:` alone removes one, `Name;` sends it empty.
    private static func headerLines(_ headers: OutboundHeaders) -> [String] {
        var lines = headers.fields.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        lines.append("Expect:")
        if headers["Content-Type"] == nil { lines.append("Content-Type:") }
        return lines
    }

    func apply(_ mail: SMTPSubmission) {
        handle.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        handle.set(CURLOPT_URL, mail.url)
        handle.set(CURLOPT_CONNECTTIMEOUT_MS, mail.connectTimeout)
        handle.set(CURLOPT_TIMEOUT_MS, mail.timeout)
        // Bounds each reply, the one to QUIT included, which the time limit above does not cover.
        handle.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, max(1, Int(clamping: mail.timeout.components.seconds)))
        switch mail.startTLS {
        case .whenOffered: handle.set(CURLOPT_USE_SSL, Int(CURLUSESSL_TRY.rawValue))
        case .required: handle.set(CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue))
        case .never: handle.set(CURLOPT_USE_SSL, Int(CURLUSESSL_NONE.rawValue))
        }
        handle.set(CURLOPT_MAIL_FROM, "<\(mail.from)>")
        handle.set(CURLOPT_MAIL_RCPT, list: mail.recipients.map { "<\($0)>" })
        handle.set(CURLOPT_UPLOAD, 1)
        handle.set(CURLOPT_INFILESIZE_LARGE, size: mail.data.count)
        if mail.needsSMTPUTF8 {
            utf8Watch = SMTPUTF8Watch(
                staysUnencrypted: mail.startTLS == .never || mail.url.lowercased().hasPrefix("smtps:"))
            // What the server offers is told on a new connection only.
            handle.set(CURLOPT_FRESH_CONNECT, 1)
        }
        bodyLimit = 0
        mayResend = false
        outgoing = mail.data
    }
}
