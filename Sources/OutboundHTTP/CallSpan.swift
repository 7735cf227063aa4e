internal import Tracing

/// The span of one exchange, as OpenTelemetry names what clients do. It holds the server and no path: paths name
/// customers' payments. Nothing of the trace is sent along: it would tell other people's servers how ours work
/// together.
struct CallSpan {
    private let span: any Span

    init(of work: TransferWork) {
        var method: String?
        if case .http(let request) = work { method = request.method }
        span = startSpan(method.map { "HTTP \($0)" } ?? "SMTP", ofKind: .client)
        guard span.isRecording else { return }
        span.updateAttributes { attributes in
            if let method { attributes["http.request.method"] = method }
            let origin = work.origin
            attributes["server.address"] =
                origin.firstRange(of: "://").map { String(origin[$0.upperBound...]) } ?? origin
        }
    }

    func end(_ outcome: TransferOutcome) {
        if span.isRecording {
            span.updateAttributes { attributes in
                switch outcome {
                case .success(let answer):
                    let isHTTP = attributes.get("http.request.method") != nil
                    attributes[isHTTP ? "http.response.status_code" : "smtp.reply_code"] = answer.status
                    if answer.status >= 400 { attributes["error.type"] = "\(answer.status)" }
                case .failure(let error):
                    attributes["error.type"] = error.code.word
                    attributes["call.certainty"] = "\(error.certainty)"
                }
            }
            if outcome.isFailure { span.setStatus(SpanStatus(code: .error)) }
        }
        span.end()
    }
}

extension TransferOutcome {
    /// Whether no answer came, or one that says no.
    fileprivate var isFailure: Bool {
        switch self {
        case .success(let answer): answer.status >= 400
        case .failure: true
        }
    }
}

extension OutboundError.Code {
    /// One word, without what the server said.
    fileprivate var word: String {
        if case .smtp = self { "smtp" } else { "\(self)" }
    }
}
